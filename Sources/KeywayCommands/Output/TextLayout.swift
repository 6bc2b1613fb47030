/// Text on a terminal: how wide it is, where it breaks, and what of it is safe to print.
enum TextLayout {
    /// Breaks a text between words, so that no line is wider, unless a word is.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - width: How wide a line may be, with its indentation.
    ///   - indentation: How many blanks each line begins with.
    /// - Returns: The lines.
    static func wrap(_ text: String, width: Int, indentation: Int = 0) -> String {
        let margin = String(repeating: " ", count: indentation)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = margin + word
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = margin + word
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// The text with everything escaped that could command a terminal, or turn its text around.
    ///
    /// - Parameters:
    ///   - text: A text from elsewhere.
    ///   - keepsLineBreaks: Whether line breaks stay as they are.
    /// - Returns: The text, with `\u{1b}` in the place of an escape character.
    static func printable(_ text: String, keepsLineBreaks: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar), !(keepsLineBreaks && scalar == "\n") {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Controls (C0, DEL, C1), line separators, and the marks that change the direction of text.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }

    /// How many columns a text takes.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// A text of at most the given number of columns, ending in `…` where something was cut off.
    static func truncate(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += width(character)
            guard used < limit else { break }
            result.append(character)
        }
        return result + "…"
    }

    /// The text, padded with blanks to the given number of columns.
    static func pad(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - width(text)))
    }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let isEmoji = character.unicodeScalars.contains { $0.properties.isEmojiPresentation || $0.value == 0xfe0f }
        return isEmoji || isWide(scalar.value) ? 2 : 1
    }

    /// Whether a character is two columns wide: those of UAX #11's classes W and F, by their blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff,
            0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
