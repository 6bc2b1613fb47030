/// All that servers may take a path for.
///
/// A server, and each proxy before it, may decode a path once, more often or not at all, take backslashes for slashes,
/// join slashes, resolve dots, and end the path at a NUL, a question mark or a hash sign, in any order. The readings are
/// all that such steps make of a path; of each, the names of the segments are compared as ``SegmentName`` has them.
struct PathReadings: Sendable {
    /// The readings, segment by segment; `nil` if there are too many to tell, so that it may be any path.
    let all: [[SegmentName]]?

    /// Bounds of the work. Beyond them a path is taken for any path.
    private static let countAtMost = 32
    private static let bytesAtMost = 4096
    private static let escapesInEachOther = 8

    /// - Parameter path: The path, nothing unescaped.
    init(of path: some Sequence<UInt8>) {
        var path = Array(path)
        if path.first != Self.slash { path.insert(Self.slash, at: 0) }
        guard path.count <= Self.bytesAtMost, Self.isDecoded(path, within: Self.escapesInEachOther) else {
            all = nil
            return
        }
        var found: Set<[UInt8]> = [path]
        var pending = [path]
        while let path = pending.popLast() {
            for step in Self.steps {
                let next = step(path)
                guard found.insert(next).inserted else { continue }
                guard found.count <= Self.countAtMost else {
                    all = nil
                    return
                }
                pending.append(next)
            }
        }
        all = Array(Set(found.map { Self.split($0).map(SegmentName.init) }))
    }

    private static func isDecoded(_ path: [UInt8], within rounds: Int) -> Bool {
        var path = path
        for _ in 0...rounds {
            let next = LenientDecoding.decode(path)
            if next == path { return true }
            path = next
        }
        return false
    }

    private static let slash = UInt8(ascii: "/")

    private static let steps: [@Sendable ([UInt8]) -> [UInt8]] = [
        { LenientDecoding.decode($0) },
        { $0.map { $0 == UInt8(ascii: "\\") ? slash : $0 } },
        { Array($0.prefix { $0 != 0 && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }) },
        { path in joined(split(path).filter { !$0.isEmpty }) },
        { path in joined(split(path).filter { !SegmentName($0).text.isEmpty }) },
        { path in resolved(path) { String(decoding: $0, as: UTF8.self) } },
        { path in resolved(path) { SegmentName($0).text } },
    ]

    /// The segments between slashes; of `/` and of the empty path there are none.
    private static func split(_ path: [UInt8]) -> [[UInt8]] {
        let rest = path.dropFirst()
        return rest.isEmpty ? [] : rest.split(separator: slash, omittingEmptySubsequences: false).map(Array.init)
    }

    private static func joined(_ segments: [[UInt8]]) -> [UInt8] {
        segments.isEmpty ? [slash] : Array(segments.map { [slash] + $0 }.joined())
    }

    /// The path without segments that are dots by their names.
    private static func resolved(_ path: [UInt8], by name: ([UInt8]) -> String) -> [UInt8] {
        var segments: [[UInt8]] = []
        for segment in split(path) {
            switch name(segment) {
            case ".": break
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        return joined(segments)
    }
}
