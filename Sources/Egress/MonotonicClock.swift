#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The clock that transfers are timed by; it never goes back.
enum MonotonicClock {
    /// Nanoseconds since some moment before the process started.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// At least a nanosecond, at most a year.
    static func nanoseconds(_ seconds: Double) -> UInt64 {
        UInt64(min(max(seconds, 0.000_000_001), 31_536_000) * 1_000_000_000)
    }
}
