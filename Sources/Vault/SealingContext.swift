import Documents

/// The owner of sealed secrets, as the associated data of their encryption.
///
/// The data are a sequence of parts, each behind its length (32 bits, most significant byte first), so that no two
/// sequences have one encoding:
///
/// - of a data key: `keyway data key 1`, organisation, record, master key id;
/// - of a field: `keyway field 1`, organisation, record, destination, field name.
///
/// Ids are their 16 bytes, texts their UTF-8.
struct SealingContext {
    let organization: Identifier
    let record: Identifier

    /// The associated data of the data key that this master key wraps.
    func dataKey(masterKeyID: String) -> AssociatedData {
        var data = AssociatedData(label: "keyway data key 1", organization: organization, record: record)
        data.append(masterKeyID)
        return data
    }

    /// The associated data that all fields of one destination begin with: a field's name is still to come.
    func fields(destination: String) -> AssociatedData {
        var data = AssociatedData(label: "keyway field 1", organization: organization, record: record)
        data.append(destination)
        return data
    }
}

/// A sequence of length-prefixed parts.
struct AssociatedData {
    private(set) var bytes: [UInt8] = []

    fileprivate init(label: StaticString, organization: Identifier, record: Identifier) {
        bytes.reserveCapacity(256)
        append(UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
        append(organization)
        append(record)
    }

    /// Calls `body` with the sequence and one more part behind it, a field's name.
    mutating func with<Result>(field: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let count = bytes.count
        append(field)
        defer { bytes.removeLast(bytes.count - count) }
        return bytes.withUnsafeBytes(body)
    }

    fileprivate mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ id: Identifier) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { append($0) }
    }

    private mutating func append(_ part: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: part)
    }
}
