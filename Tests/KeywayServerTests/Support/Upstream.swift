import HTTPServer
import Secrets
import Synchronization
import Testing

/// A third party on this machine. It answers every request alike, and keeps what it was sent.
final class Upstream: RequestHandler {
    struct Received: Sendable {
        let method: String
        let target: String
        let headers: [(name: String, value: String)]
        let body: String

        subscript(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let answer: @Sendable (Request) -> Response
    private let requests = Mutex<[Received]>([])

    init(_ answer: @escaping @Sendable (Request) -> Response) {
        self.answer = answer
    }

    var received: [Received] { requests.withLock { $0 } }

    func handle(_ request: Request, reply: Reply) {
        var headers: [(name: String, value: String)] = []
        request.forEachHeader { headers.append(($0.name, $0.value)) }
        let received = Received(
            method: request.method.name,
            target: request.rawPath + (request.rawQuery.map { "?\($0)" } ?? ""),
            headers: headers,
            body: String(decoding: request.body.bytes, as: UTF8.self)
        )
        requests.withLock { $0.append(received) }
        reply.send(answer(request))
    }

    func refuse(_ refusal: Refusal, to _: RemoteAddress) -> Response {
        Response(status: refusal.status)
    }
}

/// An upstream that serves.
struct RunningUpstream {
    private let upstream: Upstream
    private let server: HTTPServer

    init(
        at address: String = "127.0.0.1",
        _ answer: @escaping @Sendable (Request) -> Response = { _ in
            Response(
                status: 200,
                headers: [.init(name: "Content-Type", value: "application/json")],
                body: Array("{}".utf8)
            )
        }
    ) throws {
        upstream = Upstream(answer)
        server = try HTTPServer(configuration: ServerConfiguration(address: address, threads: 1), handler: upstream)
        url = "http://\(address):\(server.boundPort)"
    }

    let url: String
    var received: [Upstream.Received] { upstream.received }
}

extension Fixture {
    /// Creates a connection of OpenAI's whose requests go to an upstream, and returns its id.
    func createActing(_ body: String = Bodies.openAI(), at upstream: RunningUpstream, _ settings: String = "")
        async throws -> String
    {
        let id = try await create(body)
        let members = #""base_url":"\#(upstream.url)","custom_domain":true\#(settings)"#
        let answer = try await send(.put, Paths.settings(id), body: Bodies.settings(members))
        try #require(answer.status == 200, "\(answer.text)")
        return id
    }
}
