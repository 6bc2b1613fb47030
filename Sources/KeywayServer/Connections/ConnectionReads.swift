import Documents
import Storage

/// Reads of single connections from a store that does not answer at once: those that wait, in turns, are asked for
/// together, and answered by the thread that has asked. Nothing is remembered: each is read after its request came.
struct ConnectionReads: Sendable {
    private struct Read: Sendable {
        let name: RecordName
        let completion: @Sendable (Result<RestrictedConnection?, StoreError>) -> Void
    }

    /// The most connections that are asked for together.
    private static let together = 64
    /// Threads that ask: one asks while another answers.
    private static let threads = 2

    private let threads: FairThreads<Read>

    init(store: any RestrictedConnections) {
        threads = FairThreads(
            limits: .init(
                threads: Self.threads,
                threadsPerKey: Self.threads * Self.together,
                together: Self.together,
                waiting: 8_192,
                waitingPerKey: 2_048,
                giveWay: false
            )
        ) { reads in
            let found = store.connections(named: reads.map(\.name))
            for (read, connection) in zip(reads, found) { read.completion(connection) }
        }
    }

    /// Reads a connection for one key; `completion` runs on a thread that may wait, or `refused` on any, if too many
    /// wait already.
    func read(
        _ name: RecordName,
        for key: Identifier,
        _ completion: @escaping @Sendable (Result<RestrictedConnection?, StoreError>) -> Void,
        refused: @escaping @Sendable () -> Void
    ) {
        threads.take(Read(name: name, completion: completion), for: key, refused: refused)
    }
}
