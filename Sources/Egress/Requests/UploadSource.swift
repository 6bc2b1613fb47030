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

/// The result of reading a body.
package enum UploadReading: Sendable, Equatable {
    /// The number of bytes read, at least one.
    case bytes(Int)
    /// Nothing yet.
    case pending
    case end
    /// The request can't be completed, and why.
    case failed(EgressError)
}
