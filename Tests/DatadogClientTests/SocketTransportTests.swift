import Platform
@testable import DatadogClient
import Dispatch
import Foundation
import Testing

/// A server that answers each request of one connection with bytes of our choosing, then closes it.
private final class ByteServer: Sendable {
    let port: UInt16
    private let listener: Int32

    /// Listens; `connections` are the answers, per connection.
    init(_ connections: [[String]]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = address.sin_port.bigEndian
        self.listener = listener
        Thread.detachNewThread {
            for answers in connections {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                for answer in answers {
                    var request = [UInt8](repeating: 0, count: 65_536)
                    guard recv(connection, &request, request.count, 0) > 0 else { break }
                    _ = Platform.send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                }
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

@Suite("The transport over sockets", .timeLimit(.minutes(10)))
struct SocketTransportTests {
    private func answer(_ bytes: String, method: String = "GET") async throws -> TransportResponse {
        let server = try ByteServer([[bytes]])
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/"))
        return try await SocketTransport().send(TransportRequest(method: method, url: url, timeout: .seconds(60)))
    }

    @Test(
        "reads a body as long as it is",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: v\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nhello",
            "HTTP/1.0 200\r\nX:  y \r\n\r\nhello",
            "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ]
    )
    func bodies(_ bytes: String) async throws {
        let response = try await answer(bytes)
        #expect(response.status == 200)
        #expect(response.body == Data("hello".utf8))
        if bytes.contains("X:") { #expect(response.header("x") == "y") }
    }

    @Test("knows that 204 has none")
    func noContent() async throws {
        #expect(try await answer("HTTP/1.1 204 No Content\r\n\r\n").status == 204)
    }

    @Test(
        "refuses what is no answer, and one that breaks off",
        arguments: [
            ("", .lost), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", .lost), ("SSH-2.0-x\r\n", .other),
            ("HTTP/1.1 2\r\n\r\n", .other), ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .other),
            ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .other),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n", .other),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .other),
        ] as [(String, TransportError.Reason)]
    )
    func malformed(_ bytes: String, _ reason: TransportError.Reason) async throws {
        await #expect {
            try await answer(bytes)
        } throws: { error in
            (error as? TransportError)?.reason == reason
        }
    }

    @Test("uses a connection again, and another where the server has closed it", arguments: ["GET", "POST"])
    func reuse(_ method: String) async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
        let server = try ByteServer([[answer + "1", answer + "2"], [answer + "3"]])
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/"))
        let transport = SocketTransport()
        var bodies: [String] = []
        for _ in 0..<3 {
            let response = try await transport.send(TransportRequest(method: method, url: url, timeout: .seconds(60)))
            bodies.append(String(decoding: response.body, as: UTF8.self))
            // Lets the end of the connection arrive.
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(bodies == ["1", "2", "3"])
    }

    @Test("waits on as many threads as there is to wait for, none of which tasks need")
    func threads() async throws {
        let threads = BlockingThreads()
        let started = DispatchSemaphore(value: 0)
        let end = DispatchSemaphore(value: 0)
        let count = 24
        for _ in 0..<count {
            threads.run {
                started.signal()
                end.wait()
            }
        }
        // Were there fewer threads, the last would begin when others end, and the suite's time limit would come first.
        var begun = 0
        while begun < count {
            if started.wait(timeout: .now()) == .success {
                begun += 1
            } else {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        for _ in 0..<count { end.signal() }
    }

    private static let streamed = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
    ]

    @Test("hands a body on in pieces, and keeps the connection where it may", arguments: streamed)
    func pieces(_ bytes: String) async throws {
        let isLast = !bytes.contains("-Length") && !bytes.contains("chunked")
        let server = try ByteServer(isLast ? [[bytes], [bytes]] : [[bytes, bytes]])
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/"))
        let transport = SocketTransport()
        for _ in 0..<2 {
            let response = try await transport.stream(TransportRequest(method: "GET", url: url, timeout: .seconds(60)))
            #expect(response.status == 200)
            #expect(try await response.body.collected() == Data("hello".utf8))
        }
    }

    @Test(
        "says so where a body breaks off",
        arguments: ["Content-Length: 9\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n9\r\n"]
    )
    func brokenOff(_ rest: String) async throws {
        let server = try ByteServer([["HTTP/1.1 200 OK\r\n\(rest)hello"]])
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/"))
        let request = TransportRequest(method: "GET", url: url, timeout: .seconds(60))
        let response = try await SocketTransport().stream(request)
        await #expect {
            try await response.body.collected()
        } throws: { error in
            (error as? TransportError)?.reason == .lost
        }
        // Nothing more comes of it.
        #expect(try await response.body.collected().isEmpty)
    }

    @Test("uses no connection again whose answer was not read to its end")
    func unread() async throws {
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "a", count: 50_000)
        let server = try ByteServer([[long], ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]])
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/"))
        let transport = SocketTransport()
        let request = TransportRequest(method: "GET", url: url, timeout: .seconds(60))
        do {
            let response = try await transport.stream(request)
            for try await _ in response.body { break }
        }
        #expect(try await transport.send(request).body == Data("hello".utf8))
    }

    @Test("knows that an answer to HEAD has no body, whatever its length says")
    func head() async throws {
        let response = try await answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method: "HEAD")
        #expect(response.body.isEmpty && response.header("Content-Length") == "5")
    }

    @Test("writes no header that would end its line")
    func injection() async throws {
        let url = try #require(URL(string: "http://127.0.0.1:1/"))
        let request = TransportRequest(method: "GET", url: url, headers: [("A", "b\r\nC: d")])
        await #expect {
            try await SocketTransport().send(request)
        } throws: { error in
            (error as? TransportError)?.reason == .other
        }
    }

    @Test(
        "is taken for plain HTTP on this machine",
        arguments: [
            ("http://127.0.0.1:8480", true), ("http://localhost", true), ("http://[::1]:1", true),
            ("https://localhost", false), ("http://example.com", false), ("http://127.0.0.1.example.com", false),
        ]
    )
    func choice(_ url: String, _ isFit: Bool) throws {
        #expect(SocketTransport.isFit(for: try #require(URL(string: url))) == isFit)
    }
}
