import Cryptography
import Testing

@Suite("Hexadecimal digits")
struct HexTests {
    @Test("are written lower-case, two for each byte")
    func writes() {
        var digits = [UInt8](repeating: 0, count: 8)
        let bytes: [UInt8] = [0, 0x0f, 0xa5, 0xff]
        bytes.withUnsafeBytes { bytes in
            digits.withUnsafeMutableBytes { Hex.write(bytes, to: $0) }
        }
        #expect(String(decoding: digits, as: UTF8.self) == "000fa5ff")
        #expect(bytes.withUnsafeBytes { Hex.string($0) } == "000fa5ff")
    }

    @Test("are read in either case", arguments: ["00ffa5", "00FFA5"])
    func reads(text: String) {
        #expect(read(text, count: 3) == [0, 0xff, 0xa5])
    }

    @Test("are nothing else and of the right number", arguments: ["", "00ff", "00ffa", "00ffa5a", "00fg55", "00 f55"])
    func refuses(text: String) {
        #expect(read(text, count: 3) == nil)
    }

    private func read(_ text: String, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isHex = [UInt8](text.utf8).withUnsafeBytes { digits in
            bytes.withUnsafeMutableBytes { Hex.read(digits, into: $0) }
        }
        return isHex ? bytes : nil
    }
}

@Suite("A comparison in constant time")
struct ConstantTimeTests {
    @Test(
        "tells whether the bytes are the same",
        arguments: [
            ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([1, 2], [1], false), ([], [], true), ([], [0], false),
        ] as [([UInt8], [UInt8], Bool)]
    )
    func compares(left: [UInt8], right: [UInt8], isEqual: Bool) {
        let result = left.withUnsafeBytes { left in right.withUnsafeBytes { ConstantTime.areEqual(left, $0) } }
        #expect(result == isEqual)
    }
}

@Suite("Random bytes")
struct RandomBytesTests {
    @Test("differ from draw to draw")
    func differ() {
        #expect(Set((0..<100).map { _ in RandomBytes.array(count: 16) }).count == 100)
        #expect(RandomBytes.array(count: 0).isEmpty)
    }
}
