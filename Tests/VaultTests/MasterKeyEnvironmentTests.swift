import Platform
import Testing
import Vault

@Suite("Master keys in the environment", .serialized)
struct MasterKeyEnvironmentTests {
    @Test("are taken, and nothing of them stays")
    func environment() throws {
        let name = "KEYWAY_VAULT_TEST_KEYS"
        setenv(name, "\(MasterKeyTextTests.header) \(MasterKeyTextTests.id):\(MasterKeyTextTests.key)", 1)
        let value = try #require(getenv(name))
        let length = strlen(value)
        #expect(try MasterKeyList.takeFromEnvironment(name)?.ids == [MasterKeyTextTests.id])
        #expect(getenv(name) == nil)
        #expect(UnsafeRawBufferPointer(start: value, count: length).allSatisfy { $0 == 0 })
        #expect(try MasterKeyList.takeFromEnvironment(name) == nil)
    }

    @Test("are told by the variable's name where they are malformed")
    func malformedEnvironment() {
        let name = "KEYWAY_VAULT_TEST_BAD_KEYS"
        setenv(name, "\(MasterKeyTextTests.header) \(MasterKeyTextTests.key)", 1)
        let source = "the environment variable \(name)"
        #expect(throws: MasterKeyError.malformed(source: source, line: 1, fault: .notAKey)) {
            try MasterKeyList.takeFromEnvironment(name)
        }
        #expect(getenv(name) == nil)
    }
}
