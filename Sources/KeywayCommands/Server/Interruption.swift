import Platform
import Synchronization

/// The signals that end a command, held back so that it can tidy up first.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)

    /// From here on the signals no longer end the process by themselves.
    ///
    /// - Parameter interrupt: Makes the work fail, on a thread of its own.
    init(_ interrupt: @escaping @Sendable () -> Void) {
        SignalEvents.take([SIGINT, SIGTERM, SIGHUP]) { [weak self] number in
            self?.received.withLock { $0 = number }
            interrupt()
        }
    }

    /// Ends the process by the signal that it was sent, if it was.
    func endProcessIfTold() {
        if let number = received.withLock({ $0 }) { Self.endProcess(by: number) }
    }

    /// Ends the process as a signal does that nobody takes.
    static func endProcess(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        // Dispatch's threads, of which this may be one, block signals.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        // A signal that ends no process by itself.
        exit(128 + number)
    }
}
