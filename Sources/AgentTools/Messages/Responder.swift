import ActService
import Documents

/// A request as its response needs it.
struct Responder: Sendable {
    let id: JSONValue
    let version: ProtocolVersion
    /// Name and version of this server.
    let identity: JSONValue

    /// A result.
    ///
    /// - Parameters:
    ///   - members: Its members.
    ///   - lifetime: How long a client may keep it, in milliseconds; `nil` for what is not kept.
    /// - Returns: The response.
    func result(_ members: [JSONValue.Member], keptFor lifetime: Int64? = nil) -> DoorResponse {
        var all = members
        if version == .modern {
            all.append(.init("resultType", "complete"))
            if let lifetime {
                all.append(.init("ttlMs", .integer(lifetime)))
                all.append(.init("cacheScope", "private"))
            }
            all.append(.init("_meta", ["io.modelcontextprotocol/serverInfo": identity]))
        }
        let body: JSONValue = ["jsonrpc": "2.0", "id": id, "result": .object(all)]
        return DoorResponse(status: 200, body: JSONWriter.bytes(of: body))
    }

    func error(_ error: RPCError) -> DoorResponse {
        var error = error
        error.id = id
        return error.response(in: version)
    }

    func result(of tool: ToolResult) -> DoorResponse { result(tool.members) }
}
