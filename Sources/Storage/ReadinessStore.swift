/// Tells whether a store should get requests.
package protocol ReadinessStore: Sendable {
    /// Looks at the store's files, cheaply and as often as it is called. Unlike reads, it never waits: it blocks for
    /// some microseconds, about once a second for some hundred.
    ///
    /// - Returns: `nil` if the store is ready.
    func unreadiness() -> Unreadiness?
}

/// Why a store should get no requests: a text for anyone, which says what to do, and names no path.
package enum Unreadiness: String, Sendable, CaseIterable {
    case replaced = """
        a file of the database was moved, deleted or replaced while the server has it open, so nothing is written: put \
        that very file back, or stop the server, restore a backup and start it again
        """
    case damaged = "the database is damaged: stop the server, restore a backup and start it again"
    case readOnly = "the file system of the data directory is mounted read-only: mount it for writing"
    case unreachable = """
        the database does not answer, or must not be used: check that PostgreSQL runs, that it can be reached, and the \
        server's log
        """
    case unreadable = "the database cannot be read: check the disk, the free memory and the kernel's log"
}
