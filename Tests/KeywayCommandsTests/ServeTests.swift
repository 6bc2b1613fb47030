import Foundation
import HTTPServer
import KeywayServer
import NetworkTypes
import Testing
import TestSupport

@testable import KeywayCommands

/// Tells this process to end, once it takes the signal and has had the time to start.
private func endSoon(_ number: Int32) {
    Thread.detachNewThread {
        var action = sigaction()
        repeat {
            usleep(20_000)
            sigaction(number, nil, &action)
        } while action.__sigaction_handler.sa_handler == nil
        usleep(500_000)
        kill(getpid(), number)
    }
}

@Suite("keyway serve", .timeLimit(.minutes(10)))
struct ServeTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    @Test("says to run init where there is no directory, and where it is empty", arguments: [false, true])
    func uninitialised(_ exists: Bool) async throws {
        if exists { mkdir(data, 0o700) }
        let transcript = try await keyway("serve", "--data-dir", data, exits: 69)
        #expect(transcript.errors.hasPrefix("keyway: "))
        #expect(transcript.errors.contains("`keyway init --data-dir \(data)`"))
        #expect(transcript.output.isEmpty)
        #expect(directory.names() == (exists ? ["data"] : []))
    }

    @Test("says what is missing when the master keys are gone")
    func noMasterKeys() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        try FileManager.default.removeItem(atPath: data + ".key")
        let transcript = try await keyway("serve", "--data-dir", data, exits: 66)
        #expect(transcript.errors.contains("there is no master key file at \(data).key"))
    }

    @Test("says so when its address is taken, and when it is none")
    func address() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let other = try HTTPServer(configuration: ServerConfiguration(), handler: Nobody())
        defer { other.stop(gracePeriod: 0) }
        let taken = "127.0.0.1:\(other.boundPort)"
        #expect(try await keyway("serve", "--data-dir", data, "--listen", taken, exits: 69).errors.contains(taken))
        _ = try await keyway(
            "serve",
            "--data-dir",
            data,
            "--listen",
            "nonsense:1",
            "--allow-plaintext",
            exits: 69
        )
    }

    @Test("refuses a network without TLS before it opens anything")
    func plaintext() async throws {
        let transcript = try await keyway("serve", "--data-dir", data, "--listen", "0.0.0.0:0", exits: 78)
        #expect(transcript.errors.contains("--allow-plaintext"))
    }

    @Test("ends with 0 at SIGTERM and at SIGINT, and tells its log so", arguments: [SIGTERM, SIGINT])
    func signals(_ number: Int32) async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let result = try await #require(
            processExitsWith: .exitCode(0),
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) { [data = data as String, number = number as Int32] in
            endSoon(number)
            exit(await KeywayCommand.run(["serve", "--data-dir", data, "--listen", "127.0.0.1:0"]))
        }
        #expect(printed(result.standardOutputContent).isEmpty)
        let lines = printed(result.standardErrorContent).split(separator: "\n")
        // The head of the one organisation's log goes out at some moment between the others.
        let events = lines.filter { !$0.contains(#""event":"audit head""#) }
        #expect(lines.count == 5)
        #expect(events.count == 4)
        for (line, event) in zip(events, ["listening", "audit key", "stopping", "stopped"]) {
            #expect(line.contains(#""event":"\#(event)""#))
        }
    }

    @Test("ends at SIGTERM even if nobody reads its log")
    func fullLog() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        await #expect(processExitsWith: .exitCode(0)) { [data = data as String] in
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
            while write(ends[1], "x", 1) == 1 {}
            _ = fcntl(ends[1], F_SETFL, 0)
            dup2(ends[1], STDERR_FILENO)
            endSoon(SIGTERM)
            exit(await KeywayCommand.run(["serve", "--data-dir", data, "--listen", "127.0.0.1:0"]))
        }
    }

    @Test("has its directory to itself")
    func twice() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let descriptor = open(data + "/keyway.lock", O_RDWR)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let transcript = try await keyway("serve", "--data-dir", data, exits: 69)
        #expect(transcript.errors.contains("is in use by another Keyway process"))
    }
}

private struct Nobody: RequestHandler {
    func handle(_ request: Request, reply: Reply) {}
    func refuse(_ refusal: Refusal, to _: IPAddress) -> Response { Response(status: refusal.status) }
}
