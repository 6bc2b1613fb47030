import Platform
import Testing

@testable import KeywayCommands

@Suite("Signals", .timeLimit(.minutes(10)))
struct SignalTests {
    @Test("that come as soon as they are taken are not lost")
    func atOnce() async {
        await #expect(processExitsWith: .success) {
            let signals = ProcessSignals()
            kill(getpid(), SIGTERM)
            #expect(await signals.end() == "SIGTERM")
        }
        await #expect(processExitsWith: .success) {
            let signals = ProcessSignals()
            kill(getpid(), SIGHUP)
            var hangups = signals.hangups.makeAsyncIterator()
            #expect(await hangups.next() != nil)
        }
        await #expect(processExitsWith: .signal(SIGINT)) {
            await withCheckedContinuation { continuation in
                let interruption = Interruption { continuation.resume() }
                kill(getpid(), SIGINT)
                withExtendedLifetime(interruption) {}
            }
            Interruption.endProcess(by: SIGINT)
        }
    }
}
