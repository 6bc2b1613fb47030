/// How much of a coded body has been decoded to the last: what can be known of its text was passed on.
struct CodedProgress {
    /// The number of bytes, from the start of the coded body, that are decoded to the last.
    private(set) var decoded = 0
    /// Whether anything was passed on since ``usedUp``.
    var hasText = false

    /// How many bytes the decoder has been given.
    private var taken = 0
    /// How many it had been given when it last had nothing more to pass on.
    private var usedUp = 0

    /// Counts bytes that the decoder has been given.
    ///
    /// - Parameters:
    ///   - count: Their number.
    ///   - isUsed: Whether it has nothing more to pass on.
    ///   - isSettled: As of the decoder.
    mutating func take(_ count: Int, isUsed: Bool, isSettled: Bool) {
        taken += count
        guard isUsed else { return }
        if isSettled {
            decoded = taken
        } else if hasText {
            // The first that it passed on was of a block that had begun by then, so that all before has been read.
            decoded = usedUp
        }
        usedUp = taken
        hasText = false
    }
}
