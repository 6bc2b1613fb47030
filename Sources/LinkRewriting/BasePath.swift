/// The path of a base URL that Keyway adds by itself, and that clients of the third party may bring as well.
package enum BasePath {
    /// The rest of a path that begins with segments of the base path: with all of them, or with the last ones.
    ///
    /// Compares byte for byte.
    ///
    /// - Returns: The rest, empty or beginning with a slash; `nil` if the path begins otherwise.
    package static func rest(of path: some Collection<UInt8>, after base: some Collection<UInt8>) -> ArraySlice<UInt8>?
    {
        let path = Array(path)
        let segments = base.split(separator: UInt8(ascii: "/"))
        for start in segments.indices {
            let prefix = segments[start...].flatMap { [UInt8(ascii: "/")] + $0 }
            guard path.starts(with: prefix) else { continue }
            let rest = path[prefix.count...]
            if rest.isEmpty || rest.first == UInt8(ascii: "/") { return rest }
        }
        return nil
    }
}
