import CJansson
import Documents
import Platform
import Secrets

/// A parsed document as the parser holds it, freed and zeroed when it goes out of scope.
struct ParsedTree: ~Copyable {
    private let root: UnsafeMutablePointer<json_t>

    init(parsing bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
        ParserLibrary.start()
        var error = json_error_t()
        // The error's text quotes the input.
        defer { explicit_bzero(&error, MemoryLayout<json_error_t>.size) }
        let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY
        let characters = bytes.assumingMemoryBound(to: CChar.self).baseAddress
        guard let root = json_loadb(characters, bytes.count, Int(flags), &error) else {
            let kind = JSONSyntaxError.Kind(json_error_code(&error))
            throw JSONSyntaxError(kind, offset: Int(error.position), in: bytes)
        }
        self.root = root
    }

    deinit {
        json_decref(root)
    }

    /// The tree as a value, its strings in one buffer of `stringBytes` bytes, of which they need not take all.
    func value(stringBytes: Int) -> JSONValue {
        let buffer = SecretBuffer(count: stringBytes) { memory in
            var copier = StringCopier(memory: memory)
            copier.copy(from: root)
        }
        var builder = ValueBuilder(buffer: buffer)
        return builder.value(of: root)
    }
}

extension JSONSyntaxError.Kind {
    fileprivate init(_ code: json_error_code) {
        switch code {
        case json_error_premature_end_of_input: self = .unexpectedEnd
        case json_error_end_of_input_expected: self = .textAfterValue
        case json_error_duplicate_key: self = .duplicateName
        case json_error_invalid_utf8: self = .invalidUTF8
        case json_error_null_character, json_error_null_byte_in_key: self = .nulCharacter
        case json_error_numeric_overflow: self = .numberOutOfRange
        case json_error_stack_overflow: self = .nestedTooDeep
        default: self = .notJSON
        }
    }
}

/// Copies a tree's strings into one run of memory, in the order of the text.
private struct StringCopier {
    let memory: UnsafeMutableRawBufferPointer
    var offset = 0

    mutating func copy(from node: UnsafeMutablePointer<json_t>) {
        switch node.pointee.type {
        case JSON_STRING:
            copy(json_string_value(node), count: json_string_length(node))
        case JSON_ARRAY:
            for index in 0..<json_array_size(node) {
                if let element = json_array_get(node, index) { copy(from: element) }
            }
        case JSON_OBJECT:
            var member = json_object_iter(node)
            while member != nil, let value = json_object_iter_value(member) {
                copy(json_object_iter_key(member), count: json_object_iter_key_len(member))
                copy(from: value)
                member = json_object_iter_next(node, member)
            }
        default:
            break
        }
    }

    private mutating func copy(_ characters: UnsafePointer<CChar>?, count: Int) {
        let source = UnsafeRawBufferPointer(start: characters, count: count)
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + count]).copyMemory(from: source)
        offset += count
    }
}

/// Builds values over the strings that a ``StringCopier`` copied: it visits the tree in the same order.
private struct ValueBuilder {
    let buffer: SecretBuffer
    var offset = 0

    mutating func value(of node: UnsafeMutablePointer<json_t>) -> JSONValue {
        switch node.pointee.type {
        case JSON_STRING:
            return .string(text(count: json_string_length(node)))
        case JSON_INTEGER:
            return .integer(Int64(json_integer_value(node)))
        case JSON_REAL:
            return .number(json_real_value(node))
        case JSON_TRUE:
            return .boolean(true)
        case JSON_FALSE:
            return .boolean(false)
        case JSON_ARRAY:
            var elements: [JSONValue] = []
            elements.reserveCapacity(json_array_size(node))
            for index in 0..<json_array_size(node) {
                if let element = json_array_get(node, index) { elements.append(value(of: element)) }
            }
            return .array(elements)
        case JSON_OBJECT:
            var members: [JSONValue.Member] = []
            members.reserveCapacity(json_object_size(node))
            // The parser's objects keep their members in the order of the text.
            var member = json_object_iter(node)
            while member != nil, let memberValue = json_object_iter_value(member) {
                let name = text(count: json_object_iter_key_len(member))
                members.append(JSONValue.Member(name, value(of: memberValue)))
                member = json_object_iter_next(node, member)
            }
            return .object(members)
        default:
            return .null
        }
    }

    private mutating func text(count: Int) -> JSONText {
        defer { offset += count }
        return JSONText(buffer, offset: offset, count: count)
    }
}
