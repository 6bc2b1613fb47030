import Cryptography
import Secrets
import Synchronization
import Testing
import Vault

/// A key in hardware that is none: it keeps data keys, hands out their numbers, and counts what it is asked.
private final class DoubleKey: HardwareKey {
    private struct State {
        var kept: [(key: [UInt8], associatedData: [UInt8])] = []
        var unwraps = 0
        var unavailability: String?
    }

    let id: String
    let starts: UInt64 = 1
    private let state = Mutex(State())

    init(_ id: String) {
        self.id = id
    }

    var unwraps: Int { state.withLock { $0.unwraps } }

    var unavailability: String? {
        get { state.withLock { $0.unavailability } }
        set { state.withLock { $0.unavailability = newValue } }
    }

    func wrap(_ dataKey: Secret, associatedData: [UInt8]) async throws(VaultError) -> [UInt8] {
        await Task.yield()
        if let unavailability { throw .unavailable(reason: unavailability) }
        return state.withLock { state in
            state.kept.append((dataKey.withBytes { Array($0) }, associatedData))
            return [0xAA, UInt8(state.kept.count - 1)]
        }
    }

    func unwrap(_ wrappedKey: [UInt8], associatedData: [UInt8]) async throws(VaultError) -> Secret {
        await Task.yield()
        if let unavailability { throw .unavailable(reason: unavailability) }
        let kept = state.withLock { state in
            state.unwraps += 1
            return wrappedKey.count == 2 && wrappedKey[0] == 0xAA && Int(wrappedKey[1]) < state.kept.count
                ? state.kept[Int(wrappedKey[1])] : nil
        }
        guard let kept, kept.associatedData == associatedData else { throw .notAuthentic }
        return Secret(copying: kept.key)
    }
}

@Suite("A vault whose master key is in hardware")
struct HardwareVaultTests {
    private let key = DoubleKey("0badcafe")
    private var fixture: Fixture { Fixture(keyring: MasterKeyring([MasterKey(key)])) }

    @Test("has the hardware wrap each record's data key, and open it for each use")
    func roundTrip() async throws {
        let fixture = fixture
        let sealed = try await fixture.seal([("a", "1"), ("b", "2")])
        #expect(sealed.masterKeyID == key.id)
        #expect(sealed.bytes.prefix(7) == [2, 0, 0, 0, 2, 0xAA, 0])
        #expect(key.unwraps == 0)
        #expect(try await fixture.openAll(sealed) == ["a=1", "b=2"])
        #expect(try await fixture.open(sealed, "b") == "2")
        #expect(key.unwraps == 2)
        let counts = fixture.vault.metrics
        #expect(counts.wraps.current.done == 1)
        #expect(counts.unwraps.current.done == 2)
    }

    @Test("opens nothing at once, and names fields without it")
    func atOnce() async throws {
        let fixture = fixture
        let sealed = try await fixture.seal([("a", "1")])
        let opened = try fixture.vault.openAllAtOnce(
            sealed,
            organization: fixture.organization,
            record: fixture.record,
            destination: fixture.destination
        )
        #expect(opened == nil)
        #expect(try fixture.vault.fields(of: sealed) == ["a"])
        #expect(key.unwraps == 0)
    }

    @Test("keeps a field's bytes in an update, at the cost of one unwrap")
    func updates() async throws {
        let fixture = fixture
        let sealed = try await fixture.seal([("a", "1"), ("b", "2")])
        let updated = try await fixture.update(sealed, setting: [("b", "two")], keeping: ["a"])
        #expect(key.unwraps == 1)
        #expect(updated.bytes.prefix(7) == sealed.bytes.prefix(7))
        #expect(try await fixture.openAll(updated) == ["a=1", "b=two"])
        let replaced = try await fixture.update(sealed, setting: [("a", "3")])
        #expect(key.unwraps == 2)
        #expect(try await fixture.openAll(replaced) == ["a=3"])
    }

    @Test("binds data keys to their record and organisation, in the hardware too")
    func binding() async throws {
        var fixture = fixture
        let sealed = try await fixture.seal([("a", "1")])
        (fixture.organization, fixture.record) = (fixture.record, fixture.organization)
        let moved = fixture
        await #expect(throws: VaultError.notAuthentic) { try await moved.openAll(sealed) }
        #expect(fixture.vault.metrics.unwraps.current.refused == 1)
    }

    @Test("says what keeps it from opening, and opens again afterwards")
    func unavailable() async throws {
        let fixture = fixture
        let sealed = try await fixture.seal([("a", "1")])
        key.unavailability = "unplugged"
        let error = VaultError.unavailable(reason: "unplugged")
        await #expect(throws: error) { try await fixture.openAll(sealed) }
        await #expect(throws: error) { try await fixture.seal([("a", "1")]) }
        #expect(fixture.vault.unavailability == "unplugged")
        #expect(fixture.vault.metrics.unwraps.current.unavailable == 1)
        key.unavailability = nil
        #expect(fixture.vault.unavailability == nil)
        #expect(try await fixture.openAll(sealed) == ["a=1"])
    }

    @Test("takes secrets of a key in memory over, and gives them back, with the fields as they are")
    func moves() async throws {
        let list = MasterKeyList()
        let fixture = Fixture(keyring: list.keyring())
        let inMemory = try await fixture.seal([("a", "1")])
        fixture.vault.use(MasterKeyring([MasterKey(key), list.keyring().active]))
        let rewrapped = try await fixture.vault.rewrap(
            inMemory,
            organization: fixture.organization,
            record: fixture.record
        )
        let inHardware = try #require(rewrapped)
        #expect(inHardware.masterKeyID == key.id)
        #expect(inHardware.bytes.suffix(45) == inMemory.bytes.suffix(45))
        // Both open meanwhile.
        #expect(try await fixture.openAll(inMemory) == ["a=1"])
        #expect(try await fixture.openAll(inHardware) == ["a=1"])
        fixture.vault.use(MasterKeyring([list.keyring().active, MasterKey(key)]))
        let back = try await fixture.vault.rewrap(
            inHardware,
            organization: fixture.organization,
            record: fixture.record
        )
        #expect(back?.bytes.count == inMemory.bytes.count)
        #expect(try await fixture.openAll(try #require(back)) == ["a=1"])
    }

    @Test("takes no encoding of the other kind of key")
    func kinds() async throws {
        let fixture = fixture
        let sealed = try await fixture.seal([("a", "1")])
        let inMemory = try await Fixture().seal([("a", "1")])
        let relabelled = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: inMemory.bytes)
        await #expect(throws: VaultError.notAuthentic) { try await fixture.openAll(relabelled) }
        for count in 0..<sealed.bytes.count {
            let cut = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: Array(sealed.bytes.prefix(count)))
            await #expect(throws: VaultError.damaged, "\(count) bytes") { try await fixture.openAll(cut) }
        }
    }
}

@Suite("A vault that keeps data keys which hardware unwrapped")
struct KeptDataKeyTests {
    private let key = DoubleKey("0badcafe")

    @Test("asks for each once while its time lasts, and opens at once meanwhile")
    func keeps() async throws {
        let fixture = Fixture(keyring: MasterKeyring([MasterKey(key)]), dataKeyLifetime: .seconds(60))
        let sealed = try await fixture.seal([("a", "1")])
        for _ in 0..<3 { #expect(try await fixture.openAll(sealed) == ["a=1"]) }
        #expect(key.unwraps == 1)
        let opened = try fixture.vault.openAllAtOnce(
            sealed,
            organization: fixture.organization,
            record: fixture.record,
            destination: fixture.destination
        )
        #expect(opened?.count == 1)
        // A proof that it opens asks the hardware all the same.
        try await fixture.vault.check(sealed, organization: fixture.organization, record: fixture.record)
        #expect(key.unwraps == 2)
    }

    @Test("does not find one for a record that it was moved to")
    func moved() async throws {
        var fixture = Fixture(keyring: MasterKeyring([MasterKey(key)]), dataKeyLifetime: .seconds(60))
        let sealed = try await fixture.seal([("a", "1")])
        _ = try await fixture.openAll(sealed)
        (fixture.organization, fixture.record) = (fixture.record, fixture.organization)
        let moved = fixture
        await #expect(throws: VaultError.notAuthentic) { try await moved.openAll(sealed) }
    }

    @Test("has none whose time has ended, or after other master keys were read")
    func ends() async throws {
        let none = Fixture(keyring: MasterKeyring([MasterKey(key)]), dataKeyLifetime: .zero)
        let sealed = try await none.seal([("a", "1")])
        for _ in 0..<2 { _ = try await none.openAll(sealed) }
        #expect(key.unwraps == 2)
        let fixture = Fixture(keyring: MasterKeyring([MasterKey(key)]), dataKeyLifetime: .seconds(60))
        _ = try await fixture.openAll(sealed)
        fixture.vault.use(MasterKeyring([MasterKey(key)]))
        _ = try await fixture.openAll(sealed)
        #expect(key.unwraps == 4)
    }
}
