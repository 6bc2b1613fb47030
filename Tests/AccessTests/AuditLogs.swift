import Access
import Documents

/// A small audit log, as it would be exported.
enum SampleLog {
    static let organization = Identifier(high: 1, low: 1)

    /// Lines that each name the digest of the line before.
    static func lines(_ count: Int64, organization: Identifier = organization, action: String = "user.create")
        -> [[UInt8]]
    {
        var previous = String(repeating: "0", count: 64)
        return (1...count).map { sequence in
            let event = AuditEvent(
                organization: organization,
                time: Timestamp(microseconds: 1_790_000_000_000_000 + sequence),
                actor: .operatorCommand("keyway recover"),
                action: action,
                resourceType: "users",
                resource: Identifier(high: 5, low: UInt64(sequence)),
                requestID: "req-\(sequence)"
            )
            let line = event.line(sequence: sequence, previous: previous)
            previous = line.withUnsafeBytes(digest)
            return line
        }
    }

    static func text(of lines: [[UInt8]]) -> [UInt8] {
        Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
    }

    /// FNV-1a, in 64 digits: any digest will do to show the links.
    static func digest(_ bytes: UnsafeRawBufferPointer) -> String {
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }

    static func digest(of line: [UInt8]) -> String { line.withUnsafeBytes { digest($0) } }

    /// The verifier's verdict on a file's bytes.
    static func fault(in text: [UInt8], heads: [Int64: String] = [:]) -> AuditFault? {
        var verifier = AuditChainVerifier(heads: [organization: heads], digest: digest)
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let isCutOff = lines.last?.isEmpty == false
        if !isCutOff { lines.removeLast() }
        for (index, line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            if let fault = Array(line).withUnsafeBytes({ verifier.take($0, isCutOff: isCutOff && isLast) }) {
                return fault
            }
        }
        return verifier.finish()
    }

    static func fault(in lines: [[UInt8]], heads: [Int64: String] = [:]) -> AuditFault? {
        fault(in: text(of: lines), heads: heads)
    }
}

extension [UInt8] {
    /// The bytes with the first occurrence of a text replaced.
    func replacing(_ text: String, with other: String) -> [UInt8] {
        let whole = String(decoding: self, as: UTF8.self)
        guard let range = whole.firstRange(of: text) else { return self }
        return Array(whole.replacingCharacters(in: range, other).utf8)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, _ other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
