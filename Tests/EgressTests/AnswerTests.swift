import Egress
import NetworkTypes
import Secrets
import Testing

@Suite("An answer", .timeLimit(.minutes(10)))
struct AnswerTests {
    /// The result of the bytes, which are sent on a connection that is then closed.
    private func outcome(
        of answer: String,
        method: String = "GET",
        _ change: (inout EgressConfiguration) -> Void = { _ in }
    ) async throws -> Result<CollectedResponse, EgressError> {
        try await outcome(of: Array(answer.utf8), method: method, change)
    }

    private func outcome(
        of answer: [UInt8],
        method: String = "GET",
        _ change: (inout EgressConfiguration) -> Void = { _ in }
    ) async throws -> Result<CollectedResponse, EgressError> {
        let server = try LoopbackServer.answeringOnce(answer)
        let client = try EgressClient.local(change)
        let request = OutgoingRequest(method: method, origin: server.origin, target: Secret(copying: "/".utf8))
        do throws(EgressError) {
            return .success(try await client.collect(request, atMost: 200_000_000))
        } catch {
            return .failure(error)
        }
    }

    private func isMalformed(_ outcome: Result<CollectedResponse, EgressError>) -> Bool {
        if case .failure(.malformedResponse) = outcome { true } else { false }
    }

    @Test("is handed on with its headers in order, repeated ones too")
    func headers() async throws {
        let answer = try await outcome(
            of: "HTTP/1.1 207 Multi\r\nB: 1\r\na:2 \r\nB:  3\r\nEmpty:\r\nLatin: \u{E4}\r\nFold: a\r\n  b\r\n\r\nbody"
        ).get()
        #expect(answer.head.status == 207)
        #expect(answer.head.headers.map(\.name) == ["B", "a", "B", "Empty", "Latin", "Fold"])
        #expect(answer.head.headers.map(\.value) == ["1", "2", "3", "", "\u{E4}", "a b"])
        #expect(answer.text == "body")
    }

    @Test(
        "without a body ends with its head",
        arguments: [
            ("HEAD", "200 OK\r\nContent-Length: 99"), ("GET", "204 No"), ("GET", "304 Not\r\nContent-Length: 99"),
            ("GET", "200 OK\r\nContent-Length: 0"),
            ("HEAD", "200 OK\r\nContent-Encoding: br\r\nContent-Length: 99999999"),
        ]
    )
    func noBody(method: String, head: String) async throws {
        // The connection stays open: the end is known without it.
        let server = try LoopbackServer.answering("HTTP/1.1 \(head)\r\n\r\n")
        let client = try EgressClient.local { $0.answerBytes = 1_000 }
        for _ in 1...2 {
            let request = OutgoingRequest(method: method, origin: server.origin, target: Secret(copying: "/".utf8))
            #expect(try await client.collect(request).body.count == 0)
        }
        #expect(server.connections == 1)
    }

    @Test(
        "of which the head alone is wanted is there whatever its body is",
        arguments: [
            "200 OK\r\nContent-Length: 2\r\n\r\nok", "204 No\r\n\r\n",
            "201 Made\r\nContent-Length: 99\r\n\r\nbroken off",
            "202 Coded\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
            "203 Long\r\n\r\n\(String(repeating: "x", count: 1_000_000))",
            "500 Bad\r\nContent-Length: none\r\n\r\n",
        ]
    )
    func headAlone(_ answer: String) async throws {
        let server = try LoopbackServer.answeringOnce(Array("HTTP/1.1 \(answer)".utf8))
        let head = try await EgressClient.local().head(of: .get(server.origin))
        #expect(head.status == Int(answer.prefix(3)))
    }

    @Test("of which the head alone is wanted leaves its connection to others, and is none without a status")
    func headAgain() async throws {
        let client = try EgressClient.local()
        let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for _ in 1...3 { #expect(try await client.head(of: .get(server.origin)).status == 200) }
        #expect(server.connections == 1)
        let silent = try LoopbackServer.answeringOnce([])
        await #expect(throws: EgressError.self) { try await client.head(of: .get(silent.origin)) }
    }

    @Test(
        "that says that it is in no transfer coding ends where its length does, on a connection that stays open",
        arguments: ["hello", ""]
    )
    func identity(_ body: String) async throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        let server = try LoopbackServer { peer in
            while try peer.request() != nil { try peer.send(head + body) }
        }
        let client = try EgressClient.local()
        for _ in 1...2 { #expect(try await client.collect(.get(server.origin)).text == body) }
        let ends = try await outcome(of: "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nuntil it closes").get()
        #expect(ends.text == "until it closes")
        let short = "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 9\r\n\r\nshort"
        #expect(isMalformed(try await outcome(of: short)))
    }

    @Test("comes after interim answers, which are not reported", arguments: [100, 102, 103])
    func interim(_ status: Int) async throws {
        let interim = "HTTP/1.1 \(status) Wait\r\nX-Interim: 1\r\n\r\n"
        let answer = try await outcome(of: interim + interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").get()
        #expect(answer.head.status == 200)
        #expect(answer.head.headers.map(\.name) == ["Content-Length"])
        #expect(answer.text == "ok")
    }

    @Test("in chunks is put together, without its trailers")
    func chunks() async throws {
        let answer = try await outcome(
            of: """
                HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n\
                2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX: y\r\n\r\n
                """
        ).get()
        #expect(answer.text == "abcde")
        #expect(answer.head["x"] == nil)
    }

    @Test(
        "is not accepted if it is none",
        arguments: [
            "", "hello", "hello\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n",
            "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc",
            "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: x\0y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: x, gzip\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip at all",
        ]
    )
    func malformed(_ answer: String) async throws {
        #expect(isMalformed(try await outcome(of: answer)))
    }

    @Test(
        "is taken without the headers that are none",
        arguments: [": x", "A b: x", "A: x\u{1}y", "A: x\ry", "A: x\u{1}y\r\n more"]
    )
    func noHeader(_ line: String) async throws {
        let answer = try await outcome(of: "HTTP/1.1 201 OK\r\n\(line)\r\nB: 1\r\nContent-Length: 2\r\n\r\nok").get()
        #expect(answer.head.status == 201)
        #expect(answer.head.headers.map(\.name) == ["B", "Content-Length"])
        #expect(answer.text == "ok")
    }

    @Test("has headers of any bytes, as they came")
    func headerBytes() async throws {
        let latin1: [UInt8] = [0x63, 0x61, 0x66, 0xE9, 0xF4]
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: "
        let answer = try await outcome(of: Array(head.utf8) + latin1 + "\r\n ü\r\nX-B: ü\r\n\r\n".utf8).get()
        #expect(answer.head.headers.map(\.rawValue) == [nil, latin1 + " ü".utf8, nil])
        #expect(answer.head["X-B"] == "ü")
    }

    @Test("has a status of three digits, also one that nobody knows", arguments: [299, 600, 700, 999])
    func statuses(_ status: Int) async throws {
        #expect(try await outcome(of: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n").get().head.status == status)
    }

    @Test("in a coding that nobody knows is handed on as it came", arguments: ["none", "utf-8", "x, y"])
    func unknownCoding(_ coding: String) async throws {
        let answer = try await outcome(of: "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\n\r\nabc").get()
        #expect(answer.text == "abc")
        #expect(!answer.head.isCoded)
    }

    @Test(
        "reports its status before what is wrong with the rest",
        arguments: [
            "no colon\r\n\r\n", "Content-Encoding: gzip\r\n\r\nnot gzip at all", "X: y\r\n", "X:",
            "Content-Length: 5\r\nContent-Length: 4\r\n\r\nshort", "Content-Length: 10\r\n\r\nshort",
            "Transfer-Encoding: x\r\n\r\nabc", "Content-Encoding: br\r\n\r\nabc",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\nab",
        ]
    )
    func statusFirst(_ rest: String) async throws {
        let server = try LoopbackServer.answeringOnce(Array("HTTP/1.1 201 Created\r\nX-A: 1\r\n\(rest)".utf8))
        let recorder = Recorder()
        let client = try EgressClient.local()
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        #expect(facts.error != nil)
        #expect(facts.heads.map(\.status) == [201])
        #expect(facts.heads.first?["X-A"] == "1")
    }

    @Test("is not accepted with headers without end, before it or in it; those beyond the limit are left out")
    func headerLimit() async throws {
        let line = "X: " + String(repeating: "y", count: 1_000) + "\r\n"
        let lines = String(repeating: line, count: 20)
        for answer in [
            "HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \(String(repeating: "y", count: 20_000))\r\n\r\n",
            "HTTP/1.1 103 X\r\n\(lines)\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ] {
            let outcome = try await outcome(of: answer) { $0.headerBytes = 1_000 }
            guard case .failure(.headersTooLarge) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            let head = try await self.outcome(of: answer) { $0.headerBytes = 10_000 }.get().head
            #expect(head["Content-Length"] == "0")
            #expect(head.headers.count < 12)
        }
        let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(lines)\r\n"
        _ = try await outcome(of: trailers) { $0.headerBytes = 1_000 }.get()
    }

    @Test("is not accepted with a header that libcurl has no room for, which says so where no limit of ours would")
    func longHeader() async throws {
        let answer = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 200_000))\r\n\r\n"
        let outcome = try await outcome(of: answer) { $0.headerBytes = 1_000_000 }
        guard case .failure(.headersTooLarge) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("is as long as allowed, and no longer", arguments: ["length", "chunks", "end"])
    func bodyLimit(_ framing: String) async throws {
        func answer(_ count: Int) -> String {
            let body = String(repeating: "a", count: count)
            return switch framing {
            case "length": "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n\(body)"
            case "chunks":
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
            default: "HTTP/1.1 200 OK\r\n\r\n\(body)"
            }
        }
        let longest = 100_000
        #expect(try await outcome(of: answer(longest)) { $0.answerBytes = longest }.get().body.count == longest)
        guard
            case .failure(.responseTooLarge) = try await outcome(of: answer(longest + 1), { $0.answerBytes = longest })
        else {
            Issue.record("a body of one byte more was taken")
            return
        }
    }

    @Test("that is known to be too long is refused when its head was handed on")
    func earlyLimit() async throws {
        let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
        let client = try EgressClient.local { $0.answerBytes = 1_000 }
        let recorder = Recorder()
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        #expect(facts.error == .responseTooLarge)
        #expect(facts.heads.count == 1)
        #expect(facts.body.isEmpty)
    }

    @Test("to be collected is bounded by the caller as well")
    func collectLimit() async throws {
        let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde")
        let client = try EgressClient.local()
        #expect(try await client.collect(.get(server.origin), atMost: 5).text == "abcde")
        await #expect(throws: EgressError.responseTooLarge) { try await client.collect(.get(server.origin), atMost: 4) }
    }

    @Test("that is coded is handed on decoded", arguments: ["gzip", "x-gzip", "GZIP", "identity, gzip"])
    func gzip(_ coding: String) async throws {
        let body = try await shell("printf 'hello, hello, hello' | gzip -c")
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
        let answer = try await outcome(of: Array(head.utf8) + body).get()
        #expect(answer.text == "hello, hello, hello")
        #expect(answer.head["content-encoding"] == coding)
    }

    @Test("that is coded by deflate, with its header or without, or by gzip in several members, is decoded to its end")
    func otherCodings() async throws {
        for (coding, command) in [
            ("deflate", Self.deflate), ("deflate", Self.deflate + " | tail -c +3 | head -c -4"),
            ("gzip", "printf 'hello, hello' | gzip -c; printf x"),
            ("gzip", "printf 'hello, hello' | gzip -c; printf %20s"),
            ("gzip", "printf 'hello, ' | gzip -c; printf 'hello' | gzip -c"),
        ] {
            let body = try await shell(command)
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
            #expect(try await outcome(of: Array(head.utf8) + body).get().text == "hello, hello")
        }
    }

    private static let deflate =
        "python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(b\"hello, hello\"))'"

    @Test("that is cut off within its coding is not accepted")
    func wrongEnd() async throws {
        let body = try await shell("head -c 100000 /dev/urandom | gzip -c")
        for wrong in [Array(body.dropLast(1_000)), Array(body.dropLast()), body + body.dropLast()] {
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(wrong.count)\r\n\r\n"
            #expect(isMalformed(try await outcome(of: Array(head.utf8) + wrong)))
        }
    }

    @Test("that is coded can be paused after every piece")
    func pausedGzip() async throws {
        let body = try await shell("(head -c 3000000 /dev/zero; seq 1 200000) | gzip -c")
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
        let server = try LoopbackServer.answeringOnce(Array(head.utf8) + body)
        let client = try EgressClient.local()
        let recorder = Recorder { $0 == 0 ? .more : .pause }
        let transfer = client.send(.get(server.origin), to: recorder)
        var seen = 0
        while recorder.facts.ends.isEmpty {
            await recorder.wait { [seen] in $0.body.count > seen || !$0.ends.isEmpty }
            #expect(recorder.facts.body.count <= seen + 16_384)
            seen = recorder.facts.body.count
            transfer.resume()
        }
        let plain = try await shell("head -c 3000000 /dev/zero; seq 1 200000")
        #expect(recorder.facts.error == nil)
        #expect(recorder.facts.body == plain)
    }

    @Test("that unfolds without end is stopped at the limit")
    func bomb() async throws {
        let body = try await shell("head -c 300000000 /dev/zero | gzip -1 -c")
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
        let server = try LoopbackServer.answeringOnce(Array(head.utf8) + body)
        let client = try EgressClient.local { $0.answerBytes = 1_000_000 }
        let recorder = Recorder()
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        #expect(facts.error == .responseTooLarge)
        #expect(facts.body.count <= 1_000_000)
    }

    @Test("that goes on without unfolding to anything is stopped at the limit as well")
    func emptyBlocks() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
        let start: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 3]
        // Stored blocks of no bytes, none of which is the last.
        let blocks = Array(repeating: [0, 0, 0, 255, 255] as [UInt8], count: 1_000).joined()
        let server = try LoopbackServer.answeringOnce(Array(head.utf8) + start + blocks)
        let client = try EgressClient.local { $0.answerBytes = 1_000 }
        let recorder = Recorder()
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        #expect(facts.error == .responseTooLarge)
        #expect(facts.body.isEmpty)
    }

    @Test("that is coded twice is unfolded twice, but not four times")
    func nested() async throws {
        let body = try await shell("(head -c 3000000 /dev/zero; printf hello) | gzip -c | gzip -c")
        for head in ["Content-Encoding: gzip, gzip", "Content-Encoding: gzip\r\nContent-Encoding: gzip"] {
            let start = "HTTP/1.1 200 OK\r\n\(head)\r\nContent-Length: \(body.count)\r\n\r\n"
            let answer = try await outcome(of: Array(start.utf8) + body).get()
            #expect(answer.body.count == 3_000_005)
            #expect(answer.text.hasSuffix("hello"))
        }
        let often = try await shell("printf hello | gzip -c | gzip -c | gzip -c | gzip -c")
        let start =
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip, gzip\r\nContent-Length: \(often.count)\r\n\r\n"
        #expect(isMalformed(try await outcome(of: Array(start.utf8) + often)))
    }

    @Test("that a receiver wants as it came, too, is handed on so, after what it unfolds to")
    func asCoded() async throws {
        let body = try await shell("(head -c 3000000 /dev/zero; seq 1 20000) | gzip -c")
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
        let server = try LoopbackServer.answeringOnce(Array(head.utf8) + body)
        let client = try EgressClient.local()
        let recorder = Recorder { $0 == 0 ? .moreAsCoded : .more }
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        let plain = try await shell("head -c 3000000 /dev/zero; seq 1 20000")
        #expect(facts.error == nil)
        #expect(facts.body == plain)
        #expect(facts.coded == body)
        #expect(facts.decoded == body.count)
    }

    @Test("has errors whose texts hold nothing of request or answer")
    func texts() async throws {
        let marker = "s3cr3t"
        let failures = [
            "HTTP/1.1 200 OK\r\nContent-Length: \(marker)\r\n\r\n", "\(marker)\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\(marker)\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\(marker)",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(marker)", "HTTP/1.1 \(marker)\r\n\r\n",
        ]
        for failure in failures {
            let server = try LoopbackServer.answeringOnce(Array(failure.utf8))
            let recorder = Recorder()
            let request = OutgoingRequest.get(
                server.origin,
                "/\(marker)?\(marker)",
                headers: [.init(name: "X", text: marker)]
            )
            let client = try EgressClient.local()
            client.send(request, to: recorder)
            let error = try #require(await recorder.end().error)
            #expect(!String(describing: error).contains(marker))
        }
    }
}
