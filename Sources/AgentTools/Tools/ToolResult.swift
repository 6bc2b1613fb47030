import Documents

/// The result of a tool: text for a model, and where it is Keyway's own alone, the same as data.
struct ToolResult: Sendable {
    var content: [JSONValue]
    /// Never what a third party has sent.
    var data: JSONValue?
    var isError = false

    /// A result of Keyway's own.
    init(_ data: JSONValue) {
        content = [Self.text(of: data)]
        self.data = data
    }

    /// A result of blocks.
    init(content: [JSONValue], isError: Bool) {
        self.content = content
        self.isError = isError
    }

    /// An error, in words on which a model can act.
    init(error text: String) {
        content = [Self.text(text)]
        isError = true
    }

    var members: [JSONValue.Member] {
        var members = [JSONValue.Member("content", .array(content))]
        if let data { members.append(.init("structuredContent", data)) }
        members.append(.init("isError", .boolean(isError)))
        return members
    }

    static func text(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }

    static func text(of value: JSONValue) -> JSONValue {
        text(String(decoding: JSONWriter.bytes(of: value), as: UTF8.self))
    }
}
