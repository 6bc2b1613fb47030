import Foundation

/// One request of the API, before it knows its server.
struct Operation {
    /// The part of the keys that it needs.
    enum Keys {
        case both
        case apiKey
    }

    let method: String
    /// The path's segments after `/api`, not yet encoded.
    let path: [String]
    var query: [(name: String, value: String)] = []
    /// The `data` object of the body.
    var body: (any APIValue)?
    var keys = Keys.both

    init(
        _ method: String,
        _ path: [String],
        query: [(name: String, value: String)] = [],
        body: (any APIValue)? = nil,
        keys: Keys = .both
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.keys = keys
    }

    /// Path and query.
    var target: String {
        let path = (["api"] + path).map { "/\(Self.encode($0))" }.joined()
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes all but RFC 3986's unreserved characters.
    static func encode(_ text: String) -> String {
        if text.utf8.allSatisfy(isUnreserved) { return text }
        var encoded = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
