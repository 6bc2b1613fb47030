import Platform
import Threads

/// A request of another thread to the client's thread.
enum TransferCommand {
    case start(Transfer)
    case resume(Transfer)
    case send(Transfer)
    case cancel(Transfer)
    case run(@Sendable () -> Void)
}

/// The commands that wait for the client's thread, and the pipe that wakes it.
final class Inbox: @unchecked Sendable {
    // Safe to share: the lock guards what changes.
    private let lock = Lock()
    private var commands: [TransferCommand] = []
    private var isClosed = false
    /// The client's thread, which need not be woken by itself.
    private var thread: pthread_t?
    /// Becomes readable when there are commands, or the inbox was closed.
    let wakeReading: Int32
    private let wakeWriting: Int32

    init() throws(EgressError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .connectionFailed("no file descriptors are left") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeReading = ends[0]
        wakeWriting = ends[1]
    }

    deinit {
        close(wakeReading)
        close(wakeWriting)
    }

    /// - Returns: Whether somebody will see to it: not once the inbox is closed.
    @discardableResult
    func append(_ command: TransferCommand) -> Bool {
        lock {
            if isClosed { return false }
            if commands.isEmpty, !isOnThread { wake() }
            commands.append(command)
            return true
        }
    }

    /// Makes the thread that calls the one that takes the commands; it must look at ``hasCommands`` before it waits.
    func isServedByThisThread() {
        lock { thread = pthread_self() }
    }

    /// Whether there is something to take.
    var hasCommands: Bool { lock { !commands.isEmpty } }

    private var isOnThread: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    /// Takes no more commands.
    func shut() {
        lock {
            if !isClosed { wake() }
            isClosed = true
        }
    }

    /// Moves the waiting commands to the end of `taken`.
    ///
    /// - Returns: Whether more may come.
    func take(_ taken: inout [TransferCommand]) -> Bool {
        lock {
            taken.append(contentsOf: commands)
            commands.removeAll(keepingCapacity: true)
            return !isClosed
        }
    }

    /// Empties the pipe; to be called before ``take(_:)``.
    func drain() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(wakeReading, &bytes, 16) == 16 {}
    }

    private func wake() {
        var byte: UInt8 = 0
        // A pipe that is full wakes as well.
        _ = write(wakeWriting, &byte, 1)
    }
}
