import HTTPServer
import NetworkTypes
import Platform
import Secrets

/// Answers with what a closure says; refusals as `<status> <detail>`.
final class TestHandler: RequestHandler {
    private let body: @Sendable (Request, Reply) -> Void

    init(_ body: @escaping @Sendable (Request, Reply) -> Void) {
        self.body = body
    }

    func handle(_ request: Request, reply: Reply) { body(request, reply) }

    func refuse(_ refusal: Refusal, to _: IPAddress) -> Response {
        Response(
            status: refusal.status,
            headers: [.init(name: "Content-Type", value: "text/plain")],
            body: Array("\(refusal.status) \(refusal.detail)".utf8)
        )
    }

    /// Answers `<method> <path>?<query> <body length>` at once.
    static let echo = TestHandler { request, reply in reply.send(.echo(of: request)) }
}

extension Response {
    static func text(_ text: String, status: Int = 200) -> Response {
        Response(status: status, headers: [.init(name: "Content-Type", value: "text/plain")], body: Array(text.utf8))
    }

    static func localEndpoint(of request: Request) -> Response {
        guard let endpoint = request.localEndpoint else { return text("unknown") }
        return text("\(endpoint.isSecure ? "https" : "http") \(endpoint.address) \(endpoint.port)")
    }

    static func echo(of request: Request) -> Response {
        text("\(request.method) \(request.rawPath)\(request.rawQuery.map { "?\($0)" } ?? "") \(request.body.count)")
    }
}

extension HTTPServer {
    convenience init(limits: Limits = Limits(), _ handler: TestHandler = .echo) throws {
        try self.init(configuration: ServerConfiguration(threads: 2, limits: limits), handler: handler)
    }

    /// A client, which keeps the server alive.
    func connect(from source: String? = nil) throws -> RawClient {
        try RawClient(port: boundPort, source: source, keeping: self)
    }

    /// The response on a connection of its own.
    func answer(to request: String) throws -> RawClient.Answer {
        let client = try connect()
        try client.send(request)
        return try client.answer()
    }
}

/// Runs `body` on a thread of its own.
func onAnotherThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Box(body)).toOpaque()
    let status = pthread_create(
        &thread,
        nil,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        },
        context
    )
    precondition(status == 0, "a thread can be made")
    pthread_detach(thread)
}

/// Waits until `condition` holds; false if it does not for 20 seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
        if condition() { return true }
        usleep(2_000)
    }
    return false
}

func get(_ target: String, _ headers: String...) -> String {
    "GET \(target) HTTP/1.1\r\nHost: test\r\n\(headers.map { $0 + "\r\n" }.joined())\r\n"
}

func post(_ target: String, _ body: String, _ headers: String...) -> String {
    "POST \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n"
        + "\(headers.map { $0 + "\r\n" }.joined())\r\n\(body)"
}
