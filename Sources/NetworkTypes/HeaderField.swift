/// A header of a request or a response.
package struct HeaderField: Sendable, Equatable {
    package var name: String
    /// The value as text; where its bytes are not UTF-8, what is wrong in it is replaced.
    package var value: String {
        didSet { rawValue = nil }
    }
    /// The value's bytes where they are not UTF-8, such as Latin-1; `nil` where ``value`` says it all.
    package private(set) var rawValue: [UInt8]?
    /// The value as it came.
    package var bytes: [UInt8] { rawValue ?? Array(value.utf8) }

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// A header with just these bytes.
    package init(name: String, bytes: UnsafeRawBufferPointer) {
        self.name = name
        value = String(decoding: bytes, as: UTF8.self)
        // Almost all are ASCII, and read much faster when that is known.
        var union: UInt8 = 0
        for byte in bytes { union |= byte }
        let isText = union < 0x80 || String(validating: bytes, as: UTF8.self) != nil
        rawValue = isText ? nil : Array(bytes)
    }

    /// The same, of bytes in an array.
    package init(name: String, bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { HeaderField(name: name, bytes: $0) }
    }
}
