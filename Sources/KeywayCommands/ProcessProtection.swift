import CSystem
import Platform

/// Keeps secrets in this process's memory from leaving it: no core dump, no tracing, no crash report.
enum ProcessProtection {
    static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = keyway_refuse_tracing()
        // The language's own crash handler prints registers, and memory that they point to.
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] { signal(crash, SIG_DFL) }
    }

    /// The same for a process that runs a vendor's code for the one that started it, and no longer than that one: with
    /// no file but the first three, few of them at all, and no way to more rights.
    ///
    /// - Parameter name: The name that the system shows.
    static func applyToHelper(_ name: String) {
        apply()
        keyway_confine_helper(name)
        var files = rlimit(rlim_cur: 256, rlim_max: 256)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        umask(0o077)
        // Its end is the end of its socket: a service manager signals all of a service's processes.
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
    }
}
