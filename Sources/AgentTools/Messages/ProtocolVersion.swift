/// The versions of MCP that are spoken here, oldest first.
enum ProtocolVersion: String, CaseIterable, Sendable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// Whether it is agreed on by a handshake (`initialize`); otherwise each request says all that there is to know.
    var hasHandshake: Bool { self != .july2026 }

    /// Whether results may hold links to resources.
    var hasResourceLinks: Bool { self != .november2024 && self != .march2025 }

    /// The newest with a handshake, which is offered to who asks for an unknown one.
    static let latestHandshake = november2025
    /// The version of a client that does not tell, as the specification has it.
    static let untold = march2025
    static let modern = july2026
}
