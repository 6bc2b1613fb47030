import Testing
import Vault

@Suite("Master keys as text")
struct MasterKeyTextTests {
    // Made up for these tests: the id belongs to the key.
    static let key = String(repeating: "0123456789abcdef", count: 4)
    static let id = "350942a7"
    static let header = "keyway-master-keys-v1"

    @Test(
        "are read whatever blanks and comments there are",
        arguments: [
            "\(header)\n\(id):\(key)\n", "\(header) \(id):\(key)",
            "# A comment: \(id)\n\n\(header) # another\n\t\(id):\(key)\r\n# the end",
            "\(header)\n\(id):\(key.uppercased())\n",
        ]
    )
    func reads(text: String) throws {
        #expect(try parse(text).ids == [Self.id])
    }

    @Test(
        "are refused where they are malformed, and never quoted",
        arguments: [
            ("", 1, .noHeader), ("# nothing\n", 2, .noHeader), ("\(id):\(key)", 1, .noHeader),
            ("keyway-master-keys-v3\n", 1, .unknownVersion), ("keyway-master-keys-v2\n", 2, .noKey),
            (header, 1, .noKey), ("\(header)\n\n# x", 3, .noKey),
            ("\(header)\n\(key)", 2, .notAKey), ("\(header)\n\(id):\(key.dropLast())", 2, .notAKey),
            ("\(header)\n\(id):\(key)0", 2, .notAKey), ("\(header)\n\(id):\(key.dropLast())g", 2, .notAKey),
            ("\(header)\n\(id)-\(key)", 2, .notAKey), ("\(header)\n\n\(id): \(key)", 3, .notAKey),
            ("\(header)\n\(id):\(key)\u{0}", 2, .notAKey), ("\(header)\n\(id):\(key) \u{0}", 2, .notAKey),
            ("\(header)\n00000000:\(key)", 2, .keyUnlikeItsID),
            ("\(header)\n\(id):\(key.dropLast())e", 2, .keyUnlikeItsID),
            ("\(header)\n\(id):\(key)\n\(id):\(key)", 3, .duplicateKey),
            ("\(header) \(HardwareKeyURITests.uri)\n\(HardwareKeyURITests.uri)", 2, .duplicateKey),
            (String(repeating: "#", count: 65_537), 1, .tooLong),
        ] as [(String, Int, MasterKeyError.Fault)]
    )
    func refuses(text: String, line: Int, fault: MasterKeyError.Fault) {
        let error = #expect(throws: MasterKeyError.self) { try parse(text) }
        #expect(error == .malformed(source: "here", line: line, fault: fault))
        #expect(error?.description.hasPrefix("here, line \(line): ") == true)
        #expect(!shown(error as Any).contains("0123456789"))
    }

    @Test("may name keys in hardware, whose trouble is told")
    func hardware() throws {
        let list = try parse("\(Self.header)\n\(HardwareKeyURITests.uri)\n\(Self.id):\(Self.key)\n")
        #expect(list.hardware.map(\.description) == [HardwareKeyURITests.uri])
        #expect(list.ids == [Self.id])
        let error = #expect(throws: MasterKeyError.self) { try parse("\(Self.header)\npkcs11:token=T;object=K\n") }
        #expect(error?.description.contains("here, line 2: the URI of a key in hardware can't be used") == true)
        #expect(error?.description.contains("module-path") == true)
    }

    private func parse(_ text: String) throws(MasterKeyError) -> MasterKeyList {
        let bytes = [UInt8](text.utf8)
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(MasterKeyError) in try MasterKeyList.parse(bytes, source: "here") }
        }
        return try result.get()
    }
}
