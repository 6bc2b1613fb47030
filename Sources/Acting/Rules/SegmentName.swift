/// The name of a segment as the most lenient servers compare it.
///
/// It is fully decoded; letters of either case, of full width and with combining marks are one; parameters behind a
/// semicolon, control characters, invisible ones, and blanks and dots at the end don't count; a plus is a blank. Bytes
/// that are no UTF-8 are Latin-1.
struct SegmentName: Hashable, Sendable {
    let text: String

    init(_ segment: [UInt8]) {
        var bytes = segment
        // Each round makes the text shorter.
        while true {
            let next = LenientDecoding.decode(bytes)
            if next == bytes { break }
            bytes = next
        }
        let decoded =
            String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map(Self.latin1)))
        var scalars = String.UnicodeScalarView()
        for scalar in decoded.unicodeScalars {
            let scalar = Self.narrow(scalar)
            if scalar == ";" { break }
            guard scalar.value >= 0x20, scalar.value != 0x7F, !scalar.properties.isDefaultIgnorableCodePoint else {
                continue
            }
            scalars.append(scalar == "+" ? " " : scalar)
        }
        while scalars.last == " " { scalars.removeLast() }
        let isDots = scalars.allSatisfy { $0 == "." || $0 == " " }
        while !isDots, let last = scalars.last, last == " " || last == "." { scalars.removeLast() }
        text = String(scalars).uppercased().lowercased()
    }

    private static func latin1(_ byte: UInt8) -> Unicode.Scalar { Unicode.Scalar(byte) }

    /// The ASCII character that one of full width is taken for (U+FF01 to U+FF5E).
    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(UInt8(scalar.value - 0xFEE0))
    }
}
