import Cryptography
import Secrets

/// How master keys are written, in a file or in a variable's value.
///
/// Words between blanks or line ends: first ``header``, then one word for each key, the active one first. It is `ID:KEY`,
/// with the id's 8 and the key's 64 hexadecimal digits, or the `pkcs11:` URI of a key in hardware. `#` begins a comment
/// that ends with its line. Lists with a key in hardware begin with a header of their own, which earlier versions refuse.
extension MasterKeyList {
    private static let headerStem = "keyway-master-keys-"
    static let header = headerStem + "v1"
    static let headerWithHardware = headerStem + "v2"
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
    ) throws(MasterKeyError) -> MasterKeyList {
        guard text.count <= maximumLength else { throw .malformed(source: source, line: 1, fault: .tooLong) }
        // Some editors begin files with a byte order mark.
        let mark = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var words = WordReader(text: UnsafeRawBufferPointer(rebasing: text[mark...]))
        guard let first = words.next(), first.elementsEqual(header.utf8) || first.elementsEqual(headerWithHardware.utf8)
        else {
            let isOtherVersion = words.last?.starts(with: headerStem.utf8) ?? false
            throw .malformed(source: source, line: words.line, fault: isOtherVersion ? .unknownVersion : .noHeader)
        }
        var list: MasterKeyList?
        while let word = words.next() {
            do throws(Fault) {
                list = try list.adding(word)
            } catch {
                throw .malformed(source: source, line: words.line, fault: error)
            }
        }
        guard let list else { throw .malformed(source: source, line: words.line, fault: .noKey) }
        return list
    }

    fileprivate typealias Fault = MasterKeyError.Fault

    fileprivate static func parseKey(_ word: UnsafeRawBufferPointer) throws(Fault) -> MasterKey {
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
        let head = comment + (hardware.isEmpty ? MasterKeyList.header : MasterKeyList.headerWithHardware) + "\n"
        let lengths = entries.map { entry in
            switch entry {
            case .key: MasterKeyList.idDigits + 1 + MasterKeyList.keyDigits + 1
            case .hardware(let uri): uri.description.utf8.count + 1
            }
        }
        return SecretBuffer(count: lengths.reduce(head.utf8.count, +)) { memory in
            memory.copyBytes(from: head.utf8)
            var rest = memory.dropFirst(head.utf8.count)
            for (entry, length) in zip(entries, lengths) {
                let line = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(length))
                switch entry {
                case .key(let key): MasterKeyList.write(key, to: line)
                case .hardware(let uri): line.copyBytes(from: "\(uri)\n".utf8)
                }
                rest = rest.dropFirst(length)
            }
        }
    }

    private static func write(_ key: MasterKey, to line: UnsafeMutableRawBufferPointer) {
        guard case .memory(let memory) = key.place else { return }
        line.copyBytes(from: "\(key.id):".utf8)
        memory.withBytes { bytes in
            let digits = line.dropFirst(idDigits + 1).prefix(keyDigits)
            Hex.write(bytes, to: UnsafeMutableRawBufferPointer(rebasing: digits))
        }
        line[line.count - 1] = UInt8(ascii: "\n")
    }
}

extension MasterKeyList? {
    /// The list with the key that a word writes behind those before.
    fileprivate func adding(_ word: UnsafeRawBufferPointer) throws(MasterKeyError.Fault) -> MasterKeyList {
        let entries = self?.entries ?? []
        guard word.starts(with: HardwareKeyURI.scheme.utf8) else {
            let key = try MasterKeyList.parseKey(word)
            guard self?.ids.contains(key.id) != true else { throw .duplicateKey }
            return MasterKeyList(entries + [.key(key)])
        }
        let uri: HardwareKeyURI
        do throws(HardwareKeyURI.Fault) {
            uri = try HardwareKeyURI(parsing: String(decoding: word, as: UTF8.self))
        } catch {
            throw .badHardwareKey(error)
        }
        guard self?.hardware.contains(uri) != true else { throw .duplicateKey }
        return MasterKeyList(entries + [.hardware(uri)])
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
