/// The reason why the server itself responds to a request, instead of the handler.
///
/// Every detail is a fixed text: nothing of the request is quoted.
package enum Refusal: Error, Hashable, CaseIterable {
    // 400: the request is ambiguous, and proxies before us might read it differently.
    case malformedTarget
    case malformedPath
    case dotSegments
    case malformedMethod
    case malformedHeaders
    case missingHost
    case repeatedHost
    case repeatedHeader
    case repeatedContentLength
    case malformedContentLength
    case contentLengthWithTransferEncoding
    case unknownTransferEncoding
    // Over a limit.
    case bodyTooLarge
    case streamedBodyTooLarge
    case targetTooLong
    case headersTooLarge
    case tooManyConnectionsFromAddress
    case tooManyConnections
    case bodyMemoryExhausted
    // The server's own state.
    case stopping
    case unanswered

    /// The status to answer with.
    package var status: Int {
        switch self {
        case .malformedTarget, .malformedPath, .dotSegments, .malformedMethod, .malformedHeaders, .missingHost,
            .repeatedHost, .repeatedHeader, .repeatedContentLength, .malformedContentLength,
            .contentLengthWithTransferEncoding,
            .unknownTransferEncoding:
            400
        case .bodyTooLarge, .streamedBodyTooLarge: 413
        case .targetTooLong: 414
        case .tooManyConnectionsFromAddress: 429
        case .headersTooLarge: 431
        case .unanswered: 500
        case .tooManyConnections, .bodyMemoryExhausted, .stopping: 503
        }
    }

    /// A description of the error, in a sentence for the client's developer.
    package var detail: String {
        switch self {
        case .malformedTarget:
            "The request target must be a path that starts with \"/\", in printable ASCII, without a fragment."
        case .malformedPath:
            "The path has a malformed percent escape or an encoded control character."
        case .dotSegments:
            "The path must not have \".\" or \"..\" segments, encoded or not."
        case .malformedMethod:
            "The request method is not a token."
        case .malformedHeaders:
            "A header has an empty or malformed name, is folded, or has a control character in its value."
        case .missingHost:
            "An HTTP/1.1 request needs a Host header."
        case .repeatedHost:
            "The request has more than one Host header."
        case .repeatedHeader:
            "The request has a header twice that it may have once."
        case .repeatedContentLength:
            "The request has more than one Content-Length header."
        case .malformedContentLength:
            "The Content-Length header is not a number."
        case .contentLengthWithTransferEncoding:
            "The request has both a Content-Length and a Transfer-Encoding header."
        case .unknownTransferEncoding:
            "The only transfer coding is \"chunked\", once, and only in HTTP/1.1."
        case .bodyTooLarge:
            "The request body is longer than 1 MiB, the most that this path takes."
        case .streamedBodyTooLarge:
            "The request body is longer than this server passes on. Its operator can let it pass on more: "
                + "keyway serve --act-body-limit."
        case .targetTooLong:
            "The request target is too long."
        case .headersTooLarge:
            "The request header block is too large."
        case .tooManyConnectionsFromAddress:
            "There are too many connections from this address; close some and try again."
        case .tooManyConnections:
            "The server has too many connections; try again later."
        case .bodyMemoryExhausted:
            "The server is receiving too many large requests; try again later."
        case .stopping:
            "The server is stopping; try again later."
        case .unanswered:
            "The server failed to respond."
        }
    }

    /// Whether it is unknown where the request ends, so that nothing after its header block can be trusted.
    var isAboutFraming: Bool {
        switch self {
        case .malformedHeaders, .repeatedContentLength, .malformedContentLength, .contentLengthWithTransferEncoding,
            .unknownTransferEncoding:
            true
        default: false
        }
    }
}
