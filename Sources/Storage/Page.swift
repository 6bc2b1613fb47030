package import Documents

/// One page of a list: `number` counts from 0.
package struct Page: Sendable, Equatable {
    package let size: Int
    package let number: Int
    /// Where the page before ended; the page begins behind it, whatever its number. `nil` to count from the start of
    /// the list.
    package var after: ListPosition?

    package init(size: Int, number: Int, after: ListPosition? = nil) {
        self.size = size
        self.number = number
        self.after = after
    }
}

/// A place in a list: that of an element, which need not be there any more.
package struct ListPosition: Sendable, Hashable {
    /// The value that a list is ordered by.
    package enum Value: Sendable, Hashable {
        case none
        case text(String)
        case integer(Int64)
    }

    /// The element's, at the time when its page was made.
    package let value: Value
    /// Decides between elements of one value.
    package let id: Identifier

    package init(_ value: Value, _ id: Identifier) {
        self.value = value
        self.id = id
    }
}

extension ListPosition.Value {
    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}

/// A page's elements, and how many there are in all.
package struct PageOf<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// All of the organisation.
    package let total: Int
    /// All that the filter lets through.
    package let totalFiltered: Int
    /// The place of the last element; `nil` of an empty page, and of a list that is not read in pages.
    package let end: ListPosition?

    package init(elements: [Element], total: Int, totalFiltered: Int, end: ListPosition? = nil) {
        self.elements = elements
        self.total = total
        self.totalFiltered = totalFiltered
        self.end = end
    }
}
