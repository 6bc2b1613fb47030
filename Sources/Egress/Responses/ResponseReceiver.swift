/// A receiver's wish after a piece of the body.
package enum Demand: Sendable {
    case more
    /// In response to a head: more, and a coded body both decoded and as it came
    /// (``ResponseReceiver/receivedCoded(_:)``).
    case moreAsCoded
    /// Nothing further until ``Transfer/resume()``; this piece was taken.
    case pause
    /// The end, without an error of its own: ``EgressError/cancelled``.
    case cancel
}

/// Takes a response as it comes. All calls come from one thread, in order, and must not block.
package protocol ResponseReceiver: AnyObject, Sendable {
    /// The request is about to be sent over a connection that is open: from now on it may be carried out.
    func requestLeaves()

    /// Status and headers are there, or as much of them as there will be before an error. At most once.
    func received(_ head: ResponseHead) -> Demand

    /// A piece of the body is there, decoded. It must not be kept.
    func received(_ piece: UnsafeRawBufferPointer) -> Demand

    /// A piece of a coded body is there as it came, of which all or a part was decoded and received before. Only after
    /// ``Demand/moreAsCoded``. It must not be kept.
    ///
    /// - Parameters:
    ///   - piece: The piece.
    ///   - decoded: How many bytes of the coded body, from its start, have been decoded to the last: what stands in
    ///     those behind is not known.
    /// - Returns: What is wanted next.
    func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand

    /// The end: `nil` if the response came as a whole. Exactly once, and nothing comes after it.
    func finished(_ error: EgressError?)
}

extension ResponseReceiver {
    package func requestLeaves() {}

    package func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand { .more }
}
