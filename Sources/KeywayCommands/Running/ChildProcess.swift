import CSystem
import Platform
import Synchronization
import Threads

/// A command that this process starts and waits for, with the same files and terminal.
///
/// Signals that ask this process to end, or mean something to the command, are passed on to it. Those that a terminal
/// sends to both of them at once are not: the command has them already.
final class ChildProcess: Sendable {
    /// The end of a command.
    enum End: Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// The reason why a command was not started.
    struct StartError: Error, CustomStringConvertible {
        let command: String
        /// As `errno` has it.
        let code: Int32

        var description: String { "\(command) can't be started: \(String(cString: strerror(code)))" }
        /// The exit code of shells.
        var exitCode: Int32 { code == ENOENT ? 127 : 126 }
    }

    private static let passedOn = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT]
    private static let ofTheTerminal = [SIGINT, SIGQUIT]

    private struct State {
        var process: pid_t?
        /// Signals that came before the process began.
        var waiting: [Int32] = []
    }

    private let state = Mutex(State())

    /// Begins to hold signals back for the command.
    init() {
        SignalEvents.take(Self.passedOn + Self.ofTheTerminal) { [weak self] number in
            guard !Self.ofTheTerminal.contains(number) || !Self.isInForeground else { return }
            self?.send(number)
        }
    }

    /// Whether a terminal sends its signals to this process and to the command.
    private static var isInForeground: Bool {
        let terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        return tcgetpgrp(terminal) == getpgrp()
    }

    private func send(_ number: Int32) {
        state.withLock { state in
            if let process = state.process { kill(process, number) } else { state.waiting.append(number) }
        }
    }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - words: The command and its arguments.
    ///   - environment: Its environment.
    /// - Returns: The command's end.
    /// - Throws: ``StartError`` if it can't be started.
    func run(_ words: [String], in environment: borrowing ChildEnvironment) async throws(StartError) -> End {
        let process = try start(words, in: environment)
        state.withLock { state in
            state.process = process
            for number in state.waiting { kill(process, number) }
        }
        return await withCheckedContinuation { continuation in
            DetachedThread.start {
                var status: Int32 = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                // From here on the number may be another process's.
                self.state.withLock { $0.process = nil }
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal))
            }
        }
    }

    private func start(_ words: [String], in environment: borrowing ChildEnvironment) throws(StartError) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What is ignored or blocked here must not be in the command.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in Self.passedOn + Self.ofTheTerminal + [SIGPIPE] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let code = environment.withPointers { posix_spawnp(&process, words[0], nil, &attributes, arguments, $0) }
        guard code == 0 else { throw StartError(command: words[0], code: code) }
        return process
    }
}

/// The environment of a command: this process's own, without copies of what stands in it.
struct ChildEnvironment: ~Copyable {
    private var pointers: [UnsafeMutablePointer<CChar>?] = []
    private var owned: [UnsafeMutablePointer<CChar>?] = []

    /// - Parameters:
    ///   - isRemoved: Whether the variable of a name is left out.
    ///   - variables: Further variables, in the place of those of the same names.
    init(without isRemoved: (String) -> Bool, adding variables: [String: String]) {
        var next = keyway_environment()
        while let variable = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: variable, count: strcspn(variable, "="))
            let name = String(decoding: bytes, as: UTF8.self)
            if !isRemoved(name), variables[name] == nil { pointers.append(variable) }
            next = next.map { $0 + 1 }
        }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { owned.append(strdup("\(name)=\(value)")) }
    }

    deinit {
        for pointer in owned {
            guard let pointer else { continue }
            explicit_bzero(pointer, strlen(pointer))
            free(pointer)
        }
    }

    borrowing func withPointers<Result>(_ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        body(pointers + owned + [nil])
    }
}
