import Secrets

extension Secret {
    /// The secret and what an honest server may make of it before it echoes it.
    ///
    /// - Servers trim the values of headers: without the white space at its edges, and without what looks like white
    ///   space where its bytes are read one by one.
    /// - A header's bytes are taken for Latin-1 by some, and written so: its characters as Latin-1, if it has them all
    ///   there, and its bytes as if each were a character of Latin-1; the same in windows-1252.
    var forms: [Secret] {
        withBytes { bytes in
            // As a rule there is nothing to it.
            guard
                bytes.contains(where: { $0 >= 0x80 }) || bytes.first.map(Self.isBlank) ?? false
                    || bytes.last.map(Self.isBlank) ?? false
            else { return [self] }
            var forms: [Secret] = []
            for text in [bytes[...], bytes[Self.trimmed(bytes[...])], bytes[Self.trimmedAsLatin1(bytes[...])]] {
                for writing in Self.writings(of: text) where !forms.contains(where: writing.isSame(as:)) {
                    forms.append(writing)
                }
            }
            return forms
        }
    }

    private func isSame(as other: Secret) -> Bool {
        withBytes { bytes in other.withBytes { bytes.elementsEqual($0) } }
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

    /// Where a text stands within what looks like white space if each of its bytes is a character of Latin-1: the last
    /// byte of `à` is a no-break space there.
    private static func trimmedAsLatin1(_ bytes: Slice<UnsafeRawBufferPointer>) -> Range<Int> {
        let isText = { (byte: UInt8) in !isBlank(Unicode.Scalar(byte)) }
        guard let first = bytes.firstIndex(where: isText), let last = bytes.lastIndex(where: isText) else {
            return bytes.startIndex..<bytes.startIndex
        }
        return first..<last + 1
    }

    /// A text as it is, written in each character set that has its characters, and read in each.
    private static func writings(of bytes: Slice<UnsafeRawBufferPointer>) -> [Secret] {
        let own = Secret(copying: bytes)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return [own] }
        return [own]
            + SingleByteCharacters.allCases.flatMap { set in
                [read(bytes, in: set), written(bytes, in: set)].compactMap { $0 }
            }
    }

    /// A text whose bytes are taken for characters of a set.
    private static func read(_ bytes: Slice<UnsafeRawBufferPointer>, in set: SingleByteCharacters) -> Secret {
        let count = bytes.reduce(0) { $0 + UTF8.width(set.scalar($1)) }
        let text = SecretBuffer(count: count) { output in
            var position = 0
            for byte in bytes {
                for unit in UTF8.encode(set.scalar(byte)) ?? UTF8.EncodedScalar() {
                    output[position] = unit
                    position += 1
                }
            }
        }
        return Secret(text)
    }

    /// A text in a character set; `nil` if it has not all of its characters.
    private static func written(_ bytes: Slice<UnsafeRawBufferPointer>, in set: SingleByteCharacters) -> Secret? {
        var count = 0
        var hasAll = true
        forEachScalar(of: bytes) { scalar, _ in
            count += 1
            hasAll = hasAll && scalar.flatMap(set.byte) != nil
        }
        guard hasAll else { return nil }
        let text = SecretBuffer(count: count) { output in
            var position = 0
            forEachScalar(of: bytes) { scalar, _ in
                output[position] = scalar.flatMap(set.byte) ?? 0
                position += 1
            }
        }
        return Secret(text)
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
