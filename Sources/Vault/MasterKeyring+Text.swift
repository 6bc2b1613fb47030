import Cryptography
import Secrets

/// How master keys are written, in a file or in a variable's value.
///
/// Words between blanks or line ends: first ``header``, then one `ID:KEY` for each key, the active one first, with the
/// id's 8 and the key's 64 hexadecimal digits. `#` begins a comment that ends with its line.
extension MasterKeyring {
    private static let headerStem = "keyway-master-keys-"
    static let header = headerStem + "v1"
    static let maximumLength = 65_536
    private static let idDigits = 8
    private static let keyDigits = 64

    /// Reads what ``text`` writes.
    ///
    /// - Parameters:
    ///   - text: The text. The caller sees to its being zeroed.
    ///   - source: What to call the place it comes from, in errors.
    /// - Returns: The keys.
    /// - Throws: ``MasterKeyError/malformed(source:line:fault:)``.
    package static func parse(
        _ text: UnsafeRawBufferPointer,
        source: String
    ) throws(MasterKeyError) -> MasterKeyring {
        guard text.count <= maximumLength else { throw .malformed(source: source, line: 1, fault: .tooLong) }
        // Some editors begin files with a byte order mark.
        let mark = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var words = WordReader(text: UnsafeRawBufferPointer(rebasing: text[mark...]))
        guard let first = words.next(), first.elementsEqual(header.utf8) else {
            let isOtherVersion = words.last?.starts(with: headerStem.utf8) ?? false
            throw .malformed(source: source, line: words.line, fault: isOtherVersion ? .unknownVersion : .noHeader)
        }
        var keys: [MasterKey] = []
        while let word = words.next() {
            do throws(Fault) {
                let key = try parseKey(word)
                guard !keys.contains(where: { $0.id == key.id }) else { throw .duplicateKey }
                keys.append(key)
            } catch {
                throw .malformed(source: source, line: words.line, fault: error)
            }
        }
        guard !keys.isEmpty else { throw .malformed(source: source, line: words.line, fault: .noKey) }
        return MasterKeyring(keys)
    }

    private typealias Fault = MasterKeyError.Fault

    private static func parseKey(_ word: UnsafeRawBufferPointer) throws(Fault) -> MasterKey {
        guard word.count == idDigits + 1 + keyDigits, word[idDigits] == UInt8(ascii: ":") else { throw .notAKey }
        let memory = try LockedMemory(count: SealingKey.length) { bytes throws(Fault) in
            let digits = UnsafeRawBufferPointer(rebasing: word.suffix(keyDigits))
            guard Hex.read(digits, into: bytes) else { throw .notAKey }
        }
        let key = MasterKey(memory)
        guard word.prefix(idDigits).elementsEqual(key.id.utf8) else { throw .keyUnlikeItsID }
        return key
    }

    /// The content of a master key file.
    var text: SecretBuffer {
        let comment = """
            # Keyway's master keys: the first seals, all of them open. Without them no stored secret can be read;
            # with them and a copy of the data, all can. Keep a copy of this file, apart from those of the data.

            """
        let head = comment + MasterKeyring.header + "\n"
        let lineLength = MasterKeyring.idDigits + 1 + MasterKeyring.keyDigits + 1
        return SecretBuffer(count: head.utf8.count + keys.count * lineLength) { memory in
            memory.copyBytes(from: head.utf8)
            var rest = memory.dropFirst(head.utf8.count)
            for key in keys {
                UnsafeMutableRawBufferPointer(rebasing: rest).copyBytes(from: "\(key.id):".utf8)
                rest = rest.dropFirst(MasterKeyring.idDigits + 1)
                key.memory.withBytes { bytes in
                    let digits = rest.prefix(MasterKeyring.keyDigits)
                    Hex.write(bytes, to: UnsafeMutableRawBufferPointer(rebasing: digits))
                }
                rest = rest.dropFirst(MasterKeyring.keyDigits)
                UnsafeMutableRawBufferPointer(rebasing: rest).copyBytes(from: "\n".utf8)
                rest = rest.dropFirst()
            }
        }
    }
}

/// Walks through a text word by word, past blanks and comments.
private struct WordReader {
    let text: UnsafeRawBufferPointer
    private var position = 0
    /// The word that ``next()`` returned last.
    private(set) var last: UnsafeRawBufferPointer?
    /// The line where it walked to, from 1.
    private(set) var line = 1

    init(text: UnsafeRawBufferPointer) {
        self.text = text
    }

    mutating func next() -> UnsafeRawBufferPointer? {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                position += 1
            case UInt8(ascii: "#"):
                position = text[position...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            default:
                let rest = text[position...]
                let end = rest.firstIndex { $0 <= UInt8(ascii: " ") } ?? text.count
                // A control character that is no blank is a word of its own, and no good one.
                let word = text[position..<max(end, position + 1)]
                position = word.endIndex
                last = UnsafeRawBufferPointer(rebasing: word)
                return last
            }
        }
        return nil
    }
}
