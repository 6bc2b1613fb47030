import Documents
import Secrets
import Vault

/// One record's vault, ids and destination, with short ways to seal and open.
struct Fixture {
    let vault: Vault
    var organization = Identifier(high: 0x0190_0000_0000_7000, low: 1)
    var record = Identifier(high: 0x0190_0000_0000_7001, low: 2)
    var destination = "https://api.example.com:443"

    init(keyring: MasterKeyring = MasterKeyring(), dataKeyLifetime: Duration? = nil) {
        vault = Vault(keyring: keyring, dataKeyLifetime: dataKeyLifetime)
    }

    func seal(_ secrets: [(String, String)]) async throws(VaultError) -> SealedSecrets {
        try await vault.seal(
            secrets.map { ($0.0, Secret(copying: $0.1.utf8)) },
            organization: organization,
            record: record,
            destination: destination
        )
    }

    func open(_ sealed: SealedSecrets, _ field: String) async throws(VaultError) -> String {
        try await vault.open(sealed, field: field, organization: organization, record: record, destination: destination)
            .characters
    }

    func openAll(_ sealed: SealedSecrets) async throws(VaultError) -> [String] {
        try await vault.openAll(sealed, organization: organization, record: record, destination: destination)
            .map { "\($0.field)=\($0.secret.characters)" }
    }

    func update(
        _ sealed: SealedSecrets?,
        setting secrets: [(String, String)] = [],
        keeping: Set<String> = [],
        to newDestination: String? = nil
    ) async throws(VaultError) -> SealedSecrets {
        try await vault.update(
            sealed,
            setting: secrets.map { ($0.0, Secret(copying: $0.1.utf8)) },
            keeping: keeping,
            organization: organization,
            record: record,
            from: destination,
            to: newDestination ?? destination
        )
    }
}

extension Secret {
    var characters: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension [UInt8] {
    /// Whether `part` lies anywhere in these bytes.
    func contains(_ part: some Collection<UInt8>) -> Bool {
        guard part.count <= count else { return false }
        return (0...count - part.count).contains { self[$0..<$0 + part.count].elementsEqual(part) }
    }
}

/// Everything that printing, dumping and mirroring show of a value.
func shown(_ value: Any) -> String {
    var dumped = ""
    dump(value, to: &dumped)
    let children = Mirror(reflecting: value).children.map { "\($0)" }.joined()
    return "\(value) \(String(describing: value)) \(String(reflecting: value)) \([value]) \(dumped) \(children)"
}
