import Secrets
import Testing
import Vault

@Suite("Updating a record's secrets")
struct UpdateTests {
    let fixture = Fixture()
    let elsewhere = "https://other.example.com:443"

    @Test("seals the first ones")
    func first() async throws {
        let sealed = try await fixture.update(nil, setting: [("a", "1")], keeping: ["b"])
        #expect(try await fixture.openAll(sealed) == ["a=1"])
    }

    @Test("sets, keeps and drops fields")
    func mixture() async throws {
        let sealed = try await fixture.seal([("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")])
        let updated = try await fixture.update(
            sealed,
            setting: [("b", "two"), ("e", "5")],
            keeping: ["a", "b", "d", "x"]
        )
        #expect(try await fixture.openAll(updated) == ["a=1", "d=4", "b=two", "e=5"])
    }

    @Test("leaves what is kept as it was, byte for byte, with its data key")
    func keepsBytes() async throws {
        let sealed = try await fixture.seal([("a", "1"), ("b", "2")])
        let updated = try await fixture.update(sealed, setting: [("b", "two")], keeping: ["a"])
        #expect(updated.bytes[..<73] == sealed.bytes[..<73])
        #expect(updated.bytes[77..<127] == sealed.bytes[77..<127])
        #expect(updated.masterKeyID == sealed.masterKeyID)
    }

    @Test("changes nothing where all is kept and nothing set")
    func keepsAll() async throws {
        let sealed = try await fixture.seal([("a", "1"), ("b", "2")])
        #expect(try await fixture.update(sealed, keeping: ["a", "b"]) == sealed)
    }

    @Test("takes a fresh data key where nothing is kept, and then needs not open the old ones")
    func replacesAll() async throws {
        let sealed = try await Fixture().seal([("a", "1")])
        let updated = try await fixture.update(sealed, setting: [("a", "2")])
        #expect(try await fixture.openAll(updated) == ["a=2"])
        #expect(updated.bytes[1..<73] != sealed.bytes[1..<73])
    }

    @Test("seals what is kept anew for another destination, under a fresh data key")
    func redirects() async throws {
        let sealed = try await fixture.seal([("a", "1"), ("b", "2"), ("c", "3")])
        let moved = try await fixture.update(sealed, setting: [("b", "two")], keeping: ["a"], to: elsewhere)
        await #expect(throws: VaultError.notAuthentic) { try await fixture.openAll(moved) }
        await #expect(throws: VaultError.notAuthentic) { try await fixture.open(moved, "a") }
        var there = fixture
        there.destination = elsewhere
        #expect(try await there.openAll(moved) == ["a=1", "b=two"])
        #expect(moved.bytes[1..<73] != sealed.bytes[1..<73])
    }

    @Test("moves nothing from a destination that it was not sealed for")
    func redirectsNothingForeign() async throws {
        let sealed = try await fixture.seal([("a", "1")])
        var there = fixture
        there.destination = elsewhere
        await #expect(throws: VaultError.notAuthentic) {
            try await there.update(sealed, keeping: ["a"], to: fixture.destination)
        }
    }

    @Test("keeps nothing whose data key does not open")
    func foreignKey() async throws {
        let sealed = try await Fixture().seal([("a", "1")])
        await #expect(throws: VaultError.unknownMasterKey(id: sealed.masterKeyID)) {
            try await fixture.update(sealed, setting: [("b", "2")], keeping: ["a"])
        }
    }
}

@Suite("Rotating the master key")
struct RotationTests {
    @Test("opens what older keys sealed, and seals with the new one")
    func rotates() async throws {
        let list = MasterKeyList()
        let fixture = Fixture(keyring: list.keyring())
        let old = try await fixture.seal([("a", "1")])
        let rotated = list.activating(nil).keyring()
        fixture.vault.use(rotated)
        #expect(rotated.ids == [rotated.active.id, list.keyring().active.id])
        #expect(try await fixture.open(old, "a") == "1")
        #expect(try await fixture.seal([("a", "1")]).masterKeyID == rotated.active.id)
        #expect(rotated.active.id != list.keyring().active.id)
    }

    @Test("wraps data keys anew, and leaves the fields as they are")
    func rewraps() async throws {
        let list = MasterKeyList()
        let fixture = Fixture(keyring: list.keyring())
        let old = try await fixture.seal([("a", "1"), ("b", "2")])
        fixture.vault.use(list.activating(nil).keyring())
        let rewrapped = try await fixture.vault.rewrap(old, organization: fixture.organization, record: fixture.record)
        let new = try #require(rewrapped)
        #expect(new.masterKeyID == fixture.vault.activeKeyID)
        #expect(new.bytes[73...] == old.bytes[73...])
        #expect(new.bytes[1..<73] != old.bytes[1..<73])
        #expect(try await fixture.openAll(new) == ["a=1", "b=2"])
    }

    @Test("has nothing to do for what the active key wraps already")
    func rewrapsNothing() async throws {
        let fixture = Fixture()
        let sealed = try await fixture.seal([("a", "1")])
        let rewrapped = try await fixture.vault.rewrap(
            sealed,
            organization: fixture.organization,
            record: fixture.record
        )
        #expect(rewrapped == nil)
    }

    @Test("does not rewrap what belongs to another record")
    func rewrapsNothingForeign() async throws {
        let list = MasterKeyList()
        let fixture = Fixture(keyring: list.keyring())
        let old = try await fixture.seal([("a", "1")])
        fixture.vault.use(list.activating(nil).keyring())
        await #expect(throws: VaultError.notAuthentic) {
            try await fixture.vault.rewrap(old, organization: fixture.record, record: fixture.record)
        }
    }
}
