import Documents
import NetworkTypes

/// The head of a CONNECT request (RFC 9110, section 9.3.6): the one part of HTTP that is read here, since the engine
/// can't answer CONNECT.
struct ConnectHead: Equatable {
    /// In lower case, without a final dot.
    let host: String
    let port: UInt16
    /// The value of `Proxy-Authorization`.
    let authorization: String?

    /// The longest head, in bytes.
    static let longest = 16 * 1_024
    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")
    private static let colon = UInt8(ascii: ":")

    /// Reads a head with its empty line.
    init(_ bytes: [UInt8]) throws(ConnectRefusal) {
        guard let lines = Self.lines(of: bytes), let first = lines.first else { throw .malformed }
        let words = first.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, ["HTTP/1.1", "HTTP/1.0"].contains(where: { words[2].elementsEqual($0.utf8) }) else {
            throw .malformed
        }
        guard words[0].elementsEqual("CONNECT".utf8) else { throw words[1].first == 0x2F ? .notForProxies : .plaintext }
        (host, port) = try Self.authority(words[1])
        var authorizations: [String] = []
        var hosts = 0
        for line in lines.dropFirst() {
            let (name, value) = try Self.field(line)
            switch name {
            case "proxy-authorization": authorizations.append(value)
            // Nothing depends on it: it is that of the target (RFC 9110, section 7.2), but undici 5 says that of the proxy.
            case "host": hosts += 1
            // Neither has a meaning here, and a reader further on may find one.
            case "transfer-encoding": throw .malformed
            case "content-length": guard value == "0" else { throw .malformed }
            default: break
            }
        }
        guard authorizations.count <= 1, hosts <= 1 else { throw .malformed }
        authorization = authorizations.first
    }

    /// The length of the head that the bytes begin with; `nil` if its end is not there yet. No end begins before `start`.
    static func end(in bytes: [UInt8], from start: Int) -> Int? {
        var index = max(0, start)
        while let next = bytes[index...].firstIndex(of: lf) {
            let rest = bytes[(next + 1)...].prefix(2)
            if rest.first == lf { return next + 2 }
            if rest.elementsEqual([cr, lf]) { return next + 3 }
            index = next + 1
        }
        return nil
    }

    /// The lines, each of which ends with CR and LF, up to the empty one.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        guard bytes.suffix(4).elementsEqual([cr, lf, cr, lf]) else { return nil }
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes.dropLast(2)
        while let end = rest.firstIndex(of: lf) {
            guard end > rest.startIndex, rest[end - 1] == cr else { return nil }
            let line = rest[rest.startIndex..<(end - 1)]
            // A lone CR, NUL or another control character would be read otherwise elsewhere.
            guard !line.isEmpty, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
            lines.append(line)
            rest = rest[(end + 1)...]
        }
        return rest.isEmpty ? lines : nil
    }

    /// Reads `host:port`.
    private static func authority(_ text: ArraySlice<UInt8>) throws(ConnectRefusal) -> (String, UInt16) {
        guard let colon = text.lastIndex(of: colon), let port = port(text[(colon + 1)...]) else { throw .malformed }
        var name = text[..<colon]
        if name.first == UInt8(ascii: "[") { throw .address }
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        guard name.count <= 253, HostName.isDottedName(name) else { throw .malformed }
        let host = String(decoding: name.map(HeaderSyntax.lowercased), as: UTF8.self)
        // The last label of an IPv4 address, in whatever form, begins with a digit; no top-level domain does.
        let last = host.utf8.split(separator: UInt8(ascii: ".")).last?.first ?? 0
        guard !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) else { throw .address }
        return (host, port)
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self))
    }

    /// The name in lower case, and the value without the blanks around it.
    private static func field(_ line: ArraySlice<UInt8>) throws(ConnectRefusal) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: colon),
            line[..<colon].withUnsafeBytes({ HeaderSyntax.isToken($0) })
        else { throw .malformed }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        return (
            String(decoding: line[..<colon].map(HeaderSyntax.lowercased), as: UTF8.self),
            String(decoding: value, as: UTF8.self)
        )
    }
}
