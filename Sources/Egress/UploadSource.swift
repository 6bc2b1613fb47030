/// The body of a request that comes piece by piece.
package protocol UploadSource: AnyObject, Sendable {
    /// Its length in bytes; `nil` if that is not known, and it is sent in chunks.
    var length: Int? { get }

    /// Copies what is there. It must not block.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading

    /// Has `wake` called, from any thread, whenever there is something after a reading that was pending.
    func whenReadable(_ wake: @escaping @Sendable () -> Void)

    /// Nothing more is read.
    func close()
}

/// What a reading of a body gives.
package enum UploadReading: Sendable, Equatable {
    /// So many bytes, more than none.
    case bytes(Int)
    /// Nothing yet.
    case pending
    case end
    /// The request can't be completed, and why.
    case failed(EgressError)
}
