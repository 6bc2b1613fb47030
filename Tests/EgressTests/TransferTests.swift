import Egress
import Foundation
import Secrets
import Synchronization
import Testing

@Suite("A transfer", .timeLimit(.minutes(10)))
struct TransferTests {
    private static let megabyte = String(repeating: "0123456789abcdef", count: 65_536)

    private static func large() throws -> LoopbackServer {
        try .answering("HTTP/1.1 200 OK\r\nContent-Length: \(megabyte.utf8.count)\r\n\r\n\(megabyte)")
    }

    @Test("can be paused after every piece, and is whole in the end")
    func pauses() async throws {
        let server = try Self.large()
        let client = try EgressClient.local()
        let recorder = Recorder { _ in .pause }
        let transfer = client.send(.get(server.origin), to: recorder)
        await recorder.wait { !$0.heads.isEmpty }
        while recorder.facts.ends.isEmpty {
            let seen = recorder.facts.body.count
            transfer.resume()
            await recorder.wait { $0.body.count > seen || !$0.ends.isEmpty }
        }
        #expect(recorder.facts.error == nil)
        #expect(recorder.facts.text == Self.megabyte)
    }

    @Test("that is paused brings nothing and takes no more from its server than buffers hold")
    func backPressure() async throws {
        let counter = Counter()
        let server = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send("HTTP/1.1 200 OK\r\n\r\n")
            let piece = [UInt8](repeating: 1, count: 65_536)
            for _ in 1...1_000 {
                try peer.send(piece)
                counter.add(piece.count)
            }
        }
        let client = try EgressClient.local()
        let recorder = Recorder { $0 == 0 ? .more : .pause }
        let transfer = client.send(.get(server.origin), to: recorder)
        await recorder.wait { !$0.body.isEmpty }
        // Others go on meanwhile, and it still has what it had.
        let other = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for _ in 1...100 { #expect(try await client.collect(.get(other.origin)).text == "ok") }
        #expect(recorder.facts.body.count <= 16_384)
        #expect(counter.value < 20_000_000)
        transfer.cancel()
        #expect(await recorder.end().error == .cancelled)
    }

    @Test("can be cancelled by its receiver, at the head or later", arguments: [0, 1])
    func cancelledByReceiver(_ least: Int) async throws {
        let server = try Self.large()
        let client = try EgressClient.local()
        let recorder = Recorder { $0 >= least ? .cancel : .more }
        client.send(.get(server.origin), to: recorder)
        let facts = await recorder.end()
        #expect(facts.ends == [.cancelled])
        #expect(facts.body.count <= 16_384)
    }

    @Test("can be cancelled at any time, and again, without effect on others")
    func cancelled() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        let client = try EgressClient.local()
        let other = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for connections in [0, 0, 1, 2] {
            let recorder = Recorder()
            let transfer = client.send(.get(server.origin), to: recorder)
            // At once, or when it is under way.
            while server.connections < connections { await Task.yield() }
            transfer.cancel()
            transfer.cancel()
            transfer.resume()
            #expect(await recorder.end().ends == [.cancelled])
            #expect(try await client.collect(.get(other.origin)).text == "ok")
        }
    }

    @Test("being collected ends with its task")
    func cancelledTask() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        let client = try EgressClient.local()
        for connections in [0, 1] {
            let task = Task { try await client.collect(.get(server.origin)) }
            while server.connections < connections { await Task.yield() }
            task.cancel()
            await #expect(throws: EgressError.cancelled) { try await task.value }
        }
    }

    @Test("may be paused, resumed and cancelled from many threads under load")
    func load() async throws {
        let server = try Self.large()
        let client = try EgressClient.local()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let recorder = Recorder { $0 % 3 == 0 ? .pause : .more }
                    let transfer = client.send(.get(server.origin), to: recorder)
                    let resuming = Task {
                        while !Task.isCancelled {
                            transfer.resume()
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    }
                    if number % 4 == 0 {
                        await recorder.wait { !$0.body.isEmpty || !$0.ends.isEmpty }
                        transfer.cancel()
                    }
                    let facts = await recorder.end()
                    resuming.cancel()
                    #expect(facts.ends.count == 1)
                    #expect(facts.error == nil || facts.error == .cancelled)
                    if facts.error == nil { #expect(facts.body.count == Self.megabyte.utf8.count) }
                    if number % 4 != 0 { #expect(facts.error == nil) }
                }
            }
        }
    }

    @Test("waits with a thousand others on slow servers, and none is in the way of a fast one")
    func thousand() async throws {
        let isReleased = Counter()
        let slow = try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
            while isReleased.value == 0 { usleep(500_000) }
            for _ in 1...3 {
                usleep(100_000)
                try peer.send("x")
            }
        }
        let fast = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let client = try EgressClient.local()
        let recorders = (1...1_000).map { _ in Recorder() }
        for recorder in recorders { client.send(.get(slow.origin), to: recorder) }
        for _ in 1...50 { #expect(try await client.collect(.get(fast.origin)).text == "ok") }
        #expect(recorders.allSatisfy { $0.facts.ends.isEmpty })
        isReleased.add(1)
        for recorder in recorders { #expect(await recorder.end().text == "xxx") }
    }

    @Test("that reads is repeated if its kept connection turns out to be closed; one that acts is not")
    func repetition() async throws {
        let counter = Counter()
        let server = try LoopbackServer { peer in
            // The first request of a connection is answered, the second not.
            guard try peer.request() != nil else { return }
            counter.add(1)
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            if try peer.request() != nil { counter.add(1) }
        }
        let client = try EgressClient.local()
        for _ in 1...2 { #expect(try await client.collect(.get(server.origin)).text == "ok") }
        #expect(counter.value == 3)

        guard case .failure(.connectionFailed(let text)) = await result(of: .post(server.origin, body: "a"), by: client)
        else {
            Issue.record("the request was repeated")
            return
        }
        #expect(text.contains("not repeated"))
        #expect(counter.value == 4)
    }

    @Test(
        "goes out over a new connection if the kept one was reset before anything was written to it",
        arguments: ["GET", "POST"]
    )
    func reset(_ method: String) async throws {
        let counter = Counter()
        let isAnswered = Counter()
        let isReset = Counter()
        let server = try LoopbackServer { peer in
            while try peer.request() != nil {
                counter.add(1)
                try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                if counter.value == 1 {
                    while isAnswered.value == 0 { usleep(1_000) }
                    peer.reset()
                    isReset.add(1)
                    return
                }
            }
        }
        let client = try EgressClient.local()
        #expect(try await client.collect(.get(server.origin)).text == "ok")
        isAnswered.add(1)
        // On a busy machine the reset may still be on its way when the call that sends it is over.
        while isReset.value == 0 || server.hasClients { try await Task.sleep(for: .milliseconds(1)) }
        let request = method == "GET" ? OutgoingRequest.get(server.origin) : .post(server.origin, body: "a")
        #expect(try await client.collect(request).text == "ok")
        #expect(counter.value == 2)
        #expect(server.connections == 2)
    }

    private func result(
        of request: OutgoingRequest,
        by client: EgressClient
    ) async -> Result<CollectedResponse, EgressError> {
        do throws(EgressError) {
            return .success(try await client.collect(request))
        } catch {
            return .failure(error)
        }
    }

    @Test("that unfolds to much, or is slow to be taken, lets others go on in between", arguments: [false, true])
    func fairness(isSlow: Bool) async throws {
        let body = try await shell("head -c 8000000 /dev/zero | gzip -c")
        let isShortAsked = DispatchSemaphore(value: 0)
        let isShortWanted = DispatchSemaphore(value: 0)
        let isShortSent = DispatchSemaphore(value: 0)
        let short = try LoopbackServer { peer in
            _ = try peer.request()
            isShortAsked.signal()
            isShortWanted.wait()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            isShortSent.signal()
            peer.waitForEnd()
        }
        let long = try LoopbackServer.answeringOnce(
            Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        )
        let client = try EgressClient.local()
        let longRecorder = Recorder { total in
            if total == 0 {
                // The client's thread waits, and finds both responses when it goes on.
                isShortWanted.signal()
                isShortSent.wait()
            }
            if isSlow, total < 1_000_000 { usleep(2_000) }
            return .more
        }
        let seen = Counter()
        let shortRecorder = Recorder { total in
            if total > 0 { seen.add(longRecorder.facts.body.count) }
            return .more
        }
        client.send(.get(short.origin), to: shortRecorder)
        await withCheckedContinuation { continuation in
            onThread {
                isShortAsked.wait()
                continuation.resume()
            }
        }
        client.send(.get(long.origin), to: longRecorder)
        #expect(await shortRecorder.end().error == nil)
        // What one round takes, and the next one: a response that is slow to be taken has one piece in a round.
        #expect(seen.value <= (isSlow ? 2 * 16_384 : 2 * 65_536 + 16_384))
        let facts = await longRecorder.end()
        #expect(facts.error == nil)
        #expect(facts.body.count == 8_000_000)
    }

    @Test("leaves no file descriptor behind")
    func descriptors() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            let server = try LoopbackServer { peer in
                while try peer.request() != nil { try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
            }
            let silent = try LoopbackServer { $0.waitForEnd() }
            // What the library and the runtime open once.
            try EgressClient.local().stop()
            try await Task.sleep(for: .milliseconds(1))
            let before = try count()
            for _ in 1...20 {
                let client = try EgressClient.local()
                let recorders = (1...20).map { _ in Recorder() }
                for recorder in recorders { client.send(.get(server.origin), to: recorder) }
                for recorder in recorders { _ = await recorder.end() }
                client.send(.get(silent.origin), to: Recorder())
                client.send(.get("http://localhost:1"), to: Recorder())
                client.send(.get("http://nowhere.invalid"), to: Recorder())
                client.stop()
            }
            // The servers' ends close when they notice; the resolver's threads end when they are done.
            for _ in 1...600 {
                // The runtime may open one or another; a client that left one would leave twenty.
                if try count() < before + 20 { return }
                try await Task.sleep(for: .milliseconds(100))
            }
            // Where they lead tells who left them.
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
                FileHandle.standardError.write(Data("\(name) → \(target ?? "gone")\n".utf8))
            }
            exit(1)
        }
        if let result, result.exitStatus != .exitCode(0) {
            Issue.record("left: \(String(decoding: result.standardErrorContent, as: UTF8.self))")
        }
    }
}

@Suite("A client that stops", .timeLimit(.minutes(10)))
struct StopTests {
    @Test("ends every transfer, once")
    func inFlight() async throws {
        let server = try LoopbackServer { $0.waitForEnd() }
        let client = try EgressClient.local()
        let recorders = (1...100).map { _ in Recorder() }
        let transfers = recorders.map { client.send(.get(server.origin), to: $0) }
        while server.connections == 0 { await Task.yield() }
        let late = (1...100).map { _ in Recorder() }
        for recorder in late { client.send(.get(server.origin), to: recorder) }
        client.stop()
        for recorder in recorders + late { #expect(recorder.facts.ends == [.stopped]) }
        for transfer in transfers {
            transfer.resume()
            transfer.cancel()
        }
        client.stop()
        for recorder in recorders { #expect(recorder.facts.ends.count == 1) }
    }

    @Test("takes no more requests")
    func afterwards() async throws {
        let client = try EgressClient.local()
        client.stop()
        await #expect(throws: EgressError.stopped) { try await client.collect(.get("http://127.0.0.1:9")) }
        let recorder = Recorder()
        client.send(.get("ftp://x"), to: recorder)
        #expect(recorder.facts.ends == [.stopped])
    }

    @Test("may be stopped by a receiver, and by letting go of it")
    func withoutCaller() async throws {
        let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let silent = try LoopbackServer { $0.waitForEnd() }
        var client: EgressClient? = try EgressClient.local()
        let other = Recorder()
        client?.send(.get(silent.origin), to: other)
        let stopping = Recorder { [client] _ in
            client?.stop()
            return .more
        }
        client?.send(.get(server.origin), to: stopping)
        #expect(await other.end().error == .stopped)
        _ = await stopping.end()

        let dropped = Recorder()
        client = try EgressClient.local()
        client?.send(.get(silent.origin), to: dropped)
        client = nil
        #expect(await dropped.end().error == .stopped)
    }
}

/// Counts from several threads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .acquiring) }

    func add(_ number: Int) { count.add(number, ordering: .acquiringAndReleasing) }
}
