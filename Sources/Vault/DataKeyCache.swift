import Cryptography
import Secrets
import Synchronization
import Threads

/// Data keys that hardware unwrapped, in locked memory, for a time of at most a minute: so that several acts through one
/// connection cost one unwrap.
final class DataKeyCache: Sendable {
    /// The longest time that a data key is kept.
    static let longestLifetime: Duration = .seconds(60)
    /// How many are kept at most: the oldest makes room.
    static let capacity = 4_096

    private struct Kept {
        let name: Digest
        let place: Int
        let end: UInt64
    }

    private struct State {
        var places: [Digest: Int] = [:]
        /// In the order of their ends, from ``first`` on.
        var kept: [Kept] = []
        var first = 0
        var free = Array(0..<DataKeyCache.capacity)
    }

    private let lifetime: UInt64
    private let memory = LockedPlaces(count: capacity, length: SealingKey.length)
    private let state = Mutex(State())

    init(lifetime: Duration) {
        let seconds = min(lifetime, Self.longestLifetime).components.seconds
        self.lifetime = UInt64(max(seconds, 0)) * 1_000_000_000
    }

    /// The name of a data key: where it belongs, too, so that a wrapped key that was moved to another record is not
    /// found.
    static func name(of parsed: SecretEnvelope, _ data: AssociatedData) -> Digest {
        var bytes = data.bytes
        bytes += parsed.bytes[parsed.wrappedKey]
        return bytes.withUnsafeBytes { SHA256.digest(of: $0) }
    }

    /// The data key of that name, if it is kept.
    func dataKey(_ name: Digest) -> Secret? {
        state.withLock { state in
            eraseExpired(&state, MonotonicClock.now())
            guard let place = state.places[name] else { return nil }
            return Secret(SecretBuffer(count: SealingKey.length) { memory.read(place, into: $0) })
        }
    }

    func keep(_ dataKey: Secret, as name: Digest) {
        state.withLock { state in
            let now = MonotonicClock.now()
            eraseExpired(&state, now)
            guard state.places[name] == nil else { return }
            if state.free.isEmpty { eraseFirst(&state) }
            guard let place = state.free.popLast() else { return }
            dataKey.withBytes { memory.write($0, to: place) }
            state.places[name] = place
            state.kept.append(Kept(name: name, place: place, end: now + lifetime))
        }
    }

    /// Erases the data keys whose time has ended.
    func eraseExpired() {
        state.withLock { eraseExpired(&$0, MonotonicClock.now()) }
    }

    func eraseAll() {
        state.withLock { eraseExpired(&$0, .max) }
    }

    private func eraseExpired(_ state: inout State, _ now: UInt64) {
        while state.first < state.kept.count, state.kept[state.first].end <= now { eraseFirst(&state) }
    }

    private func eraseFirst(_ state: inout State) {
        let kept = state.kept[state.first]
        memory.erase(kept.place)
        state.places[kept.name] = nil
        state.free.append(kept.place)
        state.first += 1
        // At a cost that is constant for each key.
        guard state.first == state.kept.count || state.first >= Self.capacity else { return }
        state.kept.removeFirst(state.first)
        state.first = 0
    }
}
