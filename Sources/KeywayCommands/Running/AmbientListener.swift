import AmbientCredentials
import Cryptography
import HTTPServer
import NetworkTypes
import Synchronization

/// Serves credentials for one command's own tools on a loopback port, for as long as it is kept.
final class AmbientListener: Sendable {
    /// Host and port.
    let host: String
    /// The text by which the command's tools prove that they are the command's.
    let proof: String
    private let server: HTTPServer

    /// The requests that are answered at a time; a tool has few threads.
    private static let connections = 256

    /// Begins to give tokens out, and to tell Google's libraries a project.
    init(tokens: AmbientTokens, project: String) throws {
        proof = RandomBytes.array(count: 32).withUnsafeBytes { Hex.string($0) }
        let handler = Handler()
        var configuration = ServerConfiguration(address: "127.0.0.1", threads: 1)
        configuration.limits.connections = Self.connections
        configuration.singleHeaders = ["Authorization", "X-IDENTITY-HEADER", "Metadata-Flavor"]
        server = try HTTPServer(configuration: configuration, handler: handler)
        host = "127.0.0.1:\(server.boundPort)"
        let guarding = AmbientGuard(host: host, proof: proof)
        handler.serve(
            AmbientEndpoints([
                ContainerCredentials(guarding: guarding, tokens: tokens),
                ManagedIdentity(guarding: guarding, tokens: tokens),
                MetadataServer(identity: .init(project: project), guarding: guarding, tokens: tokens),
            ])
        )
    }

    /// The variables of all three clouds.
    func variables(project: String) -> [AmbientVariables] {
        [
            .aws(url: "http://\(host)/aws", proof: proof),
            .google(host: host, proof: proof, project: project),
            .azure(url: "http://\(host)/azure", host: host, proof: proof),
        ]
    }

    /// Ends at once.
    func stop() {
        server.stop(gracePeriod: 0)
    }

    /// Hands requests on to the endpoints, which need to know the port.
    private final class Handler: RequestHandler {
        private let endpoints = Mutex<AmbientEndpoints?>(nil)

        func serve(_ endpoints: AmbientEndpoints) {
            self.endpoints.withLock { $0 = endpoints }
        }

        func handle(_ request: Request, reply: Reply) {
            guard let endpoints = endpoints.withLock({ $0 }) else { return reply.send(Response(status: 503)) }
            var headers: [AmbientRequest.Header] = []
            request.forEachHeader { headers.append(.init($0.name, $0.value)) }
            let asked = AmbientRequest(
                method: request.method.name,
                path: request.rawPath,
                query: request.rawQuery,
                headers: headers
            )
            Task {
                let response = await endpoints.respond(to: asked)
                reply.send(
                    Response(
                        status: response.status,
                        headers: response.headers.map { .init(name: $0.name, value: $0.value) },
                        body: response.body
                    )
                )
            }
        }

        func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
            Response(
                status: refusal.status,
                headers: [.init(name: "Content-Type", value: "text/plain; charset=utf-8")],
                body: Array(refusal.detail.utf8)
            )
        }
    }
}
