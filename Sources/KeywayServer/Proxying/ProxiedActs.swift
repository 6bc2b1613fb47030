import Access
import ActService
import Acting
import Documents
import ForwardProxy
import HTTPServer
import NetworkTypes

/// Acts whose requests come through the forward proxy, to third parties' own hosts.
struct ProxiedActs: Sendable {
    let acts: ConnectionActs

    /// The one endpoint of all such requests. It has no place in the router: its paths are those of third parties.
    var endpoint: Endpoint {
        EndpointGroup(
            "Acting",
            at: "proxy:",
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true)
        ).endpoint(
            nil,
            "/{path...}",
            "ActThroughProxy",
            "Send a request to a third party's own host through the forward proxy",
            responses: [],
            .act(act)
        )
    }

    private func act(_ call: Call, _ sink: HTTPActSink) throws {
        guard let tunnel = call.request.tunnel, let opened = call.request.proxyTunnel else {
            preconditionFailure("such a request has come through a tunnel")
        }
        do {
            guard opened.session.isGood(at: .now) else {
                throw APIError(403, "The proxy's session has ended: connect anew, with another.")
            }
            try Self.requireHost(of: tunnel, in: call.request)
            let path = call.request.rawPath
            let found = try acts.bindings(of: opened.connections, for: call.actor)
                .reaching(tunnel.host, port: tunnel.port).deciding(path, at: tunnel.host)
            guard let binding = found.first else {
                opened.session.noteUnbound(tunnel.host)
                throw APIError(
                    403,
                    "No connection that this credential may act through reaches this path of \(tunnel.host)."
                )
            }
            guard found.count == 1 else { throw ProxyDoor.ambiguous(found) }
            try acts.answer(
                call.actRequest(
                    path: binding.address.path(for: path, at: tunnel.host) ?? "",
                    arrival: ThirdPartyArrival(
                        origin: "https://\(tunnel.host)" + (tunnel.port == 443 ? "" : ":\(tunnel.port)"),
                        addsCredentials: opened.addsCredentials
                    )
                ),
                through: binding.connection,
                for: call,
                sink
            )
        } catch {
            opened.session.noteRefusal()
            throw error
        }
    }

    /// Refuses a request for another host than its tunnel's: a client that uses one connection for several.
    private static func requireHost(of tunnel: Tunnel, in request: any ServiceRequest) throws(APIError) {
        var name = (request.header("Host") ?? "").lowercased()[...]
        if name.hasSuffix(":\(tunnel.port)") { name = name.dropLast(":\(tunnel.port)".count) }
        if name.hasSuffix(".") { name = name.dropLast() }
        guard name == tunnel.host else {
            throw APIError(421, "The request is for another host than the one that was opened: \(tunnel.host).")
        }
    }
}
