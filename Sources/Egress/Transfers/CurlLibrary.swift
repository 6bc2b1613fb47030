import CCurl

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
        let code = keyway_curl_start(
            { ZeroedHeap.allocate($0) },
            { ZeroedHeap.free($0) },
            { ZeroedHeap.resize($0, $1) },
            { ZeroedHeap.duplicate($0) },
            { ZeroedHeap.allocateZeroed($0, $1) }
        )
        guard code == CURLE_OK else { return "libcurl could not be started" }
        // A resolver that blocks would stop all other transfers.
        guard let version = keyway_curl_version(), version.pointee.features & CURL_VERSION_ASYNCHDNS != 0
        else { return "this libcurl has no asynchronous resolver: use one that has" }
        return nil
    }()
}
