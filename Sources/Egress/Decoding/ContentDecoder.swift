/// Undoes a content coding (RFC 9110, section 8.4.1), a piece at a time.
///
/// libcurl could do it, but not stop in the middle: a piece may unfold to a thousand times its size.
protocol ContentDecoder: AnyObject {
    /// Whether the body may end here: before its first byte, or after its last.
    var isComplete: Bool { get }

    /// Whether all that can be known of what was taken has been passed on, except a single symbol. Else the decoder
    /// waits for the end of a block before it passes on any of it.
    var isSettled: Bool { get }

    /// Decodes `input`, and passes on pieces of at most the given length, until it is used or `receive` answers that it
    /// wants no more and there is more.
    ///
    /// - Parameters:
    ///   - input: What comes next of the coded body.
    ///   - bytes: The length of the longest piece, ``CurlExchange/pieceBytes`` at most.
    ///   - receive: Takes a piece, and answers whether more is wanted.
    /// - Returns: How far it came.
    func decode(
        _ input: UnsafeRawBufferPointer,
        pieces bytes: Int,
        receive: (UnsafeRawBufferPointer) -> Bool
    ) -> DecodingProgress
}

/// How far a decoder came.
enum DecodingProgress {
    /// All that was given is used, and all that can be known of it passed on, but as ``ContentDecoder/isSettled`` says.
    case taken
    /// The receiver wants no more for now; that many bytes were used, and something may be left to pass on.
    case stopped(used: Int)
    case malformed
}

/// The codings that can be undone.
enum ContentCoding: String {
    case gzip, deflate, br, zstd

    /// - Parameter name: The coding's name in lower case.
    init?(name: String) {
        self.init(rawValue: name == "x-gzip" ? "gzip" : name)
    }

    /// More codings on top of each other are refused: each may unfold to a thousand times its size.
    static let mostStacked = 3

    /// A decoder of a body to which these codings were applied in this order.
    ///
    /// - Returns: `nil` if no memory is left.
    static func decoder(of codings: [ContentCoding]) -> (any ContentDecoder)? {
        var decoder: (any ContentDecoder)?
        for coding in codings {
            guard let next = coding.decoder() else { return nil }
            decoder = decoder.map { StackedDecoder(outer: next, inner: $0) } ?? next
        }
        return decoder
    }

    private func decoder() -> (any ContentDecoder)? {
        switch self {
        case .gzip: InflateDecoder(isGzip: true)
        case .deflate: InflateDecoder(isGzip: false)
        case .br: BrotliDecoder()
        case .zstd: ZstandardDecoder()
        }
    }
}
