/// The decoded items of a query such as `page%5Bsize%5D=10&filter=a+b`, in their order.
package struct QueryItems: Sendable, RandomAccessCollection {
    package struct Item: Sendable, Equatable {
        package let name: String
        /// Empty for an item without `=`.
        package let value: String
    }

    /// The query has a malformed percent escape, or is not UTF-8 once decoded.
    package struct Malformed: Error, Equatable {}

    private let items: [Item]

    /// Splits and decodes. Empty items (`a=1&&b=2`) are skipped.
    ///
    /// - Parameter query: The raw query; no query has no items.
    /// - Throws: ``Malformed``.
    package init(parsing query: String?) throws(Malformed) {
        guard let query, !query.isEmpty else {
            items = []
            return
        }
        var items: [Item] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = pair[..<(equals ?? pair.endIndex)]
            let value = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let name = PercentCoding.decode(name, plusIsSpace: true),
                let value = PercentCoding.decode(value, plusIsSpace: true)
            else { throw Malformed() }
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }

    package var startIndex: Int { items.startIndex }
    package var endIndex: Int { items.endIndex }
    package subscript(position: Int) -> Item { items[position] }

    /// The value of the first item with that name.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }
}
