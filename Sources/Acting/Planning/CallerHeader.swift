/// A header of a caller's request.
package struct CallerHeader: Sendable, Equatable {
    package let name: String
    /// The value as text; where its bytes are not UTF-8, what is wrong in it is replaced.
    package let value: String
    /// The value's bytes where they are not UTF-8.
    package let rawValue: [UInt8]?
    /// The name as the most lenient reader compares it.
    let folded: HeaderName

    package init(name: String, value: String, rawValue: [UInt8]? = nil) {
        self.name = name
        folded = HeaderName(name)
        self.value = value
        self.rawValue = rawValue
    }
}
