/// All elements of a list, page after page, each asked for when it is needed.
///
///     for try await connection in client.connections.all() { print(connection.name) }
///
/// A loop throws ``DatadogError`` when a page can't be had, and `CancellationError` when its task is cancelled. What is
/// created or deleted meanwhile moves no element from page to page where the server has cursors, as Keyway has; on
/// Datadog's sites one may be missed or seen twice.
public struct Elements<Element: Sendable>: AsyncSequence, Sendable {
    let pageSize: Int
    let fetch: @Sendable (Page) async throws -> ListPage<Element>

    /// Starts at the first page.
    ///
    /// - Returns: An iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(fetch: fetch, nextPage: Page(size: pageSize))
    }

    /// Where a loop stands.
    public struct Iterator: AsyncIteratorProtocol {
        let fetch: @Sendable (Page) async throws -> ListPage<Element>
        /// The page to fetch next; `nil` after the last one.
        var nextPage: Page?
        var elements: ArraySlice<Element> = []

        /// The next element.
        ///
        /// - Returns: The element, or `nil` at the end.
        /// - Throws: ``DatadogError`` if the next page can't be had; `CancellationError` if the task was cancelled.
        public mutating func next() async throws -> Element? {
            if elements.isEmpty, let page = nextPage {
                try Task.checkCancellation()
                let answer = try await fetch(page)
                elements = answer.elements[...]
                // The last page is the first that is not full, as the official clients have it.
                nextPage = answer.elements.count < page.size ? nil : Page(number: page.number + 1, size: page.size)
                nextPage?.cursor = answer.nextCursor
            }
            return elements.popFirst()
        }
    }
}
