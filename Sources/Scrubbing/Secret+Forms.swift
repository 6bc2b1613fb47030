import Secrets

extension Secret {
    /// The secret and what an honest server may make of it before it echoes it.
    ///
    /// - Servers trim the values of headers: without the white space at its edges.
    /// - A header's bytes are taken for Latin-1 by some, and written so: its characters as Latin-1, if it has them all
    ///   there, and its bytes as if each were a character of Latin-1.
    var forms: [Secret] {
        withBytes { bytes in
            // As a rule there is nothing to it.
            guard
                bytes.contains(where: { $0 >= 0x80 }) || bytes.first.map(Self.isBlank) ?? false
                    || bytes.last.map(Self.isBlank) ?? false
            else { return [self] }
            let whole = bytes[...]
            let trimmed = Self.trimmed(whole)
            return (trimmed == whole.indices ? [whole] : [whole, bytes[trimmed]]).flatMap { Self.writings(of: $0) }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? isBlank(UInt8(truncatingIfNeeded: scalar.value)) : scalar.properties.isWhitespace
    }

    /// Where a text stands within the white space around it.
    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Range<Int> {
        var places: [(start: Int, end: Int, isBlank: Bool)] = []
        forEachScalar(of: bytes) { scalar, range in
            places.append((range.lowerBound, range.upperBound, scalar.map(isBlank) ?? false))
        }
        guard let first = places.first(where: { !$0.isBlank }), let last = places.last(where: { !$0.isBlank }) else {
            return bytes.startIndex..<bytes.startIndex
        }
        return first.start..<last.end
    }

    /// A text as it is, as Latin-1, and read as Latin-1.
    private static func writings(of bytes: Slice<UnsafeRawBufferPointer>) -> [Secret] {
        let own = Secret(copying: bytes)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return [own] }
        let readAsLatin1 = SecretBuffer(count: bytes.reduce(0) { $0 + ($1 < 0x80 ? 1 : 2) }) { output in
            var position = 0
            for byte in bytes {
                if byte < 0x80 {
                    output[position] = byte
                    position += 1
                } else {
                    output[position] = 0xC0 | byte >> 6
                    output[position + 1] = 0x80 | byte & 0x3F
                    position += 2
                }
            }
        }
        var count = 0
        var isLatin1 = true
        forEachScalar(of: bytes) { scalar, _ in
            count += 1
            isLatin1 = isLatin1 && scalar.map { $0.value < 0x100 } ?? false
        }
        guard isLatin1 else { return [own, Secret(readAsLatin1)] }
        let latin1 = SecretBuffer(count: count) { output in
            var position = 0
            forEachScalar(of: bytes) { scalar, _ in
                output[position] = UInt8(truncatingIfNeeded: scalar?.value ?? 0)
                position += 1
            }
        }
        return [own, Secret(readAsLatin1), Secret(latin1)]
    }

    /// Reads UTF-8; bytes that are none are `nil`, one by one.
    private static func forEachScalar(
        of bytes: Slice<UnsafeRawBufferPointer>,
        _ body: (Unicode.Scalar?, Range<Int>) -> Void
    ) {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            var decoder = Unicode.UTF8()
            var rest = bytes[position...].makeIterator()
            let lead = bytes[position]
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            if case .scalarValue(let scalar) = decoder.decode(&rest), length == UTF8.width(scalar) {
                body(scalar, position..<position + length)
                position += length
            } else {
                body(nil, position..<position + 1)
                position += 1
            }
        }
    }
}
