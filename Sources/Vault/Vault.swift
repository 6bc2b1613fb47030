import Cryptography
package import Documents
package import Secrets
import Synchronization

/// Seals and opens records' secrets.
///
/// Each record has a data key of its own, drawn at random and stored wrapped by a master key. Each field is sealed
/// under the data key, and bound to its organisation, record, name and destination: elsewhere it does not open.
///
/// The vault cannot show that a field was left out of an encoding, or put back to what it was earlier under the same
/// data key. That is for the store's audit chain.
package final class Vault: Sendable {
    package typealias FieldSecret = (field: String, secret: Secret)

    private let keyring: Mutex<MasterKeyring>

    package init(keyring: MasterKeyring) {
        self.keyring = Mutex(keyring)
    }

    /// Takes other master keys from now on, as after a rotation. Calls under way end with those they began with.
    package func use(_ newKeyring: MasterKeyring) {
        keyring.withLock { $0 = newKeyring }
    }

    /// The id of the master key that seals at present.
    package var activeKeyID: String { activeKey.id }

    /// Whether all of these master keys are at hand.
    package func holds(_ ids: [String]) -> Bool {
        keyring.withLock { keyring in ids.allSatisfy { keyring[$0] != nil } }
    }

    private var activeKey: MasterKey { keyring.withLock { $0.active } }
}

extension Vault: CustomStringConvertible, CustomReflectable {
    package var description: String { "Vault" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

// MARK: - Sealing

extension Vault {
    /// Seals secrets under a fresh data key.
    ///
    /// - Parameters:
    ///   - secrets: Each field's name and secret.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    ///   - destination: Where the secrets may be sent, in one canonical spelling.
    /// - Returns: What may be stored.
    /// - Throws: ``VaultError/duplicateField`` if two secrets have one name.
    package func seal(
        _ secrets: [FieldSecret],
        organization: Identifier,
        record: Identifier,
        destination: String
    ) throws(VaultError) -> SealedSecrets {
        try Vault.checkNames(of: secrets)
        let context = SealingContext(organization: organization, record: record)
        let master = activeKey
        // One draw for the data key and all nonces: each draw asks the kernel.
        let randomCount = SealingKey.length + SealingKey.nonceLength * (1 + secrets.count)
        let bytes = ScratchMemory.with(byteCount: randomCount) { random in
            RandomBytes.fill(random)
            let dataKey = UnsafeRawBufferPointer(rebasing: random[..<SealingKey.length])
            var nonces = NonceSupply(UnsafeRawBufferPointer(rebasing: random[SealingKey.length...]))
            return SecretEnvelope.encode(
                sealing: secrets,
                under: SealingKey(borrowing: dataKey),
                nonces: &nonces,
                fieldData: context.fields(destination: destination)
            ) { box, nonces in
                let data = context.dataKey(masterKeyID: master.id)
                master.wrap(dataKey, nonce: nonces.next(), associatedData: data, into: box)
            }
        }
        return SealedSecrets(masterKeyID: master.id, bytes: bytes)
    }

    /// Replaces some secrets of a record, keeps some, and drops the rest.
    ///
    /// Kept ones stay as they are, byte for byte, while the destination stays; where it changes, they are opened and
    /// sealed again, and so is everything under a fresh data key.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets so far, or `nil` if it has none.
    ///   - secrets: New secrets, of new fields or in the place of older ones.
    ///   - keptFields: Which of the other fields stay; names that are not sealed count for nothing.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    ///   - oldDestination: The destination that `sealed` was sealed for.
    ///   - newDestination: The destination from now on.
    /// - Returns: What takes the place of `sealed`.
    /// - Throws: ``VaultError`` if `sealed` has to be opened and cannot be, or two secrets have one name.
    package func update(
        _ sealed: SealedSecrets?,
        setting secrets: [FieldSecret],
        keeping keptFields: Set<String>,
        organization: Identifier,
        record: Identifier,
        from oldDestination: String,
        to newDestination: String
    ) throws(VaultError) -> SealedSecrets {
        try Vault.checkNames(of: secrets)
        let replaced = Set(secrets.map(\.field))
        guard let sealed else {
            return try seal(secrets, organization: organization, record: record, destination: newDestination)
        }
        let old = try SecretEnvelope(parsing: sealed.bytes)
        let kept = old.fields.filter { field in
            let name = old.name(of: field)
            return keptFields.contains(name) && !replaced.contains(name)
        }
        let context = SealingContext(organization: organization, record: record)
        guard !kept.isEmpty, oldDestination == newDestination else {
            // An encoding of which nothing stays need not open.
            let opened: [FieldSecret] =
                kept.isEmpty
                ? []
                : try open(kept, of: old, under: sealed.masterKeyID, context: context, destination: oldDestination)
            return try seal(opened + secrets, organization: organization, record: record, destination: newDestination)
        }
        let bytes = try withDataKey(of: old, under: sealed.masterKeyID, context: context) { dataKey in
            ScratchMemory.with(byteCount: SealingKey.nonceLength * secrets.count) { random in
                RandomBytes.fill(random)
                var nonces = NonceSupply(UnsafeRawBufferPointer(random))
                return SecretEnvelope.encode(
                    keeping: kept,
                    of: old,
                    sealing: secrets,
                    under: SealingKey(borrowing: dataKey),
                    nonces: &nonces,
                    fieldData: context.fields(destination: newDestination)
                ) { box, _ in
                    old.bytes.withUnsafeBytes { box.copyBytes(from: $0[SecretEnvelope.wrappedKeyRange]) }
                }
            }
        }
        return SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes)
    }

    /// Wraps a record's data key by the active master key; the fields stay as they are.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    /// - Returns: What takes the place of `sealed`, or `nil` if the active master key wraps it already.
    /// - Throws: ``VaultError`` if the data key cannot be unwrapped.
    package func rewrap(
        _ sealed: SealedSecrets,
        organization: Identifier,
        record: Identifier
    ) throws(VaultError) -> SealedSecrets? {
        let master = activeKey
        guard sealed.masterKeyID != master.id else { return nil }
        let context = SealingContext(organization: organization, record: record)
        let old = try SecretEnvelope(parsing: sealed.bytes)
        var bytes = sealed.bytes
        try withDataKey(of: old, under: sealed.masterKeyID, context: context) { dataKey in
            bytes.withUnsafeMutableBytes { bytes in
                let box = UnsafeMutableRawBufferPointer(rebasing: bytes[SecretEnvelope.wrappedKeyRange])
                let data = context.dataKey(masterKeyID: master.id)
                let nonce = RandomBytes.array(count: SealingKey.nonceLength)
                nonce.withUnsafeBytes { master.wrap(dataKey, nonce: $0, associatedData: data, into: box) }
            }
        }
        return SealedSecrets(masterKeyID: master.id, bytes: bytes)
    }

    /// Finds out whether a record's secrets open, without opening one: its master key is here, and its data key is as
    /// it was wrapped.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    /// - Throws: ``VaultError`` if they do not.
    package func check(_ sealed: SealedSecrets, organization: Identifier, record: Identifier) throws(VaultError) {
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        let context = SealingContext(organization: organization, record: record)
        try withDataKey(of: parsed, under: sealed.masterKeyID, context: context) { _ in }
    }

    private static func checkNames(of secrets: [FieldSecret]) throws(VaultError) {
        guard secrets.count > 1 else { return }
        var names: Set<String> = []
        names.reserveCapacity(secrets.count)
        for secret in secrets where !names.insert(secret.field).inserted {
            throw .duplicateField
        }
    }
}

// MARK: - Opening

extension Vault {
    /// The names of the sealed fields, which are no secret; nothing is opened.
    package func fields(of sealed: SealedSecrets) throws(VaultError) -> [String] {
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        return parsed.fields.map { parsed.name(of: $0) }
    }

    /// Opens one field.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets.
    ///   - field: The field's name.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    ///   - destination: Where the secret is about to be sent.
    /// - Returns: The secret, in memory that is zeroed when its last copy goes.
    /// - Throws: ``VaultError`` if there is no such field, or it was not sealed for exactly this.
    package func open(
        _ sealed: SealedSecrets,
        field: String,
        organization: Identifier,
        record: Identifier,
        destination: String
    ) throws(VaultError) -> Secret {
        let context = SealingContext(organization: organization, record: record)
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        let fields = parsed.fields.filter { parsed.name(of: $0) == field }
        let opened = try open(fields, of: parsed, under: sealed.masterKeyID, context: context, destination: destination)
        guard let secret = opened.first?.secret else { throw .noSuchField }
        return secret
    }

    /// Opens all fields.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    ///   - destination: Where the secrets are about to be sent.
    /// - Returns: The fields in their order, in memory that is zeroed when the last of them goes.
    /// - Throws: ``VaultError`` if any of them was not sealed for exactly this.
    package func openAll(
        _ sealed: SealedSecrets,
        organization: Identifier,
        record: Identifier,
        destination: String
    ) throws(VaultError) -> [FieldSecret] {
        let context = SealingContext(organization: organization, record: record)
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        return try open(
            parsed.fields,
            of: parsed,
            under: sealed.masterKeyID,
            context: context,
            destination: destination
        )
    }

    private func open(
        _ fields: [SecretEnvelope.Field],
        of parsed: SecretEnvelope,
        under masterKeyID: String,
        context: SealingContext,
        destination: String
    ) throws(VaultError) -> [FieldSecret] {
        try withDataKey(of: parsed, under: masterKeyID, context: context) { dataKey throws(VaultError) in
            let dataKey = SealingKey(borrowing: dataKey)
            var data = context.fields(destination: destination)
            var isAuthentic = true
            let lengths = fields.map { $0.box.count - SealingKey.overhead }
            // All of them lie in one buffer.
            let buffer = SecretBuffer(count: lengths.reduce(0, +)) { memory in
                parsed.bytes.withUnsafeBytes { bytes in
                    var rest = memory[...]
                    for (field, length) in zip(fields, lengths) where isAuthentic {
                        let plaintext = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(length))
                        let box = UnsafeRawBufferPointer(rebasing: bytes[field.box])
                        isAuthentic = data.with(field: UnsafeRawBufferPointer(rebasing: bytes[field.name])) { data in
                            dataKey.open(box, associatedData: data, into: plaintext)
                        }
                        rest = rest.dropFirst(length)
                    }
                }
            }
            guard isAuthentic else { throw .notAuthentic }
            var offset = 0
            return zip(fields, lengths).map { field, length in
                defer { offset += length }
                return (parsed.name(of: field), Secret(buffer, range: offset..<offset + length))
            }
        }
    }

    /// Lends a record's data key, unwrapped.
    private func withDataKey<Success>(
        of parsed: SecretEnvelope,
        under masterKeyID: String,
        context: SealingContext,
        _ body: (UnsafeRawBufferPointer) throws(VaultError) -> Success
    ) throws(VaultError) -> Success {
        guard let master = keyring.withLock({ $0[masterKeyID] }) else { throw .unknownMasterKey(id: masterKeyID) }
        return try ScratchMemory.with(byteCount: SealingKey.length) { key throws(VaultError) in
            let data = context.dataKey(masterKeyID: masterKeyID)
            let isAuthentic = parsed.bytes.withUnsafeBytes { bytes in
                let box = UnsafeRawBufferPointer(rebasing: bytes[SecretEnvelope.wrappedKeyRange])
                return master.unwrap(box, associatedData: data, into: key)
            }
            guard isAuthentic else { throw .notAuthentic }
            return try body(UnsafeRawBufferPointer(key))
        }
    }
}
