import CSodium

/// The library, made ready by its first use, from whatever thread.
enum Sodium {
    private static let isReady: Bool = sodium_init() >= 0

    /// Goes before the first call of each kind. After the first time it costs one load.
    ///
    /// The library fails to start only where the system has no source of randomness: there is nothing to go on with.
    static func start() {
        precondition(isReady, "libsodium cannot start on this system")
    }
}
