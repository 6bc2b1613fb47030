import Cryptography
import Documents
import NetworkTypes
import Secrets

/// The one way to write a request that AWS' signatures cover (IAM User Guide, "Create a signed AWS API request").
struct CanonicalRequest {
    let method: String
    /// The path in its canonical form: ``CanonicalPath``.
    let path: String
    /// The query as it is sent.
    let query: String?
    let headers: CanonicalHeaders
    /// The text that stands for the body: its digest in hexadecimal, or another that says how the body is signed.
    let payload: String

    var digest: Digest {
        var request = SecretText()
        request.append("\(method)\n\(path)\n\(Self.canonical(query ?? ""))\n")
        for header in headers.values {
            request.append("\(header.name):")
            request.append(header.value)
            request.append("\n")
        }
        request.append("\n\(headers.names)\n\(payload)")
        return request.joined().withBytes { SHA256.digest(of: $0) }
    }

    private static func canonical(_ query: String) -> String {
        let parameters = query.split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (encode(decoding: parts[0]), parts.count > 1 ? encode(decoding: parts[1]) : "")
        }
        // By bytes: all of it is ASCII now.
        return parameters.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// The one way to write what a part of a query stands for.
    private static func encode(decoding text: Substring) -> String {
        CanonicalPath.escape(PercentDecoding.decode(text.utf8, plusIsSpace: true) ?? Array(text.utf8))
    }
}

/// The forms of a path that signatures cover.
enum CanonicalPath {
    /// The form of all services but S3: without dot segments and empty ones, and escaped once more than it is sent.
    static func normalised(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let escaped = segments.map { TextEscape.percent.escape(String($0)) }
        return "/" + escaped.joined(separator: "/") + (path.hasSuffix("/") && !segments.isEmpty ? "/" : "")
    }

    /// The form that S3 makes of a path: each segment in the one way of writing it.
    static func ofObject(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            escape(PercentDecoding.decode(segment.utf8) ?? Array(segment.utf8))
        }.joined(separator: "/")
    }

    static func escape(_ bytes: [UInt8]) -> String {
        TextEscape.percent.escape(Secret(copying: bytes)).withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

/// Headers as they are signed: names in lower case and sorted, values trimmed and with single spaces.
struct CanonicalHeaders {
    let values: [(name: String, value: Secret)]

    var names: String { values.map(\.name).joined(separator: ";") }

    init(_ headers: [(name: String, value: Secret)]) {
        var values: [(name: String, value: Secret)] = []
        for header in headers {
            let name = header.name.lowercased()
            let value = Self.singleSpaced(header.value)
            if let index = values.firstIndex(where: { $0.name == name }) {
                var both = SecretText()
                both.append(values[index].value)
                both.append(",")
                both.append(value)
                values[index].value = both.joined()
            } else {
                values.append((name, value))
            }
        }
        self.values = values.sorted { $0.name < $1.name }
    }

    private static func singleSpaced(_ value: Secret) -> Secret {
        var count = 0
        let buffer = value.withBytes { bytes in
            SecretBuffer(count: bytes.count) { memory in
                for byte in bytes {
                    let isBlank = byte == 0x20 || byte == 0x09
                    if isBlank, count == 0 || memory[count - 1] == 0x20 { continue }
                    memory[count] = isBlank ? 0x20 : byte
                    count += 1
                }
                if count > 0, memory[count - 1] == 0x20 { count -= 1 }
            }
        }
        return Secret(buffer, range: 0..<count)
    }
}
