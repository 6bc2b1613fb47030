import Platform

/// The clock that durations are measured by; it never goes back.
package enum MonotonicClock {
    /// Nanoseconds since some moment before the process started.
    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Converts seconds to nanoseconds: at least one, at most those of a year.
    package static func nanoseconds(_ seconds: Double) -> UInt64 {
        UInt64(min(max(seconds, 0.000_000_001), 31_536_000) * 1_000_000_000)
    }
}
