/// One page of a list: `number` counts from 0.
package struct Page: Sendable, Equatable {
    package let size: Int
    package let number: Int

    package init(size: Int, number: Int) {
        self.size = size
        self.number = number
    }
}

/// A page's elements, and how many there are in all.
package struct PageOf<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// All of the organisation.
    package let total: Int
    /// All that the filter lets through.
    package let totalFiltered: Int

    package init(elements: [Element], total: Int, totalFiltered: Int) {
        self.elements = elements
        self.total = total
        self.totalFiltered = totalFiltered
    }
}
