import ActService
import Documents

/// An error of JSON-RPC: the message itself is wrong. It quotes nothing of the message.
struct RPCError: Error {
    /// The codes of JSON-RPC, and those that MCP adds.
    enum Code: Int64, Sendable {
        case parseError = -32_700
        case invalidRequest = -32_600
        case methodNotFound = -32_601
        case invalidParameters = -32_602
        /// There is no such resource, up to 2025-11-25.
        case resourceNotFound = -32_002
        /// A header does not say what the body says.
        case headerMismatch = -32_020
        case unsupportedVersion = -32_022
    }

    let code: Code
    /// For people: what is wrong, where, and what to do.
    let message: String
    let data: JSONValue?
    /// The HTTP status, where the code alone does not decide it.
    private let ownStatus: Int?
    /// The id of the request, where it could be read.
    var id: JSONValue?

    init(_ code: Code, _ message: String, data: JSONValue? = nil, status: Int? = nil, id: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
        ownStatus = status
        self.id = id
    }

    static func unsupported(_ supported: [ProtocolVersion], requested: String) -> RPCError {
        RPCError(
            .unsupportedVersion,
            "The protocol version is none that is spoken here.",
            data: [
                "supported": .array(supported.map { .string($0.rawValue) }),
                "requested": .string(String(requested.prefix(64))),
            ]
        )
    }

    /// The response, to a request of a version if that is known.
    func response(in version: ProtocolVersion?) -> DoorResponse {
        var error: [JSONValue.Member] = [.init("code", .integer(code.rawValue)), .init("message", .string(message))]
        if let data { error.append(.init("data", data)) }
        let body: JSONValue = ["jsonrpc": "2.0", "id": id ?? .null, "error": .object(error)]
        return DoorResponse(status: ownStatus ?? status(in: version), body: JSONWriter.bytes(of: body))
    }

    private func status(in version: ProtocolVersion?) -> Int {
        switch code {
        case .parseError, .invalidRequest, .headerMismatch, .unsupportedVersion: 400
        // With a handshake these are responses like any other.
        case .methodNotFound: version == .modern ? 404 : 200
        case .invalidParameters: version?.hasHandshake ?? false ? 200 : 400
        case .resourceNotFound: 200
        }
    }
}
