/// The framing of several parts of a representation in one body (RFC 9110, section 14.6).
struct MultipartFrames {
    private let boundary: String
    private let contentType: String?

    /// - Parameters:
    ///   - boundary: What stands in no part.
    ///   - contentType: The type of the representation, if it has one.
    init(boundary: String, contentType: String?) {
        self.boundary = boundary
        self.contentType = contentType
    }

    /// The type of the body.
    var bodyType: String { "multipart/byteranges; boundary=\(boundary)" }

    /// The delimiter and the headers before a part.
    func start(of part: ClosedRange<Int>, of total: Int?) -> [UInt8] {
        let type = contentType.map { "Content-Type: \($0)\r\n" } ?? ""
        let range = "Content-Range: \(RangeCut.contentRange(of: part, total))\r\n"
        return Array("\r\n--\(boundary)\r\n\(type)\(range)\r\n".utf8)
    }

    /// The delimiter behind the last part.
    var end: [UInt8] { Array("\r\n--\(boundary)--\r\n".utf8) }

    func length(around parts: [ClosedRange<Int>], of total: Int?) -> Int {
        parts.reduce(end.count) { $0 + start(of: $1, of: total).count }
    }
}
