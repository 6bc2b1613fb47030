import Acting
import Cryptography
import Documents
import NetworkTypes
import Secrets

// The arguments of act and of its preview.
extension ToolArguments {
    /// The beginning of every act token. In the head of a request none may stand: it would travel on.
    private static let actToken = "kwa_"
    /// The headers that nobody can set for a response that is read here.
    private static let ownHeaders = ["accept-encoding"]

    /// The request that is asked for. It is judged as all requests of callers are; what is checked here is only what HTTP
    /// itself would have kept out.
    mutating func act() -> ActRequest {
        let method = requiredText("method").uppercased()
        let (path, ownQuery) = target()
        let parameters = parameters()
        if ownQuery != nil, !parameters.isEmpty { object("path has a query, and query too: give one of them") }
        var query = ownQuery
        if !parameters.isEmpty { query = parameters.joined(separator: "&") }
        var headers = fields()
        let body = body(&headers)
        let texts = [path, query ?? ""] + headers.map(\.value)
        if texts.contains(where: { $0.contains(Self.actToken) }) {
            object("path, query and headers may not hold an act token, which would travel on to the third party")
        }
        return ActRequest(
            method: method,
            path: path,
            query: query,
            headers: headers.map { FoldedHeader($0) },
            body: body
        )
    }

    /// The path, and the query that it may bring along.
    private mutating func target() -> (path: String, query: String?) {
        let text = requiredText("path")
        if !text.isEmpty, text.utf8.first != UInt8(ascii: "/") {
            object("path must begin with / and is joined to the connection's base URL: give no URL")
        }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }

    /// The query's parameters, percent-encoded.
    private mutating func parameters() -> [String] {
        var parameters: [String] = []
        for member in members("query") {
            let values: [JSONValue]
            if case .array(let elements) = member.value { values = elements } else { values = [member.value] }
            for value in values {
                switch value {
                case .null: continue
                case .string(let text): parameters.append("\(Self.encoded(member.name))=\(Self.encoded(text))")
                case .boolean(let flag): parameters.append("\(Self.encoded(member.name))=\(flag)")
                case .integer(let number): parameters.append("\(Self.encoded(member.name))=\(number)")
                case .number(let number): parameters.append("\(Self.encoded(member.name))=\(number)")
                case .array, .object:
                    object("query may hold strings, numbers, booleans and arrays of these alone")
                }
            }
        }
        return parameters
    }

    /// A text with all but unreserved characters percent-encoded (RFC 3986, section 2.3).
    private static func encoded(_ text: JSONText) -> String {
        text.withUTF8 { bytes in
            var encoded: [UInt8] = []
            encoded.reserveCapacity(bytes.count)
            let digits = Array("0123456789ABCDEF".utf8)
            for byte in bytes {
                if byte.isASCIILetter || byte.isASCIIDigit || "-._~".utf8.contains(byte) {
                    encoded.append(byte)
                } else {
                    encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            return String(decoding: encoded, as: UTF8.self)
        }
    }

    private mutating func fields() -> [HeaderField] {
        var fields: [HeaderField] = []
        for member in members("headers") {
            let name = member.name.string
            guard name.isHeaderName else {
                object("headers has a name that no header can have")
                continue
            }
            guard let value = member.value.text?.string, value.isHeaderValue else {
                object("the header \(name) must be a string without control characters")
                continue
            }
            if Self.ownHeaders.contains(name.lowercased()) {
                object("the header \(name) is not yours to set: responses are read here")
            }
            fields.append(HeaderField(name: name, value: value))
        }
        return fields
    }

    /// The body, with the media type that it needs.
    private mutating func body(_ headers: inout [HeaderField]) -> SecretBuffer {
        let json = value("json")
        let text = value("text")
        let base64 = value("base64")
        if [json, text, base64].compactMap({ $0 }).count > 1 {
            object("json, text and base64 are three bodies: give one")
        }
        if let json {
            Self.setType("application/json", in: &headers)
            return JSONWriter.bytes(of: json).withUnsafeBytes { SecretBuffer(copying: $0) }
        }
        if let text {
            Self.setType("text/plain; charset=utf-8", in: &headers)
            if let text = text.text { return text.withUTF8 { SecretBuffer(copying: UnsafeRawBufferPointer($0)) } }
            object("text must be a string; for a value, use json")
        }
        if let base64 {
            Self.setType("application/octet-stream", in: &headers)
            let bytes = base64.text?.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0), .standard) } ?? nil
            if let bytes { return bytes }
            object("base64 must be a string of base64 with padding, without blanks")
        }
        return SecretBuffer(count: 0) { _ in }
    }

    /// Names the type of a body, unless the caller has.
    private static func setType(_ type: String, in headers: inout [HeaderField]) {
        guard !headers.contains(where: { HeaderSyntax.isSame($0.name, "Content-Type") }) else { return }
        headers.append(HeaderField(name: "Content-Type", value: type))
    }
}
