public import Platform

/// A mutual exclusion lock around code, not around a value.
///
/// `Synchronization.Mutex` would save 3 ns but makes the thread sanitizer report races that are none.
///
/// Public, so that a use of it is compiled where it stands: what is generic and of the package alone is called as it
/// is, by metadata.
public struct Lock: ~Copyable, @unchecked Sendable {
    // Safe to share: a pthread mutex is made for it, and its address never changes.
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// A lock that nobody holds.
    public init() {
        mutex = .allocate(capacity: 1)
        let status = pthread_mutex_init(mutex, nil)
        precondition(status == 0, "a mutex can be made")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` while no other thread holds the lock.
    @inlinable
    public borrowing func callAsFunction<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
