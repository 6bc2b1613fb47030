import CMicrohttpd
import Platform

/// Compares the headers as the engine parsed them with the bytes they were parsed from.
///
/// The engine takes a bare CR or LF for a line end, joins folded lines, and cuts a value at a NUL, all without a word.
/// It parses in place: each line end becomes as many NULs as it had bytes, and the colon one NUL. So names and values
/// must follow each other with exactly one NUL (and blanks) between name and value and two after the value, up to the
/// end of the block; whatever was cut, joined or split leaves a gap. So does a target cut at a NUL, before the version.
///
/// This leans on the inside of one release of the engine: with any other the block counts as well formed. Later
/// releases refuse these requests themselves, which is proven of one (``EngineVersion``).
struct RawHeaderBlock {
    private(set) var isWellFormed = true
    /// Whether the target is all that stands between the method and the version.
    private(set) var hasWellFormedRequestLine = true
    /// Where the next name must begin; nil when the engine's inside is not known.
    private var cursor: UnsafePointer<CChar>?
    private let end: UnsafePointer<CChar>

    static let layoutIsKnown = EngineVersion.current.hasKnownLayout

    init(of connection: OpaquePointer, method: UnsafePointer<CChar>, targetEnd: Int, version: UnsafePointer<CChar>) {
        let start = method
        let endOfRequestLine = version + strlen(version)
        end = start + keyway_request_header_size(connection)
        guard Self.layoutIsKnown else { return }
        hasWellFormedRequestLine = Int(bitPattern: version) == targetEnd + 1
        // All reads stay within the block, which is `start..<end`.
        guard start < endOfRequestLine, endOfRequestLine + 4 <= end, Self.isLineEnd(endOfRequestLine) else {
            isWellFormed = false
            return
        }
        cursor = endOfRequestLine + 2
    }

    mutating func visit(_ name: UnsafeBufferPointer<CChar>, _ value: UnsafeBufferPointer<CChar>) {
        guard isWellFormed, let cursor else { return }
        guard let nameStart = name.baseAddress, let valueStart = value.baseAddress, nameStart == cursor,
            nameStart + name.count < valueStart, valueStart + value.count + 4 <= end,
            Self.isLineEnd(valueStart + value.count),
            Self.isSeparator(nameStart + name.count, valueStart)
        else {
            isWellFormed = false
            return
        }
        self.cursor = valueStart + value.count + 2
    }

    /// Checks that nothing but the empty line is left.
    mutating func finish() {
        guard isWellFormed, let cursor else { return }
        isWellFormed = cursor + 2 == end && Self.isLineEnd(cursor)
    }

    private static func isLineEnd(_ position: UnsafePointer<CChar>) -> Bool {
        position[0] == 0 && position[1] == 0
    }

    /// The former colon, then blanks.
    private static func isSeparator(_ start: UnsafePointer<CChar>, _ end: UnsafePointer<CChar>) -> Bool {
        guard start[0] == 0 else { return false }
        var position = start + 1
        while position < end {
            guard position[0] == 0x20 || position[0] == 0x09 else { return false }
            position += 1
        }
        return true
    }
}
