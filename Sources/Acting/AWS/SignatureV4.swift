import Cryptography
import Documents
import Secrets

/// AWS' Signature Version 4, in a header (IAM User Guide, "Create a signed AWS API request").
struct SignatureV4 {
    static let algorithm = "AWS4-HMAC-SHA256"

    let credentials: AWSCredentials
    let scope: SigningScope
    let time: Timestamp
    /// Whether the path is signed as it is sent, as S3 has it: others encode it once more.
    let encodesPathOnce: Bool

    /// The value of `Authorization`, for a path and a query as they are sent, all headers that are to be signed (`Host`
    /// and `X-Amz-Date` among them), and the hexadecimal SHA-256 of the body.
    func authorization(
        method: String,
        path: String,
        query: String?,
        headers: [(name: String, value: Secret)],
        payloadDigest: String
    ) -> String {
        let headers = CanonicalHeaders(headers)
        var request = SecretText()
        request.append("\(method)\n\(canonicalPath(path))\n\(Self.canonicalQuery(query ?? ""))\n")
        for header in headers.values {
            request.append("\(header.name):")
            request.append(header.value)
            request.append("\n")
        }
        request.append("\n\(headers.names)\n\(payloadDigest)")
        let digest = request.joined().withBytes { SHA256.digest(of: $0) }
        let date = UTCTime.compact(time)
        let scope = "\(date.prefix(8))/\(scope.region)/\(scope.service)/aws4_request"
        let signature = sign("\(Self.algorithm)\n\(date)\n\(scope)\n\(digest)")
        return "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(headers.names), "
            + "Signature=\(signature)"
    }

    /// Signs with a key that is derived for the day, region and service.
    private func sign(_ text: String) -> String {
        var key = SecretText()
        key.append("AWS4")
        key.append(credentials.secretAccessKey)
        return ScratchMemory.with(byteCount: HMACSHA256.length) { code in
            let start = UnsafeRawBufferPointer(code)
            key.joined().withBytes { Self.code(of: String(UTCTime.compact(time).prefix(8)), key: $0, to: code) }
            for part in [scope.region, scope.service, "aws4_request", text] {
                Self.code(of: part, key: start, to: code)
            }
            return Hex.string(start)
        }
    }

    private static func code(of text: String, key: UnsafeRawBufferPointer, to code: UnsafeMutableRawBufferPointer) {
        var text = text
        text.withUTF8 { HMACSHA256.write(UnsafeRawBufferPointer($0), key: key, to: code) }
    }

    // MARK: The canonical request

    private func canonicalPath(_ path: String) -> String {
        guard !encodesPathOnce else { return Self.canonicalObjectPath(path) }
        // Empty segments are left out, as those that verify it do.
        let segments = path.split(separator: "/").map { TextEscape.percent.escape(String($0)) }
        return "/" + segments.joined(separator: "/") + (path.hasSuffix("/") && !segments.isEmpty ? "/" : "")
    }

    /// A path in the one way of writing that S3 signs.
    static func canonicalObjectPath(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { segment in
            escape(PercentDecoding.decode(segment.utf8) ?? Array(segment.utf8))
        }.joined(separator: "/")
    }

    private static func canonicalQuery(_ query: String) -> String {
        let parameters = query.split(separator: "&").map { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (encode(decoding: parts[0]), parts.count > 1 ? encode(decoding: parts[1]) : "")
        }
        // By bytes: all of it is ASCII now.
        return parameters.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// The one way to write what a part of a query stands for.
    private static func encode(decoding text: Substring) -> String {
        escape(PercentDecoding.decode(text.utf8, plusIsSpace: true) ?? Array(text.utf8))
    }

    private static func escape(_ bytes: [UInt8]) -> String {
        TextEscape.percent.escape(Secret(copying: bytes)).withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

/// Headers as they are signed: names in lower case and sorted, values trimmed and with single spaces.
private struct CanonicalHeaders {
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
