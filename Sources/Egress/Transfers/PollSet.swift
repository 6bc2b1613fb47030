import CCurl
import Platform

/// The sockets that a thread waits for: what it costs to wait grows with those that something happens on, not with all.
///
/// The system is told of changes when it is waited, so that what changes back in between costs nothing.
final class PollSet {
    private struct Entry {
        /// For what the socket is to be watched; nothing if it is not in the set.
        var wanted: UInt32 = 0
        /// For what the system watches it.
        var watched: UInt32 = 0
        /// Whether it may be another socket with the same number.
        var isNew = false
        var isChanged = false
    }

    private let set: Int32
    /// By the sockets' numbers.
    private var entries: [Entry] = []
    private var changed: [Int32] = []

    init() throws(EgressError) {
        set = keyway_poll_create()
        guard set >= 0 else { throw .connectionFailed("no file descriptors are left") }
    }

    deinit { close(set) }

    /// Watches a socket for `events`, in place of what it was watched for; for none, it is left out.
    func watch(_ socket: Int32, for events: UInt32) {
        change(socket) { entry in
            if entry.wanted == 0 { entry.isNew = true }
            entry.wanted = events
        }
    }

    func remove(_ socket: Int32) {
        watch(socket, for: 0)
    }

    private func change(_ socket: Int32, _ body: (inout Entry) -> Void) {
        let index = Int(socket)
        while entries.count <= index { entries.append(Entry()) }
        body(&entries[index])
        if !entries[index].isChanged {
            entries[index].isChanged = true
            changed.append(socket)
        }
    }

    /// Waits until something happens on a socket, or time is up.
    ///
    /// - Parameters:
    ///   - milliseconds: -1 for as long as it takes.
    ///   - ready: Receives the sockets and what happened.
    func wait(milliseconds: Int32, ready: inout [(socket: Int32, events: UInt32)]) {
        for socket in changed { tell(of: socket) }
        changed.removeAll(keepingCapacity: true)
        withUnsafeTemporaryAllocation(of: keyway_poll_event.self, capacity: Self.readyAtMost) { events in
            let count = keyway_poll_wait(set, events.baseAddress, Int32(events.count), milliseconds)
            for event in events.prefix(Int(max(0, count))) { ready.append((event.descriptor, event.events)) }
        }
    }

    private static let readyAtMost = 64

    private func tell(of socket: Int32) {
        var entry = entries[Int(socket)]
        entry.isChanged = false
        if entry.wanted != entry.watched || (entry.isNew && entry.wanted != 0) {
            // Fails if the socket was closed, and another one got its number.
            if entry.watched != 0, keyway_poll_change(set, socket, entry.wanted) == 0 {
                entry.watched = entry.wanted
            } else if entry.wanted != 0 {
                entry.watched = keyway_poll_add(set, socket, entry.wanted) == 0 ? entry.wanted : 0
            } else {
                entry.watched = 0
            }
        }
        entry.isNew = false
        entries[Int(socket)] = entry
    }
}
