import Documents
import Secrets
import Testing
import Vault

@Suite("Sealing a record's secrets")
struct SealingTests {
    let fixture = Fixture()

    @Test(
        "gives them back, field by field and all together",
        arguments: [
            [], [("token", "value")], [("token", "")], [("", "value")], [("a", "1"), ("b", "2"), ("c", "3")],
            [("tokens/ünïcode 😀", "ünïcode 😀\u{0}\n")], [("long", String(repeating: "x", count: 100_000))],
        ] as [[(String, String)]]
    )
    func roundTrip(secrets: [(String, String)]) async throws {
        let sealed = try await fixture.seal(secrets)
        let expected = secrets.map { "\($0.0)=\($0.1)" }
        #expect(try await fixture.openAll(sealed) == expected)
        #expect(try fixture.vault.fields(of: sealed) == secrets.map(\.0))
        for (field, value) in secrets {
            #expect(try await fixture.open(sealed, field) == value)
        }
    }

    @Test("names the master key, and shows neither secret nor key")
    func conceals() async throws {
        let sealed = try await fixture.seal([("token", "marker-of-a-secret")])
        #expect(sealed.masterKeyID == fixture.vault.activeKeyID)
        #expect(sealed.bytes.contains("token".utf8))
        #expect(!sealed.bytes.contains("marker".utf8))
    }

    @Test("gives other bytes each time")
    func fresh() async throws {
        let (first, second) = (try await fixture.seal([("a", "1")]), try await fixture.seal([("a", "1")]))
        // All of the two boxes: 72 bytes behind the version, and the field's behind its name.
        #expect(first.bytes[1..<25] != second.bytes[1..<25])
        #expect(first.bytes.suffix(41).prefix(24) != second.bytes.suffix(41).prefix(24))
    }

    @Test("has the length that its layout tells")
    func layout() async throws {
        let sealed = try await fixture.seal([("token", "value"), ("k", "")])
        let (first, second) = (4 + 5 + 4 + 40 + 5, 4 + 1 + 4 + 40)
        #expect(sealed.bytes.count == 1 + 72 + 4 + first + second)
        #expect(sealed.bytes[0] == 1)
        #expect(sealed.bytes[73..<82].elementsEqual([0, 0, 0, 2, 0, 0, 0, 5] + "t".utf8))
    }

    @Test("refuses two of one name")
    func duplicates() async {
        await #expect(throws: VaultError.duplicateField) {
            try await fixture.seal([("a", "1"), ("b", "2"), ("a", "3")])
        }
        await #expect(throws: VaultError.duplicateField) {
            try await fixture.update(nil, setting: [("a", "1"), ("a", "3")])
        }
    }
}

@Suite("Sealed secrets open nowhere else")
struct BindingTests {
    let fixture = Fixture()

    @Test("not in another organisation")
    func organization() async throws {
        try await expectOpensNot { $0.organization = Identifier(high: $0.organization.high, low: 99) }
    }

    @Test("not in another record")
    func record() async throws {
        try await expectOpensNot { $0.record = Identifier(high: 99, low: $0.record.low) }
    }

    @Test("not in a record whose id is the organisation's, and the other way round")
    func swappedIdentifiers() async throws {
        try await expectOpensNot { ($0.organization, $0.record) = ($0.record, $0.organization) }
    }

    @Test(
        "not at another destination",
        arguments: ["", "http://api.example.com:443", "https://api.example.com:44", "https://api.example.com:443 "]
    )
    func destination(destination: String) async throws {
        try await expectOpensNot { $0.destination = destination }
    }

    @Test("not under another field's name")
    func renamedField() async throws {
        var bytes = try await fixture.seal([("tokenA", "1")]).bytes
        let masterKeyID = fixture.vault.activeKeyID
        // The whole name: a single letter of it may stand in the ciphertext, too.
        let name = try #require(bytes.firstRange(of: "tokenA".utf8))
        bytes[name.upperBound - 1] = UInt8(ascii: "B")
        let moved = SealedSecrets(masterKeyID: masterKeyID, bytes: bytes)
        await #expect(throws: VaultError.notAuthentic) { try await fixture.open(moved, "tokenB") }
        await #expect(throws: VaultError.noSuchField) { try await fixture.open(moved, "tokenA") }
    }

    @Test("not where name and destination are cut at another place")
    func shiftedBoundary() async throws {
        var one = fixture
        one.destination = "https://a"
        let sealed = try await one.seal([("bc", "1")])
        // The same letters in the same order, as `https://ab` and `c`.
        var bytes = sealed.bytes
        let nameLength = 1 + 72 + 4
        bytes.replaceSubrange(nameLength..<nameLength + 6, with: [0, 0, 0, 1] + "c".utf8)
        one.destination = "https://ab"
        await #expect(throws: VaultError.notAuthentic) {
            try await one.openAll(SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes))
        }
    }

    @Test("not with the box of another field of the record, or of the same field under another data key")
    func movedBox() async throws {
        let sealed = try await fixture.seal([("a", "1"), ("b", "2")])
        let other = try await fixture.seal([("a", "3"), ("b", "4")])
        let boxes = [86..<127, 136..<177]
        #expect(sealed.bytes.count == 177)
        var swapped = sealed.bytes
        swapped.replaceSubrange(boxes[0], with: sealed.bytes[boxes[1]])
        var transplanted = sealed.bytes
        transplanted.replaceSubrange(boxes[0], with: other.bytes[boxes[0]])
        for bytes in [swapped, transplanted] {
            let moved = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes)
            await #expect(throws: VaultError.notAuthentic) { try await fixture.open(moved, "a") }
            #expect(try await fixture.open(moved, "b") == "2")
        }
    }

    @Test("not without their master key")
    func unknownMasterKey() async throws {
        let sealed = try await fixture.seal([("a", "1")])
        let other = Fixture()
        await #expect(throws: VaultError.unknownMasterKey(id: sealed.masterKeyID)) { try await other.open(sealed, "a") }
        let relabelled = SealedSecrets(masterKeyID: other.vault.activeKeyID, bytes: sealed.bytes)
        await #expect(throws: VaultError.notAuthentic) { try await other.open(relabelled, "a") }
    }

    private func expectOpensNot(_ change: (inout Fixture) -> Void) async throws {
        let sealed = try await fixture.seal([("a", "1")])
        var other = fixture
        change(&other)
        let changed = other
        await #expect(throws: VaultError.notAuthentic) { try await changed.open(sealed, "a") }
        await #expect(throws: VaultError.notAuthentic) { try await changed.openAll(sealed) }
        #expect(try await fixture.open(sealed, "a") == "1")
    }
}

@Suite("Damage to sealed secrets")
struct DamageTests {
    let fixture = Fixture()

    @Test("is found at every bit")
    func everyBit() async throws {
        let sealed = try await fixture.seal([("token", "value"), ("key", "")])
        for bit in 0..<sealed.bytes.count * 8 {
            var bytes = sealed.bytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            let altered = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes)
            await #expect(throws: VaultError.self, "bit \(bit)") { try await fixture.openAll(altered) }
        }
    }

    @Test("is found wherever they are cut off, or go on")
    func everyTruncation() async throws {
        let sealed = try await fixture.seal([("token", "value"), ("key", "")])
        let beginnings = (0..<sealed.bytes.count).map { [UInt8](sealed.bytes.prefix($0)) }
        for bytes in beginnings + [sealed.bytes + [0]] {
            let altered = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes)
            await #expect(throws: VaultError.damaged, "\(bytes.count) bytes") { try await fixture.openAll(altered) }
            #expect(throws: VaultError.damaged, "\(bytes.count) bytes") { try fixture.vault.fields(of: altered) }
            await #expect(throws: VaultError.damaged, "\(bytes.count) bytes") {
                try await fixture.update(altered, keeping: ["token"])
            }
        }
    }

    @Test("never upsets the vault, whatever a length says", arguments: [73, 77, 86])
    func everyLength(position: Int) async throws {
        let sealed = try await fixture.seal([("token", "value")])
        for length: UInt32 in [0, 1, 2, 44, 46, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
            var bytes = sealed.bytes
            let encoded = withUnsafeBytes(of: length.bigEndian) { [UInt8]($0) }
            guard !bytes[position..<position + 4].elementsEqual(encoded) else { continue }
            bytes.replaceSubrange(position..<position + 4, with: encoded)
            let altered = SealedSecrets(masterKeyID: sealed.masterKeyID, bytes: bytes)
            // A count of 1 is what there is; nothing else opens.
            if position == 73, length == 1 { continue }
            await #expect(throws: VaultError.self) { try await fixture.openAll(altered) }
        }
    }
}
