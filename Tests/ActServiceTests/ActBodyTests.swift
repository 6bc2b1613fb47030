import Synchronization
import Testing

@testable import ActService

@Suite("The body of a response that was begun")
struct ActBodyTests {
    private final class Recorder: ActBodySink {
        private let calls = Mutex<[String]>([])

        var seen: [String] { calls.withLock { $0 } }

        func write(_ piece: [UInt8]) -> Bool {
            calls.withLock { $0.append("write \(piece.count)") }
            return piece.count < 3
        }

        func finish() { calls.withLock { $0.append("finish") } }

        func abort() { calls.withLock { $0.append("abort") } }
    }

    @Test("is fed, and ends once")
    func finished() {
        let recorder = Recorder()
        let body = ActBody(recorder)
        #expect(body.write([1, 2]) == true)
        #expect(body.write([1, 2, 3]) == false)
        body.finish()
        #expect(recorder.seen == ["write 2", "write 3", "finish"])
    }

    @Test("is broken off when it is dropped without an end")
    func dropped() {
        let recorder = Recorder()
        do {
            let body = ActBody(recorder)
            _ = body.write([1])
        }
        #expect(recorder.seen == ["write 1", "abort"])
    }
}
