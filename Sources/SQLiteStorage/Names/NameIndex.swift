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
/// A thread of its own reads them from the database when the store opens, and then follows what the writer commits, so
/// that commits don't wait for it; a reader waits for what was committed before it came. A name that is deleted leaves
/// the index at once. Some 45 bytes a name, and the name itself: twice where its block has capitals.
final class NameIndex: @unchecked Sendable {
    // Safe to share: `monitor` guards the state and what waits, `listsLock` the lists and all about readers; while the
    // state is `building` they are the thread's. A list that a reader took is not changed (see `NameList`).

    private enum State {
        case building
        case ready
        /// The database could not be read: lists are made by SQL.
        case failed
    }

    /// How many changes are carried out between two readers.
    private static let batch = 64
    /// How many changes may wait until the writer waits for them.
    private static let waitingAtMost = 8192

    private let monitor = Monitor()
    private var state = State.building
    /// The changes that were committed and are not in the lists yet.
    private var waiting: [NameChange] = []
    private var isStopping = false
    private var isRunning = false

    // Taken before `monitor`.
    private let listsLock = Lock()
    private var lists: [Int64: NameList] = [:]
    private var categories: [String: UInt16] = [:]
    /// Readers that hold a list.
    private var readers = 0
    /// Rises when a reader takes a list.
    private var epoch: UInt64 = 1

    /// The epoch since which nothing is held by a reader, or `nil` if none reads.
    private var oldest: UInt64? { readers == 0 ? nil : epoch }

    /// Tells of what was committed, in the order of the commits. Later reads find it.
    func apply(_ changes: [NameChange]) {
        guard !changes.isEmpty else { return }
        let isBehind = monitor.withLock {
            guard state != .failed else { return false }
            waiting += changes
            monitor.broadcast()
            return state == .ready && waiting.count > Self.waitingAtMost
        }
        if isBehind { listsLock { _ = carryOut(atMost: .max) } }
    }

    // MARK: Carrying out, with the lists locked

    /// Carries out what waits, in order.
    ///
    /// - Returns: Whether there was anything.
    private func carryOut(atMost count: Int) -> Bool {
        let changes = monitor.withLock { () -> [NameChange] in
            guard state == .ready else { return [] }
            if waiting.count <= count {
                defer { waiting = [] }
                return waiting
            }
            defer { waiting.removeFirst(count) }
            return Array(waiting.prefix(count))
        }
        for change in changes { apply(change) }
        return !changes.isEmpty
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
        guard monitor.withLock({ state == .ready }) else { return nil }
        let taken = listsLock { () -> (list: NameList?, category: UInt16?) in
            _ = carryOut(atMost: .max)
            epoch += 1
            readers += 1
            return (lists[organization], filter.category.map { categories[$0] ?? 0 })
        }
        defer {
            listsLock { readers -= 1 }
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

    // MARK: The thread

    /// Starts the thread, which reads all names by a connection of its own.
    func build(path: String) {
        isRunning = true
        DetachedThread.start {
            self.read(path: path)
            self.follow()
            self.monitor.withLock {
                self.isRunning = false
                self.monitor.broadcast()
            }
        }
    }

    private func read(path: String) {
        let isRead = (try? readLists(path: path)) == true
        if !isRead { lists = [:] }
        monitor.withLock {
            state = isRead ? .ready : .failed
            if !isRead { waiting = [] }
            monitor.broadcast()
        }
    }

    /// - Returns: Whether all was read: `false` if the store closes.
    private func readLists(path: String) throws(SQLiteError) -> Bool {
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

    /// Carries out what is committed until the store closes, or the database could not be read.
    private func follow() {
        while waitForChange() {
            while listsLock({ carryOut(atMost: Self.batch) }) {}
        }
    }

    private func waitForChange() -> Bool {
        monitor.withLock {
            while state == .ready, waiting.isEmpty, !isStopping { monitor.wait() }
            return state == .ready && !isStopping
        }
    }

    /// Waits until the index is ready, or can't be.
    func waitUntilBuilt() {
        monitor.withLock {
            while state == .building { monitor.wait() }
        }
    }

    /// Ends the thread, and waits until its connection is closed.
    func stop() {
        monitor.withLock {
            isStopping = true
            monitor.broadcast()
            while isRunning { monitor.wait() }
        }
    }
}
