/// The head of a third party's response.
package struct AnswerHead: Sendable {
    package struct Header: Sendable, Equatable {
        package let name: String
        /// As received, but what is not UTF-8 is replaced.
        package let value: String
        /// The bytes received, where they are not UTF-8.
        package let rawValue: [UInt8]?
        /// The value as received.
        package var bytes: [UInt8] { rawValue ?? Array(value.utf8) }

        package init(name: String, value: String) {
            self.name = name
            self.value = value
            rawValue = nil
        }

        package init(name: String, bytes: some Collection<UInt8>) {
            self.name = name
            // Almost all are ASCII, and read much faster when that is known.
            let isText = bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
            value = String(decoding: bytes, as: UTF8.self)
            rawValue = isText ? nil : Array(bytes)
        }
    }

    /// From 200 to 999, or 101 for one that can't be followed: interim responses are not reported.
    package let status: Int
    /// In the order received. `Content-Length` and `Content-Encoding` speak of the body as it came over the wire.
    package let headers: [Header]

    package init(status: Int, headers: [Header]) {
        self.status = status
        self.headers = headers
    }

    /// The first header of that name, its case ignored.
    package subscript(_ name: String) -> String? {
        headers.first { HeaderSyntax.isSame($0.name, name) }?.value
    }
}

/// A receiver's wish after a piece of the body.
package enum Demand: Sendable {
    case more
    /// In response to a head: more, and a coded body both decoded and as it came
    /// (``AnswerReceiver/receivedCoded(_:)``).
    case moreAsCoded
    /// Nothing further until ``Transfer/resume()``; this piece was taken.
    case pause
    /// The end, without an error of its own: ``EgressError/cancelled``.
    case cancel
}

/// Takes a response as it comes. All calls come from one thread, in order, and must not block.
package protocol AnswerReceiver: AnyObject, Sendable {
    /// The request is about to be sent over a connection that is open: from now on it may be carried out.
    func requestLeaves()

    /// Status and headers are there, or as much of them as there will be before an error. At most once.
    func received(_ head: AnswerHead) -> Demand

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

extension AnswerReceiver {
    package func requestLeaves() {}

    package func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand { .more }
}
