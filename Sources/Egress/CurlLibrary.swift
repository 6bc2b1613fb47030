import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// libcurl's settings, which hold for the whole process.
enum CurlLibrary {
    /// Starts the library, once. It then takes its memory from us, so that what it copied of a request, target and
    /// headers above all, is zeroed when it frees it.
    ///
    /// - Throws: ``EgressError/connectionFailed(_:)`` if the library cannot be used.
    static func start() throws(EgressError) {
        if let problem { throw .connectionFailed(problem) }
    }

    private static let problem: String? = {
        guard keyway_curl_start(allocate, freeZeroing, resize, duplicate, allocateZeroed) == CURLE_OK else {
            return "libcurl could not be started"
        }
        // A resolver that blocks would stop all other transfers.
        guard let version = keyway_curl_version(), version.pointee.features & CURL_VERSION_ASYNCHDNS != 0
        else { return "this libcurl has no asynchronous resolver: use one that has" }
        return nil
    }()
}

/// Precedes each block and holds its length; as wide as `malloc` aligns.
private let headerLength = 16

private func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard let block = malloc(headerLength + count) else { return nil }
    block.storeBytes(of: count, as: Int.self)
    return block + headerLength
}

private func allocateZeroed(_ number: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    let (count, isTooLarge) = number.multipliedReportingOverflow(by: size)
    guard !isTooLarge, let block = calloc(1, headerLength + count) else { return nil }
    block.storeBytes(of: count, as: Int.self)
    return block + headerLength
}

private func duplicate(_ text: UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? {
    guard let text else { return nil }
    let count = strlen(text) + 1
    guard let copy = allocate(count) else { return nil }
    copy.copyMemory(from: text, byteCount: count)
    return copy.assumingMemoryBound(to: CChar.self)
}

private func resize(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
    guard let start else { return allocate(count) }
    guard let copy = allocate(count) else { return nil }
    copy.copyMemory(from: start, byteCount: min(count, length(of: start)))
    freeZeroing(start)
    return copy
}

private func freeZeroing(_ start: UnsafeMutableRawPointer?) {
    guard let start else { return }
    explicit_bzero(start, length(of: start))
    free(start - headerLength)
}

private func length(of start: UnsafeMutableRawPointer) -> Int {
    (start - headerLength).load(as: Int.self)
}
