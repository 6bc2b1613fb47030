import Platform

/// A terminal that shows nothing of what is typed, until this ends or the process is told to.
///
/// The terminal passes on each byte at once: lines of its own it cuts at 4,096 bytes, and some credentials are longer.
struct Silence {
    /// The keys that begin the line again, and that end the input.
    let kill: UInt8
    let endOfFile: UInt8

    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    /// The actions of the signals before.
    private let former: [sigaction]
    /// The settings to restore; signal handlers read it, so it is set before they are there, and nobody else writes.
    nonisolated(unsafe) private static var saved: (terminal: Int32, settings: termios)?

    init(of terminal: Int32) {
        var settings = termios()
        tcgetattr(terminal, &settings)
        Self.saved = (terminal, settings)
        former = Self.signals.map { number in
            var action = sigaction()
            sigaction(number, nil, &action)
            signal(number, restoreTerminalAndEnd)
            return action
        }
        kill = settings.controlCharacter(VKILL)
        endOfFile = settings.controlCharacter(VEOF)
        settings.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON)
        settings.setControlCharacter(VMIN, 1)
        settings.setControlCharacter(VTIME, 0)
        // A stopped process would leave a silent terminal behind.
        settings.setControlCharacter(VSUSP, 0)
        tcsetattr(terminal, TCSAFLUSH, &settings)
    }

    /// Lets the terminal show again what is typed, and drops what was typed ahead: the rest of a pasted secret must not
    /// reach the shell.
    func end() {
        Self.restore()
        for (number, action) in zip(Self.signals, former) {
            var action = action
            sigaction(number, &action, nil)
        }
    }

    fileprivate static func restore() {
        guard let saved else { return }
        var settings = saved.settings
        tcsetattr(saved.terminal, TCSAFLUSH, &settings)
    }
}

/// Does only what POSIX allows in a signal handler.
private func restoreTerminalAndEnd(_ number: Int32) {
    Silence.restore()
    signal(number, SIG_DFL)
    raise(number)
}

extension termios {
    fileprivate func controlCharacter(_ index: Int32) -> UInt8 {
        withUnsafeBytes(of: c_cc) { $0[Int(index)] }
    }

    fileprivate mutating func setControlCharacter(_ index: Int32, _ value: UInt8) {
        withUnsafeMutableBytes(of: &c_cc) { $0[Int(index)] = value }
    }
}
