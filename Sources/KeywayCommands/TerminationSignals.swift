import KeywayServer

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGTERM and SIGINT, taken from whichever thread of the process the system interrupts.
///
/// To block them and wait would need every thread to block them, and some are started before any code of ours runs.
struct TerminationSignals {
    private let reading: Int32

    /// Takes the signals from now on: they no longer end the process.
    init() throws(CommandError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CommandError(.unavailable, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        takenSignals = ends[1]
        for number in [SIGTERM, SIGINT] { signal(number, noteSignal) }
    }

    /// Waits for the first of them. A second one ends the process at once.
    func first() async -> Int32 {
        await withCheckedContinuation { continuation in
            let reading = reading
            DetachedThread.start {
                continuation.resume(returning: Self.next(from: reading))
                _exit(128 + Self.next(from: reading))
            }
        }
    }

    private static func next(from descriptor: Int32) -> Int32 {
        var number: UInt8 = 0
        while read(descriptor, &number, 1) != 1 {}
        return Int32(number)
    }
}

/// Where ``noteSignal(_:)`` writes. Set before any signal is taken, and never changed.
nonisolated(unsafe) private var takenSignals: Int32 = -1

/// The handler of the signals, which may do next to nothing: it passes the number on.
private func noteSignal(_ number: Int32) {
    let code = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(takenSignals, &byte, 1)
    errno = code
}
