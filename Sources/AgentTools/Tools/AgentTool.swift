import Documents
import JSONReading

/// The tools: few, and the same for all connections.
///
/// None has an `outputSchema`: a client would hold what a third party sent against it, and refuse the response.
enum AgentTool: String, CaseIterable, Sendable {
    case listConnections = "list_connections"
    case describeConnection = "describe_connection"
    case previewAct = "preview_act"
    case act
    case testConnection = "test_connection"

    private var title: String {
        switch self {
        case .listConnections: "List connections"
        case .describeConnection: "Describe a connection"
        case .previewAct: "Preview a request"
        case .act: "Send a request"
        case .testConnection: "Test a connection"
        }
    }

    private var description: String {
        switch self {
        case .listConnections:
            "Lists the connections to third parties that you may send requests through, with what each allows. Filter by a "
                + "part of the name, by integration, or by a method and a path that you need."
        case .describeConnection:
            "Describes a connection: the base URL that paths are joined to, what its rules allow, its limits, and where the "
                + "vendor documents its API."
        case .previewAct:
            "Shows the request that act would send with the same arguments, with secrets masked, or the reason why it would "
                + "be refused. Sends nothing."
        case .act:
            "Sends an HTTP request to the third party of a connection. Keyway adds the credentials: never send any. Returns "
                + "status, some headers and the body. A long body is cut: read on by calling act with next_cursor as cursor "
                + "and nothing else, which sends nothing again. Preview what changes something before you send it. After an "
                + "error that says that the request may have been carried out, look before you send it again."
        case .testConnection:
            "Tells whether a connection's stored credentials work, by a request that changes nothing."
        }
    }

    /// The effects that a client may rely on.
    private var annotations: JSONValue {
        let (isReadOnly, isOpen) =
            switch self {
            case .listConnections, .describeConnection, .previewAct: (true, false)
            case .testConnection: (true, true)
            case .act: (false, true)
            }
        return [
            "title": .string(title), "readOnlyHint": .boolean(isReadOnly), "destructiveHint": .boolean(!isReadOnly),
            "idempotentHint": .boolean(isReadOnly), "openWorldHint": .boolean(isOpen),
        ]
    }

    /// Those that are listed. Where the address of the door is of one connection, there are no others to list.
    static func listed(forOneConnection isFixed: Bool) -> [JSONValue] {
        allCases.filter { !isFixed || $0 != .listConnections }.map { $0.listing(forOneConnection: isFixed) }
    }

    private func listing(forOneConnection isFixed: Bool) -> JSONValue {
        var properties = Self.schemas[self] ?? []
        var required: [JSONValue] = self == .previewAct ? ["method", "path"] : []
        switch self {
        case .listConnections: break
        case .describeConnection, .previewAct, .testConnection: required.insert("connection_id", at: 0)
        // A cursor alone is enough.
        case .act: break
        }
        if isFixed {
            properties.removeAll { $0.name == "connection_id" }
            required.removeAll { $0 == "connection_id" }
        }
        var schema: [JSONValue.Member] = [.init("type", "object"), .init("properties", .object(properties))]
        if !required.isEmpty { schema.append(.init("required", .array(required))) }
        schema.append(.init("additionalProperties", false))
        return [
            "name": .string(rawValue), "title": .string(title), "description": .string(description),
            "inputSchema": .object(schema), "annotations": annotations,
        ]
    }

    /// The arguments of each tool.
    private static let schemas: [AgentTool: [JSONValue.Member]] = [
        .listConnections: members(list), .describeConnection: members("{\(connection)}"),
        .previewAct: members("{\(connection),\(request)}"), .act: members("{\(connection),\(request),\(response)}"),
        .testConnection: members("{\(connection)}"),
    ]

    private static func members(_ text: String) -> [JSONValue.Member] {
        guard case .object(let members)? = try? JSONReader.read(Array(text.utf8)) else {
            preconditionFailure("the schemas are objects")
        }
        return members
    }

    private static let connection = #"""
        "connection_id":{"type":"string","description":"The id of the connection, a UUID, as list_connections tells it"}
        """#

    private static let list = #"""
        {"query":{"type":"string","description":"A part of the name, in any case"},
        "integration":{"type":"string","description":"The integration, such as OpenAI, GitLab or HTTP"},
        "method":{"type":"string","description":"Only connections that allow this method somewhere"},
        "path":{"type":"string",
        "description":"With method: only connections that allow the method on this path below their base URL"},
        "limit":{"type":"integer","minimum":1,"maximum":100,"description":"How many at most; 20 by default"},
        "cursor":{"type":"string","description":"next_cursor of the page before, with all else as it was"}}
        """#

    private static let request = #"""
        "method":{"type":"string","description":"GET, POST, PUT, PATCH, DELETE …"},
        "path":{"type":"string",
        "description":"The path below the connection's base URL, percent-encoded, beginning with /; no URL"},
        "query":{"type":"object","description":"Parameters of the query, which are encoded for you",
        "additionalProperties":{"type":["string","number","boolean","array"],"items":{"type":["string","number","boolean"]}}},
        "headers":{"type":"object","description":"Headers, except credentials, which the connection adds",
        "additionalProperties":{"type":"string"}},
        "json":{"description":"A body of JSON, as a value; or else text or base64"},
        "text":{"type":"string","description":"A body of text"},
        "base64":{"type":"string","description":"A body of any bytes, in base64"}
        """#

    private static let response = #"""
        "response_bytes":{"type":"integer","minimum":1,"maximum":65536,
        "description":"How much of the response's body is returned at once; 16384 by default"},
        "response_headers":{"type":"array","items":{"type":"string"},"maxItems":20,
        "description":"Headers of the response to return besides the usual ones"},
        "cursor":{"type":"string",
        "description":"next_cursor of a response, to read on in its body: alone, or with response_bytes"}
        """#
}
