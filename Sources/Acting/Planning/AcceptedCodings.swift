import NetworkTypes

/// The content codings that a third party is asked for.
///
/// None, so that secrets in responses can be masked: what comes coded all the same is stored so. Google Cloud Storage
/// would decode it, and send it with the checksums of the coded bytes, without a length and without ranges.
enum AcceptedCodings {
    static let none = "identity"
    static let stored = "gzip"

    /// Whether a caller takes `gzip` (RFC 9110, section 12.5.3).
    static func includeGzip(_ headers: [FoldedHeader]) -> Bool {
        headers.contains { header in
            guard header.folded.text == "accept-encoding" else { return false }
            return header.value.split(separator: ",").contains { coding in
                let parts = coding.split(separator: ";").map { part in
                    part.filter { $0 != " " && $0 != "\t" }.lowercased()
                }
                guard let name = parts.first, name == "gzip" || name == "x-gzip" || name == "*" else { return false }
                let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
                return weight.flatMap { Double($0.dropFirst(2)) } ?? 1 > 0
            }
        }
    }
}
