import Egress
import NetworkTypes
import Platform
import Secrets
import Vault

/// The file of headers for the collector of traces: `NAME: VALUE`, a line each. A value may be the collector's key.
enum OTLPHeadersFile {
    private static let longest = 64 * 1_024
    /// Those that the request has anyway, or that are about its connection.
    private static let reserved: Set<String> = [
        "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
        "http2-settings", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// - Throws: ``CommandError`` if the file can't be read, is open to others, or holds something else. It quotes
    ///   nothing of it.
    static func read(_ path: String) throws(CommandError) -> [OutgoingRequest.Header] {
        var mode: SecretFileMode?
        var count: Int?
        let buffer = SecretBuffer(count: longest + 1) { memory in
            count = FileContent.read(path, into: memory) { status in
                mode = SecretFileMode(status)
                return mode?.isOwnersAlone == true
            }
        }
        if let mode, !mode.isOwnersAlone {
            throw CommandError(
                .input,
                "the file of headers \(path) is open to other users (mode \(mode)): run `chmod 600 \(path)`"
            )
        }
        guard let count, count <= longest else {
            throw CommandError(.input, "cannot read \(path): check that it exists and that this user may read it")
        }
        var headers: [OutgoingRequest.Header] = []
        let text = buffer.bytes[..<count].withoutByteOrderMark
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = trimmed(line)
            guard !line.isEmpty, line.first != UInt8(ascii: "#") else { continue }
            guard let header = header(line, in: buffer) else {
                throw CommandError(
                    .input,
                    "line \(index + 1) of \(path) must be a header, NAME: VALUE, that is not the connection's own"
                )
            }
            headers.append(header)
        }
        return headers
    }

    private static func header(_ line: Slice<UnsafeRawBufferPointer>, in buffer: SecretBuffer) -> OutgoingRequest
        .Header?
    {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        let value = trimmed(line[(colon + 1)...])
        guard HeaderSyntax.isToken(UnsafeRawBufferPointer(rebasing: line[..<colon])),
            !reserved.contains(name.lowercased()), HeaderSyntax.isValue(UnsafeRawBufferPointer(rebasing: value))
        else { return nil }
        return .init(name: name, value: Secret(buffer, range: value.startIndex..<value.endIndex))
    }

    private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var line = line
        while let first = line.first, isBlank(first) { line = line.dropFirst() }
        while let last = line.last, isBlank(last) { line = line.dropLast() }
        return line
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
