import Storage
import Threads

/// A change of what ``NameIndex`` holds.
struct NameChange {
    let organization: Int64
    let key: Int64
    /// `nil` of a connection that was created.
    let before: String?
    /// `nil` of a connection that was deleted.
    let after: (name: String, category: String)?
}

/// The names of all connections in memory: counts them, finds those that contain a part, and tells the places of pages.
///
/// It is read from the database in the background when the store opens, and follows what the writer commits. A name
/// that is deleted leaves it at once. Some 60 bytes a name, and the name itself: twice where it has capitals.
final class NameIndex: @unchecked Sendable {
    // Safe to share: `monitor` guards all that varies. A list that a reader took is not changed (see `NameList`).

    private enum State {
        /// What was committed since the building began.
        case building([NameChange])
        case ready
        /// The database could not be read: lists are made by SQL.
        case failed
    }

    private let monitor = Monitor()
    private var state = State.building([])
    private var lists: [Int64: NameList] = [:]
    private var categories: [String: UInt16] = [:]
    /// Readers that hold a list.
    private var readers = 0
    /// Rises when a reader takes a list.
    private var epoch: UInt64 = 1
    private var isStopping = false
    private var isBuilding = false

    /// The epoch since which nothing is held by a reader, or `nil` if none reads.
    private var oldest: UInt64? { readers == 0 ? nil : epoch }

    /// Tells of what was committed, in the order of the commits.
    func apply(_ changes: [NameChange]) {
        guard !changes.isEmpty else { return }
        monitor.withLock {
            switch state {
            case .building(var pending):
                // Not copied: nobody else has it.
                state = .failed
                pending += changes
                state = .building(pending)
            case .ready:
                for change in changes { apply(change) }
            case .failed: break
            }
        }
    }

    private func apply(_ change: NameChange) {
        let list = (lists[change.organization] ?? NameList(epoch: epoch)).changeable(since: oldest, at: epoch)
        lists[change.organization] = list
        if let before = change.before { list.remove(Array(before.utf8), change.key, since: oldest, at: epoch) }
        if let (name, category) = change.after {
            list.insert(Array(name.utf8), change.key, number(of: category), since: oldest, at: epoch)
        }
    }

    private func number(of category: String) -> UInt16 {
        if let number = categories[category] { return number }
        // The catalogue has some dozens.
        let number = UInt16(clamping: categories.count + 1)
        categories[category] = number
        return number
    }

    // MARK: Reading

    /// A page of an organisation's names, or `nil` while the index is not ready.
    ///
    /// - Returns: The elements, how many there are in all, and how many the filter lets through.
    func page(
        in organization: Int64,
        matching filter: DocumentFilter,
        hidden: Set<Int64>,
        page: Page
    ) -> (elements: [NameElement], total: Int, totalFiltered: Int)? {
        let taken = monitor.withLock { () -> (list: NameList?, category: UInt16?)? in
            guard case .ready = state else { return nil }
            epoch += 1
            readers += 1
            return (lists[organization], filter.category.map { categories[$0] ?? 0 })
        }
        guard let taken else { return nil }
        defer {
            monitor.withLock { readers -= 1 }
        }
        guard let list = taken.list else { return ([], 0, 0) }
        var query = NameQuery(limit: page.size)
        query.part = filter.nameContains.flatMap { NamePart($0) }
        query.category = taken.category
        query.hidden = hidden
        query.offset = Int(clamping: page.offset)
        if let after = page.after { query.position = (Array((after.value.text ?? "").utf8), after.id.key) }
        let (elements, total) = list.page(query)
        return (elements, list.count - hidden.count, total)
    }

    // MARK: Building

    /// Reads all names in the background, by a connection of its own.
    func build(path: String) {
        isBuilding = true
        DetachedThread.start {
            let built = try? self.read(path: path)
            self.monitor.withLock {
                if case .building(let pending) = self.state {
                    self.state = built == true ? .ready : .failed
                    if built == true { for change in pending { self.apply(change) } } else { self.lists = [:] }
                }
                self.isBuilding = false
                self.monitor.broadcast()
            }
        }
    }

    /// - Returns: Whether all was read: `false` if the store closes.
    private func read(path: String) throws(SQLiteError) -> Bool {
        let database = try Database(path: path, mode: .readOnly)
        let statement = try Statement(
            """
            SELECT organization, key, name, category FROM connections INDEXED BY connections_by_name
            ORDER BY organization, name, key
            """,
            on: database
        )
        var count = 0
        while try statement.step() {
            let organization = statement.integer(0)
            let list = lists[organization] ?? NameList(epoch: 0)
            lists[organization] = list
            let category = number(of: statement.text(3))
            list.insert(statement.bytes(2), statement.integer(1), category, since: nil, at: 0)
            count += 1
            if count % 1024 == 0, monitor.withLock({ isStopping }) { return false }
        }
        return true
    }

    /// Waits until the index is ready, or can't be.
    func waitUntilBuilt() {
        monitor.withLock {
            while isBuilding { monitor.wait() }
        }
    }

    /// Ends the building, and waits until its connection is closed.
    func stop() {
        monitor.withLock {
            isStopping = true
            while isBuilding { monitor.wait() }
        }
    }
}
