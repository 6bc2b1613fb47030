import Access
import Cryptography
import Documents
import HTTPServer
import NetworkTypes
import Storage
import Threads

/// Remembers for some minutes where the pages ended that a key was given, so that the next page begins there, whatever
/// was created or deleted meanwhile.
///
/// It takes little memory and forgets the lists that were read longest ago. What is forgotten is counted from the start
/// of the list.
final class ListPlaces: @unchecked Sendable {
    // Safe to share: `lock` guards what varies.

    /// A list as a key reads it: all of the request but the page's number.
    struct List: Hashable, Sendable {
        fileprivate let digest: Digest
    }

    private struct Place {
        let page: Int
        let position: ListPosition
        let time: UInt64
    }

    /// How long a place is remembered, in nanoseconds.
    static let lifetime: UInt64 = 300_000_000_000
    /// Pages of one list that are remembered: the last ones that were given.
    private static let pagesPerList = 16
    /// Names longer than this are not remembered, in bytes.
    private static let longestText = 1024

    /// Two halves: the younger takes new entries; when it is full, the older is dropped.
    private let listsPerHalf: Int
    private let lock = Lock()
    private var younger: [List: [Place]] = [:]
    private var older: [List: [Place]] = [:]

    init(lists: Int = 4096) {
        listsPerHalf = max(1, lists / 2)
    }

    /// Where the page before ended, if that is known.
    func start(of page: Int, in list: List, now: UInt64 = MonotonicClock.now()) -> ListPosition? {
        guard page > 0 else { return nil }
        return lock {
            let places = younger[list] ?? older[list] ?? []
            guard let place = places.last(where: { $0.page == page - 1 }), now - place.time < Self.lifetime else {
                return nil
            }
            return place.position
        }
    }

    /// Remembers where a page ended that was given now.
    func remember(_ page: Int, of list: List, endedAt position: ListPosition, now: UInt64 = MonotonicClock.now()) {
        if let text = position.value.text, text.utf8.count > Self.longestText { return }
        lock {
            var places = younger[list] ?? older[list] ?? []
            places.removeAll { $0.page == page || now - $0.time >= Self.lifetime }
            if places.count >= Self.pagesPerList { places.removeFirst() }
            places.append(Place(page: page, position: position, time: now))
            if younger[list] == nil, younger.count >= listsPerHalf {
                older = younger
                younger = [:]
            }
            younger[list] = places
        }
    }
}

extension Call {
    /// Reads a page of a list: that of `page[cursor]`, or that of `page[number]`, which begins where the page before
    /// ended if that was given to this key some minutes ago at most.
    ///
    /// - Returns: The page, and the header that tells the cursor of the next one.
    func page<Element>(
        _ query: QueryItems,
        _ read: (Page) throws -> PageOf<Element>
    ) throws -> (page: PageOf<Element>, next: HeaderField?) {
        var page = try query.page()
        let list = list(query)
        let cursor = try query.only("page[cursor]")
        if let cursor, !cursor.isEmpty {
            guard let position = ListPosition(cursor: cursor, of: list) else {
                throw APIError(
                    400,
                    "page[cursor] belongs to another list, or is damaged: send the cursor of the previous page, with "
                        + "everything else unchanged.",
                    at: .parameter("page[cursor]")
                )
            }
            page.after = position
        } else if cursor == nil {
            page.after = places.start(of: page.number, in: list)
        }
        let result = try read(page)
        guard let end = result.end else { return (result, nil) }
        if cursor == nil { places.remember(page.number, of: list, endedAt: end) }
        guard result.elements.count == page.size, let next = end.cursor(of: list) else { return (result, nil) }
        return (result, .init(name: "Keyway-Next-Cursor", value: next))
    }

    /// The list that the call is about, as its key reads it. Sizes of pages make different lists, as numbers depend on
    /// them.
    private func list(_ query: QueryItems) -> ListPlaces.List {
        let ignored = ["page[number]", "page[cursor]"]
        let parts = query.filter { !ignored.contains($0.name) }.map { [$0.name, $0.value] }
            .sorted { $0.lexicographicallyPrecedes($1) }
        let all = [[principal.organization.description, principal.credential.description, request.rawPath]] + parts
        // Of texts of any content: each with its length.
        let text = all.joined().map { "\($0.utf8.count):\($0)" }.joined()
        return ListPlaces.List(digest: SHA256.digest(of: text))
    }
}

/// A cursor is the list's mark, and the place of the last element.
extension ListPosition {
    /// The longest cursor, which is sent in the target of a request.
    private static let longestCursor = 3000

    func cursor(of list: ListPlaces.List) -> String? {
        let cursor = "\(list.mark).\(text)"
        return cursor.utf8.count <= Self.longestCursor ? cursor : nil
    }

    init?(cursor: String, of list: ListPlaces.List) {
        let parts = cursor.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == list.mark else { return nil }
        self.init(text: parts[1])
    }
}

extension ListPlaces.List {
    fileprivate var mark: Substring { digest.description.prefix(16) }
}
