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
///
/// A master key in memory wraps at once. One in hardware takes its time, so whatever may need it is asynchronous.
package final class Vault: Sendable {
    package typealias FieldSecret = (field: String, secret: Secret)

    private let keyring: Mutex<MasterKeyring>
    private let cache: DataKeyCache?
    package let metrics = HardwareKeyMetrics()

    /// - Parameters:
    ///   - keyring: The master keys.
    ///   - dataKeyLifetime: How long data keys that hardware unwrapped are kept in locked memory, a minute at most;
    ///     `nil` for not at all.
    package init(keyring: MasterKeyring, dataKeyLifetime: Duration? = nil) {
        self.keyring = Mutex(keyring)
        cache = dataKeyLifetime.map { DataKeyCache(lifetime: $0) }
    }

    /// Takes other master keys from now on, as after a rotation. Calls under way end with those they began with.
    package func use(_ newKeyring: MasterKeyring) {
        keyring.withLock { $0 = newKeyring }
        cache?.eraseAll()
    }

    /// Erases data keys as their time ends, until the task is cancelled; then all of them.
    package func keepErasing() async {
        guard let cache else { return }
        while (try? await Task.sleep(for: .seconds(1))) != nil { cache.eraseExpired() }
        cache.eraseAll()
    }

    /// The reason why some master key can't be used at present, or `nil` if all can.
    package var unavailability: String? {
        hardwareKeys.lazy.compactMap(\.unavailability).first
    }

    /// The master keys in hardware.
    package var hardwareKeys: [any HardwareKey] {
        keyring.withLock { keyring in
            keyring.keys.compactMap { if case .hardware(let key) = $0.place { key } else { nil } }
        }
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
    ) async throws(VaultError) -> SealedSecrets {
        try Vault.checkNames(of: secrets)
        let context = SealingContext(organization: organization, record: record)
        let master = activeKey
        // One draw for the data key and all nonces: each draw asks the kernel.
        let randomCount = SealingKey.length + SealingKey.nonceLength * (1 + secrets.count)
        let random = SecretBuffer(count: randomCount) { RandomBytes.fill($0) }
        let dataKey = Secret(random, range: 0..<SealingKey.length)
        let wrappedKey = try await wrap(
            dataKey,
            by: master,
            nonce: Secret(random, range: SealingKey.length..<SealingKey.length + SealingKey.nonceLength),
            context
        )
        let bytes = dataKey.withBytes { dataKey in
            let rest = random.bytes[(SealingKey.length + SealingKey.nonceLength)...]
            var nonces = NonceSupply(UnsafeRawBufferPointer(rebasing: rest))
            return withExtendedLifetime(random) {
                SecretEnvelope.encode(
                    sealing: secrets,
                    under: SealingKey(borrowing: dataKey),
                    nonces: &nonces,
                    fieldData: context.fields(destination: destination),
                    wrappedKey: wrappedKey
                )
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
    ) async throws(VaultError) -> SealedSecrets {
        try Vault.checkNames(of: secrets)
        let replaced = Set(secrets.map(\.field))
        guard let sealed else {
            return try await seal(secrets, organization: organization, record: record, destination: newDestination)
        }
        let old = try SecretEnvelope(parsing: sealed.bytes)
        let kept = old.fields.filter { field in
            let name = old.name(of: field)
            return keptFields.contains(name) && !replaced.contains(name)
        }
        let context = SealingContext(organization: organization, record: record)
        guard !kept.isEmpty, oldDestination == newDestination else {
            // An encoding of which nothing stays need not open.
            var opened: [FieldSecret] = []
            if !kept.isEmpty {
                let dataKey = try await dataKey(of: old, under: sealed.masterKeyID, context)
                opened = try open(kept, of: old, with: dataKey, context, destination: oldDestination)
            }
            return try await seal(
                opened + secrets,
                organization: organization,
                record: record,
                destination: newDestination
            )
        }
        let dataKey = try await dataKey(of: old, under: sealed.masterKeyID, context)
        let bytes = dataKey.withBytes { dataKey in
            ScratchMemory.with(byteCount: SealingKey.nonceLength * secrets.count) { random in
                RandomBytes.fill(random)
                var nonces = NonceSupply(UnsafeRawBufferPointer(random))
                return SecretEnvelope.encode(
                    keeping: kept,
                    of: old,
                    sealing: secrets,
                    under: SealingKey(borrowing: dataKey),
                    nonces: &nonces,
                    fieldData: context.fields(destination: newDestination),
                    wrappedKey: old.wrappedDataKey
                )
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
    ) async throws(VaultError) -> SealedSecrets? {
        let master = activeKey
        guard sealed.masterKeyID != master.id else { return nil }
        let context = SealingContext(organization: organization, record: record)
        let old = try SecretEnvelope(parsing: sealed.bytes)
        let dataKey = try await dataKey(of: old, under: sealed.masterKeyID, context)
        let nonce = Secret(SecretBuffer(count: SealingKey.nonceLength) { RandomBytes.fill($0) })
        let wrappedKey = try await wrap(dataKey, by: master, nonce: nonce, context)
        return SealedSecrets(masterKeyID: master.id, bytes: old.with(wrappedKey))
    }

    /// Finds out whether a record's secrets open, without opening one: its master key is here, and its data key is as
    /// it was wrapped.
    ///
    /// - Parameters:
    ///   - sealed: The record's secrets.
    ///   - organization: The organisation that the record is part of.
    ///   - record: The record's id.
    /// - Throws: ``VaultError`` if they do not.
    package func check(
        _ sealed: SealedSecrets,
        organization: Identifier,
        record: Identifier
    ) async throws(VaultError) {
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        let context = SealingContext(organization: organization, record: record)
        _ = try await dataKey(of: parsed, under: sealed.masterKeyID, context, mayBeCached: false)
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
    ) async throws(VaultError) -> Secret {
        let context = SealingContext(organization: organization, record: record)
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        let fields = parsed.fields.filter { parsed.name(of: $0) == field }
        let dataKey = try await dataKey(of: parsed, under: sealed.masterKeyID, context)
        let opened = try open(fields, of: parsed, with: dataKey, context, destination: destination)
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
    ) async throws(VaultError) -> [FieldSecret] {
        let context = SealingContext(organization: organization, record: record)
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        let dataKey = try await dataKey(of: parsed, under: sealed.masterKeyID, context)
        return try open(parsed.fields, of: parsed, with: dataKey, context, destination: destination)
    }

    /// As ``openAll(_:organization:record:destination:)``, for those who do not suspend.
    ///
    /// - Returns: The fields, or `nil` if hardware has to be asked.
    package func openAllAtOnce(
        _ sealed: SealedSecrets,
        organization: Identifier,
        record: Identifier,
        destination: String
    ) throws(VaultError) -> [FieldSecret]? {
        let context = SealingContext(organization: organization, record: record)
        let parsed = try SecretEnvelope(parsing: sealed.bytes)
        guard let dataKey = try dataKeyAtOnce(of: parsed, under: sealed.masterKeyID, context) else { return nil }
        return try open(parsed.fields, of: parsed, with: dataKey, context, destination: destination)
    }

    private func open(
        _ fields: [SecretEnvelope.Field],
        of parsed: SecretEnvelope,
        with dataKey: Secret,
        _ context: SealingContext,
        destination: String
    ) throws(VaultError) -> [FieldSecret] {
        var data = context.fields(destination: destination)
        var isAuthentic = true
        let lengths = fields.map { $0.box.count - SealingKey.overhead }
        // All of them lie in one buffer.
        let buffer = SecretBuffer(count: lengths.reduce(0, +)) { memory in
            parsed.bytes.withUnsafeBytes { bytes in
                dataKey.withBytes { dataKey in
                    let dataKey = SealingKey(borrowing: dataKey)
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
        }
        guard isAuthentic else { throw .notAuthentic }
        var offset = 0
        return zip(fields, lengths).map { field, length in
            defer { offset += length }
            return (parsed.name(of: field), Secret(buffer, range: offset..<offset + length))
        }
    }
}

// MARK: - Data keys

extension Vault {
    private func wrap(
        _ dataKey: Secret,
        by master: MasterKey,
        nonce: Secret,
        _ context: SealingContext
    ) async throws(VaultError) -> WrappedDataKey {
        let data = context.dataKey(masterKeyID: master.id)
        switch master.place {
        case .memory(let memory):
            let bytes = dataKey.withBytes { dataKey in
                nonce.withBytes { nonce in
                    MasterKey.wrap(dataKey, by: memory, nonce: nonce, associatedData: data)
                }
            }
            return WrappedDataKey(bytes: bytes, isInHardware: false)
        case .hardware(let key):
            let bytes = try await metrics.wraps.measure { () async throws(VaultError) in
                try await key.wrap(dataKey, associatedData: data.bytes)
            }
            return WrappedDataKey(bytes: bytes, isInHardware: true)
        }
    }

    /// A record's data key, unwrapped.
    private func dataKey(
        of parsed: SecretEnvelope,
        under masterKeyID: String,
        _ context: SealingContext,
        mayBeCached: Bool = true
    ) async throws(VaultError) -> Secret {
        if mayBeCached, let dataKey = try dataKeyAtOnce(of: parsed, under: masterKeyID, context) { return dataKey }
        let data = context.dataKey(masterKeyID: masterKeyID)
        switch try masterKey(masterKeyID, for: parsed).place {
        case .memory(let memory): return try Self.unwrap(parsed, by: memory, data)
        case .hardware(let key):
            let dataKey = try await metrics.unwraps.measure { () async throws(VaultError) in
                try await key.unwrap(Array(parsed.bytes[parsed.wrappedKey]), associatedData: data.bytes)
            }
            guard dataKey.count == SealingKey.length else { throw .notAuthentic }
            cache?.keep(dataKey, as: DataKeyCache.name(of: parsed, data))
            return dataKey
        }
    }

    /// A record's data key, or `nil` if hardware has to be asked for it.
    private func dataKeyAtOnce(
        of parsed: SecretEnvelope,
        under masterKeyID: String,
        _ context: SealingContext
    ) throws(VaultError) -> Secret? {
        let data = context.dataKey(masterKeyID: masterKeyID)
        switch try masterKey(masterKeyID, for: parsed).place {
        case .memory(let memory): return try Self.unwrap(parsed, by: memory, data)
        case .hardware: return cache?.dataKey(DataKeyCache.name(of: parsed, data))
        }
    }

    /// The master key of that id, if it is of the kind that the encoding says.
    private func masterKey(_ id: String, for parsed: SecretEnvelope) throws(VaultError) -> MasterKey {
        guard let master = keyring.withLock({ $0[id] }) else { throw .unknownMasterKey(id: id) }
        guard master.isInHardware == parsed.isWrappedInHardware else { throw .notAuthentic }
        return master
    }

    private static func unwrap(
        _ parsed: SecretEnvelope,
        by memory: LockedMemory,
        _ data: AssociatedData
    ) throws(VaultError) -> Secret {
        let dataKey = parsed.bytes.withUnsafeBytes { bytes in
            let box = UnsafeRawBufferPointer(rebasing: bytes[parsed.wrappedKey])
            return MasterKey.unwrap(box, by: memory, associatedData: data)
        }
        guard let dataKey else { throw .notAuthentic }
        return dataKey
    }
}
