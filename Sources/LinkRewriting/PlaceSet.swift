import Documents

/// Several ``MemberPath``s that are matched at once, on the way through a document.
struct PlaceSet {
    /// How far the paths are matched by the names that lead to a value.
    struct Progress {
        /// A bit for each name of each path, which is set if it is the next to be matched.
        fileprivate var bits: UInt64
        /// Whether the value is at one of the places.
        var isComplete = false
    }

    private struct Name {
        /// Where it stands among the bytes of all names.
        let start: Int
        let count: Int
        let isAny: Bool
    }

    private let names: [Name]
    private let bytes: [UInt8]
    /// The bits of the paths' last names.
    private let last: UInt64
    /// The bits of the first names of paths that begin anywhere.
    private let anywhere: UInt64
    /// The progress at the document itself.
    let start: Progress
    /// Longer names, as they stand in a document, match only what matches any.
    let longestName: Int

    /// The most names of all paths together.
    static let namesAtMost = 64

    /// - Parameter paths: Those that are more than fit are left out.
    init(_ paths: [MemberPath]) {
        var names: [Name] = []
        var bytes: [UInt8] = []
        var last: UInt64 = 0
        var anywhere: UInt64 = 0
        var anchored: UInt64 = 0
        for path in paths where names.count + path.names.count <= Self.namesAtMost {
            let first: UInt64 = 1 << UInt64(names.count)
            if path.isAnchored { anchored |= first } else { anywhere |= first }
            for name in path.names {
                switch name {
                case .any: names.append(Name(start: 0, count: 0, isAny: true))
                case .exactly(let text):
                    names.append(Name(start: bytes.count, count: text.count, isAny: false))
                    bytes += text
                }
            }
            last |= 1 << UInt64(names.count - 1)
        }
        self.names = names
        self.bytes = bytes
        self.last = last
        self.anywhere = anywhere
        start = Progress(bits: anywhere | anchored)
        // Each character may be escaped as \uXXXX.
        longestName = 6 * names.reduce(0) { max($0, $1.count) }
    }

    /// The progress at a member's value.
    ///
    /// - Parameters:
    ///   - progress: That of the object.
    ///   - name: The member's name with its escapes undone; `nil` if it is too long to be one that is looked for.
    /// - Returns: How far the paths are matched there.
    func advanced(_ progress: Progress, by name: UnsafeBufferPointer<UInt8>?) -> Progress {
        var result = Progress(bits: anywhere)
        var rest = progress.bits
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            let bit: UInt64 = 1 << UInt64(position)
            rest &= ~bit
            guard matches(names[position], name) else { continue }
            if last & bit != 0 { result.isComplete = true } else { result.bits |= bit << 1 }
        }
        return result
    }

    private func matches(_ expected: Name, _ name: UnsafeBufferPointer<UInt8>?) -> Bool {
        if expected.isAny { return true }
        guard let name, name.count == expected.count else { return false }
        for index in 0..<name.count where name[index] != bytes[expected.start + index] { return false }
        return true
    }
}
