import Secrets
import Testing
import Vault

@Suite("Neither keys nor secrets are shown")
struct RedactionTests {
    // As digits, and as the numbers a byte array prints.
    private let marks = ["0123456789", "[1, 35", "marker", "109, 97, 114"]

    @Test("by printing, dumping or mirroring")
    func redacted() throws {
        let text = [UInt8]("\(MasterKeyTextTests.header) \(MasterKeyTextTests.id):\(MasterKeyTextTests.key)".utf8)
        let list = try text.withUnsafeBytes { try MasterKeyList.parse($0, source: "here") }
        let keyring = list.keyring()
        let vault = Vault(keyring: keyring)
        let secret = Secret(copying: "marker".utf8)
        let values: [Any] = [
            list, keyring, keyring.active, vault, secret, [("field", secret)], Fixture(keyring: keyring),
        ]
        for value in values {
            let text = shown(value)
            for mark in marks { #expect(!text.contains(mark)) }
        }
        #expect(shown(keyring).contains(MasterKeyTextTests.id))
    }

    @Test(
        "by errors",
        arguments: [
            VaultError.unknownMasterKey(id: "0a1b2c3d"), .damaged, .notAuthentic, .noSuchField, .duplicateField,
        ]
    )
    func errors(error: VaultError) {
        #expect(!error.description.isEmpty)
        #expect(!shown(error).contains("marker"))
    }
}
