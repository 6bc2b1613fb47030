import Documents
import Secrets

/// A response of AWS STS, as far as it is read: elements that hold only text, each by the names on the way to it.
///
/// It reads the XML of such responses and no more: no document types, no processing instructions but the declaration,
/// no comments, and none of the entities but the five that XML has itself.
struct TokenServiceResponse {
    private let values: [String: Secret]

    /// - Returns: `nil` if it is anything else.
    init?(_ buffer: SecretBuffer) {
        let values = withExtendedLifetime(buffer) {
            var reader = Reader(buffer: buffer)
            return reader.read()
        }
        guard let values else { return nil }
        self.values = values
    }

    /// The text of the element at a path such as `ErrorResponse/Error/Code`.
    subscript(_ path: String) -> Secret? { values[path] }

    func text(_ path: String) -> String? {
        values[path]?.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private struct Reader {
        let buffer: SecretBuffer
        var position = 0
        var path: [String] = []
        var values: [String: Secret] = [:]

        /// Deeper than any such response.
        static let deepest = 16

        var bytes: UnsafeRawBufferPointer { buffer.bytes }

        mutating func read() -> [String: Secret]? {
            skipBlanks()
            if starts(with: "<?xml") {
                guard let end = find("?>") else { return nil }
                position = end + 2
            }
            var textStart = position
            while position < bytes.count {
                guard bytes[position] == UInt8(ascii: "<") else {
                    if path.isEmpty, !isBlank(bytes[position]) { return nil }
                    position += 1
                    continue
                }
                let text = textStart..<position
                guard let tag = readTag() else { return nil }
                switch tag {
                case .start(let name):
                    guard path.count < Self.deepest, !(path.isEmpty && !values.isEmpty) else { return nil }
                    path.append(name)
                case .end(let name):
                    guard path.last == name else { return nil }
                    if let value = decode(text), values[path.joined(separator: "/")] == nil {
                        values[path.joined(separator: "/")] = value
                    }
                    path.removeLast()
                case .empty: break
                }
                textStart = position
            }
            return path.isEmpty && !values.isEmpty ? values : nil
        }

        enum Tag {
            case start(String)
            case end(String)
            case empty
        }

        mutating func readTag() -> Tag? {
            guard let close = find(">") else { return nil }
            var inside = position + 1..<close
            position = close + 1
            guard let first = inside.first else { return nil }
            if bytes[first] == UInt8(ascii: "/") {
                return name(first + 1..<inside.endIndex).map(Tag.end)
            }
            let isEmpty = inside.last.map { bytes[$0] == UInt8(ascii: "/") } ?? false
            if isEmpty { inside = inside.dropLast() }
            // Attributes, such as the name space, are of no interest.
            let nameEnd = inside.first { isBlank(bytes[$0]) } ?? inside.endIndex
            guard let name = name(inside.startIndex..<nameEnd) else { return nil }
            return isEmpty ? .empty : .start(name)
        }

        func name(_ range: Range<Int>) -> String? {
            guard !range.isEmpty, range.allSatisfy({ bytes[$0].isASCIILetter || bytes[$0].isASCIIDigit }) else {
                return nil
            }
            return String(decoding: bytes[range], as: UTF8.self)
        }

        /// The text of an element, its entities decoded.
        func decode(_ range: Range<Int>) -> Secret? {
            var count = 0
            var isWellFormed = true
            let result = SecretBuffer(count: range.count) { memory in
                var index = range.startIndex
                while index < range.endIndex {
                    guard bytes[index] == UInt8(ascii: "&") else {
                        memory[count] = bytes[index]
                        (count, index) = (count + 1, index + 1)
                        continue
                    }
                    let rest = bytes[index..<range.endIndex]
                    guard let entity = Self.entities.first(where: { rest.starts(with: $0.name.utf8) }) else {
                        isWellFormed = false
                        return
                    }
                    memory[count] = entity.byte
                    (count, index) = (count + 1, index + entity.name.utf8.count)
                }
            }
            return isWellFormed ? Secret(result, range: 0..<count) : nil
        }

        static let entities: [(name: String, byte: UInt8)] = [
            ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
            ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
        ]

        mutating func skipBlanks() {
            while position < bytes.count, isBlank(bytes[position]) { position += 1 }
        }

        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

        func find(_ text: String) -> Int? {
            var index = position
            while index < bytes.count {
                if bytes[index...].starts(with: text.utf8) { return index }
                index += 1
            }
            return nil
        }
    }
}
