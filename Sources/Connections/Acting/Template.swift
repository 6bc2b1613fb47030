/// A text with members of `credentials` in it, each by its name in braces: `Bearer {api_token}`.
package struct Template: Sendable, ExpressibleByStringLiteral {
    package enum Part: Sendable, Equatable {
        case text(String)
        case member(String)
    }

    package let parts: [Part]

    package init(stringLiteral text: String) {
        var parts: [Part] = []
        for (index, piece) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard index > 0, let end = piece.firstIndex(of: "}") else {
                if !piece.isEmpty { parts.append(.text(String(piece))) }
                continue
            }
            parts.append(.member(String(piece[..<end])))
            let rest = piece[piece.index(after: end)...]
            if !rest.isEmpty { parts.append(.text(String(rest))) }
        }
        self.parts = parts
    }
}
