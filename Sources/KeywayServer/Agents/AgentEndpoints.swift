import Access
import ActService
import Documents
import HTTPServer
import NetworkTypes

/// The addresses of the door for agents, which speaks MCP. All that this server does is to let the callers in.
struct AgentEndpoints: Sendable {
    let door: any MessageDoor
    /// The URL under which callers reach the server, if the operator has said so.
    let publicURL: String?

    private static let path = "/mcp"

    /// Whether a path is the door's, or would be if it existed.
    static func isTheirs(_ path: String) -> Bool { path == Self.path || path.hasPrefix("\(Self.path)/") }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Agents",
            at: Self.path,
            errors: .jsonRPC,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true)
        )
        return [
            group.endpoint(
                .post,
                "",
                "SendAgentMessage",
                "Send a message of MCP, about all connections that the caller may act through",
                request: "AgentMessage",
                responses: Self.responses,
                .message { call in try work(for: call, about: nil) }
            ),
            group.endpoint(
                .post,
                "/{connection_id}",
                "SendAgentMessageAboutConnection",
                "Send a message of MCP about one connection",
                request: "AgentMessage",
                responses: Self.responses,
                mayBeAbsent: false,
                .message { call in try work(for: call, about: try call.identifier("connection_id", orStatus: 400)) }
            ),
        ]
    }

    private static let responses: [DescribedResponse] = [
        .ok("The response: a result, or an error of JSON-RPC", "AgentResponse"),
        DescribedResponse(202, "The notification was taken"),
        .error(400, "The message, its headers or the id of the connection are not valid"),
        .error(401, "The credential is missing or wrong"),
        .error(404, "There is no such method"),
        .error(406, "The caller does not take JSON"),
        .error(415, "The body is not called JSON, or is compressed"),
    ]

    private func work(for call: Call, about connection: Identifier?) throws -> DoorWork {
        var headers: [HeaderField] = []
        call.request.forEachHeader { headers.append($0) }
        let message = DoorMessage(connection: connection, headers: headers, body: call.request.body)
        try requireOwnOrigin(message, call.request)
        return door.work(for: message, by: call.actor)
    }

    /// Refuses what a page of another server sends: its browser may have been led here by a name of that server's.
    private func requireOwnOrigin(_ message: DoorMessage, _ request: any ServiceRequest) throws {
        let origins = message.values(of: "Origin")
        guard !origins.isEmpty else { return }
        let own = PublicAddress.url(configured: publicURL, request: request).flatMap(Self.origin)
        guard let own, origins.allSatisfy({ Self.origin(of: $0) == own }) else {
            throw APIError(
                403,
                "The Origin is none of this server's: pages of other servers may not send messages here.",
                at: .header("Origin")
            )
        }
    }

    private static func origin(of url: String) -> String? {
        var url = url
        return url.withUTF8 { WebOrigin(parsing: $0)?.text }
    }
}

extension ErrorWords {
    /// An error in the words that all doors have. Where it is the server's own trouble, the operator's log tells why.
    init(_ error: any Error, of requestID: String, notedIn log: AccessLog) {
        let (error, forOperator) = APIError.from(error)
        if let forOperator { log.noteFailure(forOperator, of: requestID) }
        var headers = error.headers
        ActHeader.mark(&headers, status: error.status)
        self.init(
            code: headers.first { $0.name == ActHeader.error }?.value ?? "failed",
            text: error.issues.map(\.detail).joined(separator: " "),
            isTransient: !headers.contains { $0.name == ActHeader.shouldRetry }
        )
    }
}
