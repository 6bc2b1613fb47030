import Documents
import Egress
import Platform

/// A body in the framing `aws-chunked` that is sent while it comes: without its framing, or in a framing without
/// signatures, which are those of the caller's own keys.
///
/// Safe to share: what changes belongs to the reader's thread.
final class AWSChunkedUpload: UploadSource, @unchecked Sendable {
    /// The form of the body that is sent.
    enum Output {
        /// The content alone, of that length.
        case content(length: Int)
        /// Content and trailers, each chunk as long as the caller's.
        case framed(length: Int?)
    }

    let length: Int?
    private let source: any UploadSource
    private let decoder: AWSChunkedDecoder
    /// The bytes last read of the source; overwritten in the end.
    private let scratch: UnsafeMutableRawBufferPointer
    private var output: [UInt8] = []
    private var taken = 0
    private var isAtEnd = false
    /// The bytes that are held back until the end is there: of content alone, the third party knows when it has all.
    private let heldBack: Int

    private static let scratchBytes = 16_384

    /// - Parameters:
    ///   - source: The framed body.
    ///   - output: What is to be sent.
    ///   - contentLength: How long the content is; `nil` if that is not known.
    ///   - trailers: The names of the trailers, in lower case.
    init(_ source: any UploadSource, as output: Output, contentLength: Int?, trailers: Set<String>) {
        self.source = source
        let keepsFraming: Bool
        switch output {
        case .content(let length): (self.length, keepsFraming) = (length, false)
        case .framed(let length): (self.length, keepsFraming) = (length, true)
        }
        heldBack = keepsFraming ? 0 : 1
        decoder = AWSChunkedDecoder(
            for: keepsFraming ? .framing : .content,
            contentLength: contentLength,
            trailers: trailers
        )
        scratch = .allocate(byteCount: Self.scratchBytes, alignment: 16)
    }

    deinit {
        if let start = scratch.baseAddress { explicit_bzero(start, scratch.count) }
        scratch.deallocate()
        clearOutput()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading {
        while output.count - taken <= (isAtEnd ? 0 : heldBack) {
            if isAtEnd { return .end }
            forgetTaken()
            switch source.read(into: scratch) {
            case .bytes(let count):
                do throws(ActRefusal) {
                    try decoder.decode(UnsafeRawBufferPointer(rebasing: scratch[..<count]), into: &output)
                } catch {
                    return .failed(.malformedBody(error.detail))
                }
            case .end:
                do throws(ActRefusal) {
                    try decoder.finish()
                } catch {
                    return .failed(.malformedBody(error.detail))
                }
                isAtEnd = true
            case let other: return other
            }
        }
        let count = min(buffer.count, output.count - taken - (isAtEnd ? 0 : heldBack))
        output.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[taken..<taken + count])) }
        taken += count
        return .bytes(count)
    }

    func whenReadable(_ wake: @escaping @Sendable () -> Void) { source.whenReadable(wake) }

    func close() { source.close() }

    /// Keeps what was not taken alone.
    private func forgetTaken() {
        let rest = Array(output[taken...])
        clearOutput()
        output += rest
    }

    private func clearOutput() {
        output.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        }
        output.removeAll(keepingCapacity: true)
        taken = 0
    }
}

/// Reads the framing `aws-chunked` piece by piece (see ``AWSChunkedBody``).
final class AWSChunkedDecoder {
    /// The reason to read it.
    enum Purpose {
        /// Its content.
        case content
        /// The same framing without signatures.
        case framing
        /// Its signatures: nothing is written.
        case checking(ChunkCheck)
    }

    private enum Place {
        case length
        case content(left: Int)
        /// The line end after a chunk.
        case chunkEnd
        case trailer
        case end
    }

    private let keepsFraming: Bool
    private let check: ChunkCheck?
    private let contentLength: Int?
    private let announced: Set<String>
    private var place = Place.length
    private var line: [UInt8] = []
    private var decoded = 0
    private var trailers: Set<String> = []

    private static let longestLine = 4_096

    init(for purpose: Purpose, contentLength: Int?, trailers: Set<String>) {
        switch purpose {
        case .content: (keepsFraming, check) = (false, nil)
        case .framing: (keepsFraming, check) = (true, nil)
        case .checking(let check): (keepsFraming, self.check) = (false, check)
        }
        self.contentLength = contentLength
        announced = trailers
    }

    func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(ActRefusal) {
        var position = 0
        while position < bytes.count {
            if case .content(let left) = place {
                let count = min(left, bytes.count - position)
                let content = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
                if let check { check.append(content) } else { output.append(contentsOf: content) }
                position += count
                place = left > count ? .content(left: left - count) : .chunkEnd
                continue
            }
            let byte = bytes[position]
            position += 1
            line.append(byte)
            guard line.count <= Self.longestLine else { throw AWSChunkedBody.malformed("a line of it does not end") }
            guard byte == 0x0A, line.count >= 2, line[line.count - 2] == 0x0D else { continue }
            let text = AWSChunkedBody.line(line[..<(line.count - 2)])
            line.removeAll(keepingCapacity: true)
            try read(text, into: &output)
        }
    }

    /// The body has come to its end.
    func finish() throws(ActRefusal) {
        switch place {
        case .end where line.isEmpty: break
        // What needs no trailers may end without the empty line after them.
        case .trailer where line.isEmpty: try endTrailers()
        default: throw AWSChunkedBody.malformed("the body ends within it")
        }
    }

    private func read(_ text: Substring, into output: inout [UInt8]) throws(ActRefusal) {
        switch place {
        case .length:
            let count = try AWSChunkedBody.length(of: text)
            decoded += count
            if let contentLength, count == 0 ? decoded != contentLength : decoded > contentLength {
                throw ActRefusal(
                    .bodyNotAllowed,
                    "the length of the body without its framing is not what X-Amz-Decoded-Content-Length says"
                )
            }
            try check?.begin(text)
            if count == 0 { try check?.end() }
            place = count == 0 ? .trailer : .content(left: count)
            if keepsFraming { output += "\(text.prefix { $0 != ";" })\r\n".utf8 }
        case .chunkEnd:
            guard text.isEmpty else { throw AWSChunkedBody.malformed("a chunk is not followed by a line end") }
            try check?.end()
            place = .length
            if keepsFraming { output += "\r\n".utf8 }
        case .trailer:
            guard let trailer = try AWSChunkedBody.trailer(in: text) else {
                try endTrailers()
                if keepsFraming { output += "\r\n".utf8 }
                return
            }
            try check?.trailer(trailer.name, trailer.value)
            guard trailer.name != AWSChunkedBody.signatureTrailer else { return }
            guard trailers.insert(trailer.name).inserted else {
                throw AWSChunkedBody.malformed("the trailer \(trailer.name) is there twice")
            }
            if keepsFraming { output += "\(trailer.name):\(trailer.value)\r\n".utf8 }
        case .content, .end: throw AWSChunkedBody.malformed("more follows its end")
        }
    }

    private func endTrailers() throws(ActRefusal) {
        guard trailers == announced else {
            throw ActRefusal(.bodyNotAllowed, "the body's trailers are not those that X-Amz-Trailer names")
        }
        try check?.endTrailers()
        place = .end
    }
}
