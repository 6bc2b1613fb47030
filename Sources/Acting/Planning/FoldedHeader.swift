package import NetworkTypes

/// A header of a request, with its name as the most lenient reader compares it.
package struct FoldedHeader: Sendable, Equatable {
    package let field: HeaderField
    let folded: HeaderName

    package var name: String { field.name }
    /// The value as text; where its bytes are not UTF-8, what is wrong in it is replaced.
    package var value: String { field.value }
    /// The value's bytes where they are not UTF-8.
    package var rawValue: [UInt8]? { field.rawValue }

    package init(_ field: HeaderField) {
        self.init(field, folded: HeaderName(field.name))
    }

    package init(name: String, value: String) {
        self.init(HeaderField(name: name, value: value))
    }

    init(_ field: HeaderField, folded: HeaderName) {
        self.field = field
        self.folded = folded
    }
}
