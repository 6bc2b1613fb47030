import Platform

/// Memory for C libraries that is zeroed when it is freed, as it may hold secrets.
enum ZeroedHeap {
    /// Precedes each block and holds its length; as wide as `malloc` aligns.
    private static let headerLength = 16

    static func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard let block = malloc(headerLength + count) else { return nil }
        block.storeBytes(of: count, as: Int.self)
        return block + headerLength
    }

    static func allocateZeroed(_ number: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        let (count, isTooLarge) = number.multipliedReportingOverflow(by: size)
        guard !isTooLarge, let block = calloc(1, headerLength + count) else { return nil }
        block.storeBytes(of: count, as: Int.self)
        return block + headerLength
    }

    static func duplicate(_ text: UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? {
        guard let text else { return nil }
        let count = strlen(text) + 1
        guard let copy = allocate(count) else { return nil }
        copy.copyMemory(from: text, byteCount: count)
        return copy.assumingMemoryBound(to: CChar.self)
    }

    static func resize(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
        guard let start else { return allocate(count) }
        guard let copy = allocate(count) else { return nil }
        copy.copyMemory(from: start, byteCount: min(count, length(of: start)))
        free(start)
        return copy
    }

    static func free(_ start: UnsafeMutableRawPointer?) {
        guard let start else { return }
        explicit_bzero(start, length(of: start))
        // The name is that of this function too.
        release(start - headerLength)
    }

    static func length(of start: UnsafeMutableRawPointer) -> Int {
        (start - headerLength).load(as: Int.self)
    }
}

private func release(_ block: UnsafeMutableRawPointer) { free(block) }
