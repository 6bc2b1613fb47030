import Foundation
import HTTPServer
import NetworkTypes
import Secrets

/// A third party on this machine: `/status/N` answers with that status, `/slow` in two pieces, the second of which
/// waits for ``open()``, `/endless` until nobody reads, `/silent` not before ``open()``; all else answers with the body
/// that was sent.
final class Upstream: Sendable {
    private let handler = UpstreamHandler()
    private let server: HTTPServer

    init() throws {
        server = try HTTPServer(configuration: ServerConfiguration(threads: 1), handler: handler)
    }

    deinit {
        handler.open()
        server.stopElsewhere()
    }

    var url: String { "http://127.0.0.1:\(server.boundPort)" }
    var received: [UpstreamHandler.Received] { handler.received }

    /// Lets what waits go on.
    func open() { handler.open() }
}

/// Safe to share: the lock guards what changes.
final class UpstreamHandler: RequestHandler, @unchecked Sendable {
    struct Received: Sendable {
        let method: String
        let target: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        subscript(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let lock = NSLock()
    private var requests: [Received] = []
    private var waiting: [@Sendable () -> Void] = []

    var received: [Received] { lock.withLock { requests } }

    func open() {
        let jobs = lock.withLock {
            defer { waiting = [] }
            return waiting
        }
        for job in jobs { job() }
    }

    func handle(_ request: Request, reply: Reply) {
        var headers: [(name: String, value: String)] = []
        request.forEachHeader { headers.append(($0.name, $0.value)) }
        let received = Received(
            method: request.method.name,
            target: request.rawPath + (request.rawQuery.map { "?\($0)" } ?? ""),
            headers: headers,
            body: Array(request.body.bytes)
        )
        lock.withLock { requests.append(received) }
        switch request.rawPath {
        case "/slow":
            let stream = reply.stream(Response(status: 200), owner: NoOwner())
            _ = stream.write(Array("first\n".utf8))
            wait {
                _ = stream.write(Array("second\n".utf8))
                stream.finish()
            }
        case "/endless":
            let stream = reply.stream(Response(status: 200), owner: NoOwner())
            Thread.detachNewThread {
                while !stream.isClosed {
                    _ = stream.write(Array("more\n".utf8))
                    Thread.sleep(forTimeInterval: 0.01)
                }
            }
        case "/silent": wait { reply.send(Response(status: 200)) }
        case let path where path.hasPrefix("/status/"):
            let status = Int(path.dropFirst("/status/".count)) ?? 200
            let headers = [HeaderField(name: "X-Own", value: "1")]
            reply.send(Response(status: status, headers: headers, body: Array("status".utf8)))
        default: reply.send(Response(status: 200, body: received.body))
        }
    }

    private func wait(_ job: @escaping @Sendable () -> Void) {
        lock.withLock { waiting.append(job) }
    }

    func refuse(_ refusal: Refusal, to address: IPAddress) -> Response { Response(status: refusal.status) }
}

/// Does not care how a stream fares.
private final class NoOwner: BodyStreamOwner {
    func streamHasRoom() {}
    func streamClosed() {}
}
