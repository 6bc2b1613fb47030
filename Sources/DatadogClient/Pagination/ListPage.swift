/// A part of a list, as the server returned it.
public struct ListPage<Element: Sendable>: Sendable {
    /// The elements of this page.
    public let elements: [Element]
    /// How many elements there are in all pages, if the server says.
    public let total: Int?
    /// How many of them match the filters, if the server says.
    public let totalFiltered: Int?
    /// The cursor of the next page, by a server that has cursors.
    var nextCursor: String?

    /// Puts a page together.
    ///
    /// - Parameters:
    ///   - elements: The elements of this page.
    ///   - total: How many elements there are in all pages.
    ///   - totalFiltered: How many of them match the filters.
    public init(elements: [Element], total: Int? = nil, totalFiltered: Int? = nil) {
        self.elements = elements
        self.total = total
        self.totalFiltered = totalFiltered
    }
}

extension ListPage where Element: APIValue {
    init(json: JSONValue) throws(JSONMismatch) {
        guard let values: [Element] = try json.optionalValues("data") else {
            throw JSONMismatch(expected: "an array", found: json["data"]).inside("data")
        }
        // Connections and registrations count in `meta`, keys and users in `meta.page`.
        let meta = json["meta"]
        let page = meta?["page"]
        self.init(
            elements: values,
            total: (meta?["total"] ?? page?["total_count"])?.integer,
            totalFiltered: (meta?["total_filtered"] ?? page?["total_filtered_count"])?.integer
        )
    }
}
