extension String {
    /// Whether an ASCII text stands somewhere in this one; byte by byte, since `contains` walks along characters.
    package func holds(_ text: StaticString) -> Bool {
        var copy = self
        return copy.withUTF8 { bytes in
            text.withUTF8Buffer { text in
                guard let first = text.first, bytes.count >= text.count else { return false }
                for start in 0...(bytes.count - text.count) where bytes[start] == first {
                    var length = 1
                    while length < text.count, bytes[start + length] == text[length] { length += 1 }
                    if length == text.count { return true }
                }
                return false
            }
        }
    }
}
