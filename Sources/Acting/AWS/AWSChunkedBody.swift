import Documents
import Secrets

/// A body in the framing `aws-chunked` (Amazon S3 API Reference, "Transferring payload in multiple chunks"): chunks,
/// each with its length and perhaps a signature before it, and after the last one perhaps trailers.
///
/// Signatures are those of the caller's own keys, which are good for nothing here; they are left out unverified.
struct AWSChunkedBody {
    /// The bytes without their framing.
    let content: SecretBuffer
    /// The trailers, names in lower case, without the signature.
    let trailers: [(name: String, value: String)]

    /// - Throws: ``ActRefusal`` that says what is wrong with the framing.
    init(_ framed: SecretBuffer) throws(ActRefusal) {
        var reader = Reader(buffer: framed)
        let chunks = try reader.readChunks()
        trailers = try reader.readTrailers()
        content = SecretBuffer(count: chunks.reduce(0) { $0 + $1.count }) { memory in
            var position = 0
            for chunk in chunks {
                let end = position + chunk.count
                UnsafeMutableRawBufferPointer(rebasing: memory[position..<end])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: framed.bytes[chunk]))
                position = end
            }
        }
    }

    private struct Reader {
        let buffer: SecretBuffer
        var position = 0

        /// Longer than any line of the framing.
        static let longestLine = 4096
        static let trailersAtMost = 16

        var bytes: UnsafeRawBufferPointer { buffer.bytes }

        mutating func readChunks() throws(ActRefusal) -> [Range<Int>] {
            var chunks: [Range<Int>] = []
            while true {
                let line = try readLine("the length of a chunk")
                let count = try AWSChunkedBody.length(of: line)
                guard count > 0 else { return chunks }
                guard count <= bytes.count - position else {
                    throw AWSChunkedBody.malformed("the body ends within a chunk of \(count) bytes")
                }
                chunks.append(position..<position + count)
                position += count
                guard bytes.count - position >= 2, bytes[position] == 0x0D, bytes[position + 1] == 0x0A else {
                    throw AWSChunkedBody.malformed("a chunk of \(count) bytes is not followed by a line end")
                }
                position += 2
            }
        }

        mutating func readTrailers() throws(ActRefusal) -> [(name: String, value: String)] {
            var trailers: [(name: String, value: String)] = []
            while position < bytes.count {
                guard let trailer = try AWSChunkedBody.trailer(in: try readLine("a trailer")) else { break }
                guard !trailers.contains(where: { $0.name == trailer.name }), trailers.count < Self.trailersAtMost
                else {
                    throw AWSChunkedBody.malformed("the trailer \(trailer.name) is there twice, or there are too many")
                }
                trailers.append(trailer)
            }
            guard position == bytes.count else { throw AWSChunkedBody.malformed("more follows its end") }
            return trailers.filter { $0.name != AWSChunkedBody.signatureTrailer }
        }

        /// The text up to a line end.
        private mutating func readLine(_ what: String) throws(ActRefusal) -> Substring {
            let limit = min(bytes.count, position + Self.longestLine)
            var end = position
            while end + 1 < limit, bytes[end] != 0x0D || bytes[end + 1] != 0x0A { end += 1 }
            guard end + 1 < limit else {
                throw AWSChunkedBody.malformed("\(what) is missing, or its line does not end")
            }
            defer { position = end + 2 }
            return AWSChunkedBody.line(bytes[position..<end])
        }
    }

    /// A trailer of signed chunks, which is no checksum.
    static let signatureTrailer = "x-amz-trailer-signature"

    /// The text of a line without blanks at its end: AWS' own examples have a line feed before the line end.
    static func line(_ bytes: some Collection<UInt8>) -> Substring {
        var text = String(decoding: bytes, as: UTF8.self)[...]
        while let last = text.unicodeScalars.last, " \t\n".unicodeScalars.contains(last) {
            text.unicodeScalars.removeLast()
        }
        return text
    }

    /// The length that stands before a chunk.
    static func length(of line: Substring) throws(ActRefusal) -> Int {
        let parts = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.first ?? ""
        guard (1...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0.hexDigit != nil }),
            let count = Int(digits, radix: 16)
        else { throw malformed("the length of a chunk is no hexadecimal number") }
        guard parts.count == 1 || parts[1].hasPrefix("chunk-signature=") else {
            throw malformed("the length of a chunk is followed by something else than chunk-signature")
        }
        return count
    }

    /// The signature that stands before a chunk, after its length.
    static func signature(in line: Substring) -> String? {
        let parts = line.split(separator: ";", maxSplits: 1)
        let name = "chunk-signature="
        return parts.count == 2 && parts[1].hasPrefix(name) ? String(parts[1].dropFirst(name.count)) : nil
    }

    /// A trailer, its name in lower case; `nil` at the empty line after the last.
    static func trailer(in line: Substring) throws(ActRefusal) -> (name: String, value: String)? {
        guard !line.isEmpty else { return nil }
        guard let colon = line.firstIndex(of: ":") else { throw malformed("a trailer has no colon") }
        let name = line[..<colon].lowercased()
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        guard TextFormat.headerName.fault(in: JSONText(name)) == nil,
            value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw malformed("a trailer holds a character that it may not hold") }
        return (name, String(value))
    }

    static func malformed(_ text: String) -> ActRefusal {
        ActRefusal(.bodyNotAllowed, "the body is not in the framing aws-chunked, as its headers say: \(text)")
    }
}
