import CMicrohttpd
import NetworkTypes
import Platform

/// One pass over a request's headers for what the engine accepts and a strict server must not.
struct HeaderInspection {
    /// The announced length of the body.
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var expectsContinue = false
    private var refusal: Refusal?
    private var hosts = 0
    private var contentLengths = 0
    private var transferEncodings = 0
    private let singleHeaders: [StaticString]
    /// Which of those were met, a bit each.
    private var singleHeadersMet: UInt64 = 0
    private var raw: RawHeaderBlock
    /// How many values the engine keeps in the connection's memory, beside the request's bytes, and of what length.
    private var values = 0
    private var copiedBytes = 0
    private let blockSize: Int
    private let rest: UnsafePointer<CChar>?

    /// Whether a body follows the headers.
    var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    /// Visits all headers.
    ///
    /// - Parameters:
    ///   - connection: The engine's handle.
    ///   - method: The request's method, where its header block begins.
    ///   - targetEnd: The address at which the target ended when it came.
    ///   - version: The protocol version at the end of the request line.
    ///   - singleHeaders: Headers that may be there once, 64 at most.
    init(
        of connection: OpaquePointer,
        method: UnsafePointer<CChar>,
        targetEnd: Int,
        version: UnsafePointer<CChar>,
        singleHeaders: [StaticString]
    ) {
        self.singleHeaders = singleHeaders
        raw = RawHeaderBlock(of: connection, method: method, targetEnd: targetEnd, version: version)
        blockSize = keyway_request_header_size(connection)
        rest = RawHeaderBlock.layoutIsKnown ? method + blockSize : nil
        withUnsafeMutablePointer(to: &self) { inspection in
            keyway_visit_request_values(
                connection,
                { context, kind, name, nameLength, value, valueLength in
                    guard let inspection = context?.assumingMemoryBound(to: HeaderInspection.self), let name
                    else { return .YES }
                    inspection.pointee.values += 1
                    guard kind == .HEADER_KIND else { return .YES }
                    inspection.pointee.visit(
                        UnsafeBufferPointer(start: name, count: nameLength),
                        UnsafeBufferPointer(start: value, count: value == nil ? 0 : valueLength)
                    )
                    return .YES
                },
                inspection
            )
        }
        raw.finish()
    }

    /// Finds the error in the headers of a request of that version.
    func refusal(inVersion version: UnsafePointer<CChar>) -> Refusal? {
        let isVersion10 = strcmp(version, "HTTP/1.0") == 0
        if !raw.hasWellFormedRequestLine { return .malformedTarget }
        if refusal == .malformedHeaders || !raw.isWellFormed { return .malformedHeaders }
        if transferEncodings > 0 && contentLengths > 0 { return .contentLengthWithTransferEncoding }
        if contentLengths > 1 { return .repeatedContentLength }
        if transferEncodings > 1 || (transferEncodings == 1 && isVersion10) { return .unknownTransferEncoding }
        if let refusal { return refusal }
        if hosts > 1 { return .repeatedHost }
        if hosts == 0 && !isVersion10 { return .missingHost }
        return nil
    }

    /// The room that the request leaves for the head of the response, in `memory` bytes.
    func roomForResponse(of memory: Int) -> ResponseHeadSize.Room {
        // Each value is an object of 56 bytes, and all is kept at multiples of 16.
        let kept = values * 64 + copiedBytes + 256
        return ResponseHeadSize.Room(
            bytes: memory - blockSize - kept,
            // Half of the memory is for reading to begin with; a request that needs more gets little more than it
            // needs.
            bytesBesideOthers: memory - max(memory / 2, blockSize + memory / 8) - kept,
            rest: rest
        )
    }

    private mutating func visit(_ name: UnsafeBufferPointer<CChar>, _ value: UnsafeBufferPointer<CChar>) {
        raw.visit(name, value)
        guard HeaderSyntax.isToken(UnsafeRawBufferPointer(name)), HeaderSyntax.isValue(UnsafeRawBufferPointer(value))
        else {
            refusal = .malformedHeaders
            return
        }
        switch name.count {
        case 6 where HeaderSyntax.equal(name, "cookie"):
            copiedBytes += value.count + 16
        case 4 where HeaderSyntax.equal(name, "host"):
            hosts += 1
        case 6 where HeaderSyntax.equal(name, "expect"):
            expectsContinue = expectsContinue || HeaderSyntax.equal(value, "100-continue")
        case 14 where HeaderSyntax.equal(name, "content-length"):
            contentLengths += 1
            if let length = HeaderSyntax.decimal(value) {
                contentLength = length
            } else {
                refusal = refusal ?? .malformedContentLength
            }
        case 17 where HeaderSyntax.equal(name, "transfer-encoding"):
            transferEncodings += 1
            isChunked = true
            if !HeaderSyntax.equal(value, "chunked") { refusal = refusal ?? .unknownTransferEncoding }
        default:
            for (index, single) in singleHeaders.enumerated() where HeaderSyntax.equal(name, single) {
                let bit: UInt64 = 1 << UInt64(index)
                if singleHeadersMet & bit != 0 { refusal = refusal ?? .repeatedHeader }
                singleHeadersMet |= bit
            }
        }
    }
}
