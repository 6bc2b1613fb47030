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
    package init(name: String, bytes: some Collection<UInt8>) {
        self.name = name
        value = String(decoding: bytes, as: UTF8.self)
        // Almost all are ASCII, and read much faster when that is known.
        let isText = bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
        rawValue = isText ? nil : Array(bytes)
    }
}
