import Documents

/// The schemas of messages for agents' clients, as far as HTTP sees them: MCP itself is described by its makers.
enum AgentComponents {
    static let all: [JSONValue.Member] = [
        .init(
            "AgentMessage",
            [
                "type": "object",
                "required": ["jsonrpc", "method"],
                "properties": [
                    "jsonrpc": ["type": "string", "const": "2.0"], "id": id, "method": ["type": "string"],
                    "params": ["type": "object"],
                ],
            ]
        ),
        .init(
            "AgentResponse",
            [
                "type": "object",
                "required": ["jsonrpc", "id"],
                "properties": ["jsonrpc": version, "id": id, "result": ["type": "object"], "error": error],
            ]
        ),
        .init(
            "AgentError",
            [
                "type": "object",
                "required": ["jsonrpc", "id", "error"],
                "properties": ["jsonrpc": version, "id": ["type": ["string", "integer", "null"]], "error": error],
            ]
        ),
    ]

    private static let version: JSONValue = ["type": "string", "const": "2.0"]
    private static let id: JSONValue = ["type": ["string", "integer"]]
    private static let error: JSONValue = [
        "type": "object",
        "required": ["code", "message"],
        "properties": ["code": ["type": "integer"], "message": ["type": "string"]],
    ]
}
