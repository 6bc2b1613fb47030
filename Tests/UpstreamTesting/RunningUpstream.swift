package import HTTPServer
package import NetworkTypes
import Secrets
import Synchronization

/// A third party on this machine. It answers every request alike, and keeps what it was sent.
package final class Upstream: RequestHandler {
    package struct Received: Sendable {
        package let method: String
        package let target: String
        package let headers: [(name: String, value: String)]
        package let body: String

        package subscript(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let answer: @Sendable (Request) -> Response
    private let requests = Mutex<[Received]>([])

    package init(_ answer: @escaping @Sendable (Request) -> Response) {
        self.answer = answer
    }

    package var received: [Received] { requests.withLock { $0 } }

    package func handle(_ request: Request, reply: Reply) {
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

    package func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
        Response(status: refusal.status)
    }
}

/// An upstream that serves.
package struct RunningUpstream {
    private let upstream: Upstream
    private let server: HTTPServer

    package init(
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

    package let url: String
    package var received: [Upstream.Received] { upstream.received }
}
