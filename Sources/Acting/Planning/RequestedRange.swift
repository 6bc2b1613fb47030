import Documents

/// The parts of a representation that a caller asks for (RFC 9110, section 14), and the one wider part that is asked
/// for in their place: a secret that begins before one or ends behind it is seen whole, and so is masked.
package struct RequestedRange: Sendable, Equatable {
    package enum Bounds: Sendable, Equatable {
        /// From a position through another, or to the end.
        case from(Int, through: Int?)
        /// The given number of last bytes.
        case last(Int)
    }

    /// The header that asks: `Range`, or Azure Storage's own, which comes before it.
    package let header: String
    /// The parts: one, or several in ascending order, each with a first byte behind the last one of the part before.
    package let parts: [Bounds]
    /// The caller's `If-Range`, if there is one: the whole is returned where it does not hold.
    package let condition: String?

    /// The headers that ask for parts; none of a caller's own goes out. `Request-Range` is the name in a draft of
    /// HTTP/1.1, by which Apache's httpd still gives parts.
    static let names: NameSet = ["range", "if-range", "request-range", "x-ms-range", "x-ms-range-get-content-md5"]

    /// The range that a request asks for.
    ///
    /// - Returns: `nil` for none, and for what a server may ignore and return the whole: many parts or parts that
    ///   are not in order, units other than bytes, malformed ranges, and those of methods other than GET.
    init?(method: String, headers: [FoldedHeader]) {
        guard method == "GET", headers.contains(where: { Self.names.contains($0.folded.text) }) else { return nil }
        func values(_ name: String) -> [String] {
            headers.filter { $0.folded.text == name }.map(\.value)
        }
        let ofAzure = values("x-ms-range")
        let asked = ofAzure.isEmpty ? values("range") : ofAzure
        guard asked.count == 1, let parts = Self.parts(asked[0]), values("if-range").count <= 1 else { return nil }
        header = ofAzure.isEmpty ? "Range" : "x-ms-range"
        self.parts = parts
        condition = ofAzure.isEmpty ? values("if-range").first : nil
    }

    /// The most parts that are served.
    private static let mostParts = 16

    private static func parts(_ text: String) -> [Bounds]? {
        guard text.prefix(6).lowercased() == "bytes=" else { return nil }
        // Lists may have empty elements (RFC 9110, section 5.6.1.2).
        let texts = text.dropFirst(6).split(separator: ",").filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
        let parts = texts.compactMap(bounds)
        guard !parts.isEmpty, parts.count == texts.count, parts.count <= mostParts else { return nil }
        for (part, next) in zip(parts, parts.dropFirst()) {
            guard case .from(_, through: let last?) = part, case .from(let first, _) = next, last < first else {
                return nil
            }
        }
        return parts
    }

    private static func bounds(_ text: Substring) -> Bounds? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            String(end.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        guard ends.count == 2 else { return nil }
        switch (position(ends[0]), position(ends[1])) {
        case (let first?, let last?): return first <= last ? .from(first, through: last) : nil
        case (let first?, nil): return ends[1].isEmpty ? .from(first, through: nil) : nil
        case (nil, let count?): return ends[0].isEmpty ? .last(count) : nil
        case (nil, nil): return nil
        }
    }

    /// A position, to which a margin can be added. Clients that mean the end ask for the largest number that they know,
    /// and nothing is longer than this.
    private static func position(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return min(Int(text) ?? .max, farthest)
    }

    private static let farthest = 1_000_000_000_000_000

    /// The header's value, as the caller has it, except for empty elements and positions beyond all lengths.
    package var text: String {
        let texts = parts.map { part in
            switch part {
            case .from(let first, through: nil): "\(first)-"
            case .from(let first, through: let last?): "\(first)-\(last)"
            case .last(let count): "-\(count)"
            }
        }
        return "bytes=" + texts.joined(separator: ",")
    }

    /// The header's value for one part with all of these, wider by the given number of bytes on either side.
    package func text(widenedBy margin: Int) -> String {
        switch (parts.first, parts.last) {
        case (.from(let first, _), .from(_, through: nil)): "bytes=\(max(0, first - margin))-"
        case (.from(let first, _), .from(_, through: let last?)): "bytes=\(max(0, first - margin))-\(last + margin)"
        case (_, .last(let count)): "bytes=-\(count + margin)"
        default: preconditionFailure("a range has a part")
        }
    }
}
