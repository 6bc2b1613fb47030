import CJansson
import Platform

/// The parser's settings, which hold for the whole process.
enum ParserLibrary {
    /// Evaluated once, before the first parse, from whatever thread.
    ///
    /// The hash of member names is seeded from the system's randomness, so that no caller can choose names that
    /// collide.
    private static let isReady: Void = {
        json_set_alloc_funcs(allocateCounted, freeZeroing)
        json_object_seed(0)
    }()

    static func start() {
        isReady
    }
}

/// Precedes each of the parser's blocks and holds its length; as wide as `malloc` aligns.
private let headerLength = 16

private func allocateCounted(_ count: Int) -> UnsafeMutableRawPointer? {
    guard let block = malloc(headerLength + count) else { return nil }
    block.storeBytes(of: count, as: Int.self)
    return block + headerLength
}

/// Zeroes what the parser held: the strings of a request's body, among other things.
private func freeZeroing(_ start: UnsafeMutableRawPointer?) {
    guard let start else { return }
    let block = start - headerLength
    explicit_bzero(start, block.load(as: Int.self))
    free(block)
}
