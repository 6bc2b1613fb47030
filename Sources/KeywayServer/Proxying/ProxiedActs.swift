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
        let (tunnel, opened) = call.opened
        do {
            try call.requireOpen()
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
                        addsCredentials: opened.addsCredentials,
                        signedFor: call.request.signatureClaim?.scope
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
}
