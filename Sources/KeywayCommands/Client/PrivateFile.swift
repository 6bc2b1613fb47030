import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
/// Files that hold what nobody else may read.
enum PrivateFile {
    /// The longest of them, in bytes.
    private static let longest = 16 * 1_024 * 1_024

    /// Reads a file that its owner alone may read.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - content: What it holds, for messages.
    /// - Returns: All of it, without a byte order mark.
    /// - Throws: ``CommandError`` if it can't be read, is someone else's, or others may read it.
    static func read(_ path: String, holding content: String) throws(CommandError) -> Data {
        var isPrivate = true
        let bytes = FileContent.read(path, atMost: longest) { status in
            isPrivate = status.st_mode & 0o077 == 0 && status.st_uid == geteuid()
            return isPrivate
        }
        guard isPrivate else {
            throw CommandError(
                .configuration,
                "\(path) holds \(content), and must be yours and readable only by you",
                try: "chmod 600 \(path)"
            )
        }
        guard let bytes, bytes.count <= longest else {
            throw CommandError(.input, "cannot read \(path): check that it exists and that you may read it")
        }
        return Data(bytes.withoutByteOrderMark)
    }
}
