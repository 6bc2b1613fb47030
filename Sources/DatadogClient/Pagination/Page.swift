/// The part of a list to return.
public struct Page: Sendable, Hashable {
    /// The number of the page, from 0 on.
    public var number: Int
    /// The number of elements on a page, at most 100; the API's own default is 10.
    public var size: Int
    /// Where the page before ended, by a server that says so; it takes the place of the number there.
    var cursor: String?

    /// Names a page.
    ///
    /// - Parameters:
    ///   - number: The number of the page, from 0 on.
    ///   - size: The number of elements on a page, at most 100.
    public init(number: Int = 0, size: Int = 10) {
        self.number = number
        self.size = size
    }

    var query: [(name: String, value: String)] {
        [("page[size]", String(size)), ("page[number]", String(number))]
            + (cursor.map { [("page[cursor]", $0)] } ?? [])
    }
}
