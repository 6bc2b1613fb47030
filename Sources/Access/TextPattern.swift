/// A text with wildcards: `*` stands for any characters, `?` for one.
package struct TextPattern: Sendable, Equatable {
    package enum Element: Sendable, Equatable {
        case byte(UInt8)
        case anyOne
        case any
    }

    private let elements: [Element]

    package init(_ elements: [Element]) {
        // Several stars mean what one does, and take longer.
        self.elements = elements.indices.filter { $0 == 0 || elements[$0] != .any || elements[$0 - 1] != .any }
            .map { elements[$0] }
    }

    /// A text that stands for itself.
    package init(_ text: String) {
        self.init(text.utf8.map { .byte($0) })
    }

    package var isEmpty: Bool { elements.isEmpty }
    package var matchesAnything: Bool { elements == [.any] }

    /// Whether the text is this one.
    package func matches(_ text: String) -> Bool {
        Self.matches(elements, Array(text.utf8)) { $0 == $1 }
    }

    /// Whether the text has this one in it, whatever the case of ASCII letters.
    package func occurs(in text: String) -> Bool {
        Self.matches([.any] + elements + [.any], Array(text.utf8)) { $0.lowercased == $1.lowercased }
    }

    /// The longest run of characters without a wildcard, unless JSON would write it otherwise; `nil` if there is none.
    package var longestLiteral: [UInt8]? {
        let runs = elements.split { if case .byte = $0 { false } else { true } }
        guard let longest = runs.max(by: { $0.count < $1.count }) else { return nil }
        let bytes = longest.compactMap { element in if case .byte(let byte) = element { byte } else { nil } }
        return bytes.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") } ? nil : bytes
    }

    /// Walks along both; at a mismatch the last star takes one byte more. So it takes at most as many steps as the
    /// product of the lengths.
    private static func matches(_ pattern: [Element], _ text: [UInt8], equal: (UInt8, UInt8) -> Bool) -> Bool {
        var (place, position) = (0, 0)
        var retry: (place: Int, position: Int)?
        while position < text.count {
            if place < pattern.count, pattern[place] == .any {
                retry = (place + 1, position)
                place += 1
                continue
            }
            if place < pattern.count, let length = step(pattern[place], text, position, equal) {
                place += 1
                position += length
                continue
            }
            guard let last = retry else { return false }
            (place, position) = (last.place, last.position + 1)
            retry = (place, position)
        }
        return pattern[place...].allSatisfy { $0 == .any }
    }

    /// How many bytes an element takes, or `nil` if it does not fit.
    private static func step(
        _ element: Element,
        _ text: [UInt8],
        _ position: Int,
        _ equal: (UInt8, UInt8) -> Bool
    ) -> Int? {
        switch element {
        case .byte(let byte): return equal(byte, text[position]) ? 1 : nil
        case .anyOne:
            // A character with its continuation bytes.
            return 1 + text[(position + 1)...].prefix { $0 & 0xc0 == 0x80 }.count
        case .any: return nil
        }
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
