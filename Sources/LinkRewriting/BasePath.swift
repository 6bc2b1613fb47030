/// The path of a base URL that Keyway adds by itself, and that clients of the third party may bring as well.
package struct BasePath: Sendable {
    /// The whole path, and then its ends: each begins with a slash, and none ends with one.
    private let spellings: [[UInt8]]

    package init(_ path: String) {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"))
        spellings = segments.indices.map { start in segments[start...].flatMap { [UInt8(ascii: "/")] + $0 } }
    }

    /// The rest of a path that begins with segments of the base path: with all of them, or with the last ones.
    ///
    /// Compares byte for byte.
    ///
    /// - Returns: The rest, empty or beginning with a slash; `nil` if the path begins otherwise.
    package func rest(of path: [UInt8]) -> ArraySlice<UInt8>? {
        for spelling in spellings where path.starts(with: spelling) {
            let rest = path[spelling.count...]
            if rest.isEmpty || rest.first == UInt8(ascii: "/") { return rest }
        }
        return nil
    }
}
