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
}
