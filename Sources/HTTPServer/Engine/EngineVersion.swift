import CMicrohttpd

/// A release of the engine, libmicrohttpd: how strict it can be, and whether that is proven.
package struct EngineVersion: Sendable {
    /// As the engine gives it, such as `1.0.1`.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The release that this process runs with, whatever it was built with.
    package static let current = EngineVersion(String(cString: MHD_get_version()))

    /// The releases with which the tests of malformed requests were run: Debian 12's and Debian 13's.
    package static let proven = ["0.9.75", "1.0.1"]

    package var isProven: Bool { Self.proven.contains(text) }

    /// Whether the layout of a parsed request is known, which ``RawHeaderBlock`` compares with what came.
    var hasKnownLayout: Bool { text == "0.9.75" }

    /// The engine's option that says how strict it is, and the level that is asked for.
    var strictness: (option: Int32, level: Int32) {
        // Its own scale since 0.9.77: 1 is the strictest level that every client which keeps to the RFCs passes. The
        // older option is mapped to that scale, where -1 is the most lenient.
        guard isOlder(than: [0, 9, 77]) else { return (Int32(keyway_client_discipline_option), 1) }
        // The only level at which it refuses blanks before the colon.
        return (Int32(MHD_OPTION.STRICT_FOR_CLIENT.rawValue), -1)
    }

    private func isOlder(than other: [Int]) -> Bool {
        text.split(separator: ".").map { Int($0) ?? 0 }.lexicographicallyPrecedes(other)
    }
}
