import Cryptography
import Testing

@Suite("A sealing key")
struct SealingKeyTests {
    // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    @Test("seals as the draft's example does")
    func draftVector() {
        let key = [UInt8](0x80...0x9f)
        let nonce = [UInt8](0x40...0x57)
        let data: [UInt8] = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7]
        let plaintext = """
            Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen \
            would be it.
            """
        let box = seal([UInt8](plaintext.utf8), key: key, nonce: nonce, data: data)
        #expect(box.prefix(24).elementsEqual(nonce))
        #expect(
            hex(box.dropFirst(24)) == """
                bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c670\
                8c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9\
                768812f615c68b13b52ec0875924c1c7987947deafd8780acf49
                """
        )
    }

    @Test("opens what it sealed", arguments: [0, 1, 15, 16, 17, 64, 1000])
    func roundTrip(count: Int) {
        let plaintext = RandomBytes.array(count: count)
        let (key, nonce) = (RandomBytes.array(count: 32), RandomBytes.array(count: 24))
        #expect(open(seal(plaintext, key: key, nonce: nonce, data: [1, 2]), key: key, data: [1, 2]) == plaintext)
    }

    @Test("opens nothing that was altered in any bit, or cut off")
    func refusesAlteredBoxes() {
        let (key, nonce) = (RandomBytes.array(count: 32), RandomBytes.array(count: 24))
        let box = seal([1, 2, 3, 4, 5], key: key, nonce: nonce, data: [9])
        for bit in 0..<box.count * 8 {
            var altered = box
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(open(altered, key: key, data: [9]) == nil, "bit \(bit)")
        }
        for count in 0..<box.count {
            #expect(open([UInt8](box.prefix(count)), key: key, data: [9]) == nil, "\(count) bytes")
        }
    }

    @Test("opens nothing with other associated data or by another key")
    func refusesOtherContext() {
        let (key, nonce) = (RandomBytes.array(count: 32), RandomBytes.array(count: 24))
        let box = seal([1], key: key, nonce: nonce, data: [9])
        #expect(open(box, key: key, data: []) == nil)
        #expect(open(box, key: key, data: [8]) == nil)
        #expect(open(box, key: RandomBytes.array(count: 32), data: [9]) == nil)
    }

    private func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], data: [UInt8]) -> [UInt8] {
        var box = [UInt8](repeating: 0, count: plaintext.count + SealingKey.overhead)
        box.withUnsafeMutableBytes { box in
            key.withUnsafeBytes { key in
                nonce.withUnsafeBytes { nonce in
                    data.withUnsafeBytes { data in
                        plaintext.withUnsafeBytes { plaintext in
                            SealingKey(borrowing: key).seal(plaintext, nonce: nonce, associatedData: data, into: box)
                        }
                    }
                }
            }
        }
        return box
    }

    private func open(_ box: [UInt8], key: [UInt8], data: [UInt8]) -> [UInt8]? {
        var plaintext = [UInt8](repeating: 0, count: max(0, box.count - SealingKey.overhead))
        let isAuthentic = plaintext.withUnsafeMutableBytes { plaintext in
            key.withUnsafeBytes { key in
                data.withUnsafeBytes { data in
                    box.withUnsafeBytes { box in
                        SealingKey(borrowing: key).open(box, associatedData: data, into: plaintext)
                    }
                }
            }
        }
        return isAuthentic ? plaintext : nil
    }

    private func hex(_ bytes: some Collection<UInt8>) -> String {
        [UInt8](bytes).withUnsafeBytes { Hex.string($0) }
    }
}
