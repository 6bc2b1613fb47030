import Access
import ActService
import Cryptography
import Documents
import Synchronization
import Threads

/// The bodies of third parties' responses that were too long to be returned at once, each for the caller alone whose act
/// it was: masked, for five minutes, in memory that is bounded in all and fair by caller, and never on a disk.
final class KeptResponses: Sendable {
    struct Limits: Sendable {
        /// The memory for all, in bytes.
        var bytes = 64 * 1_024 * 1_024
        /// The longest body, in bytes; what is beyond it is lost.
        var bytesEach = 4 * 1_024 * 1_024
        /// How long one is kept, in nanoseconds.
        var lifetime: UInt64 = 300_000_000_000
    }

    /// A place in a body: the text that a caller reads on by.
    struct Place: Sendable, Equatable {
        let id: String
        let offset: Int
    }

    /// A part of a body.
    struct Piece: Sendable {
        let bytes: [UInt8]
        let isText: Bool
        let mediaType: String
        let connection: Identifier
        /// The length of the whole body, as far as it is kept.
        let total: Int
        /// The place behind it; `nil` at the end.
        let end: Place?
    }

    /// A body as it is listed.
    struct Listing: Sendable {
        let id: String
        let mediaType: String
        let count: Int
    }

    private struct Entry: Sendable {
        let owner: Credential
        /// The caller as far as memory goes: the credential that tokens were made from.
        let share: Identifier
        let connection: Identifier
        let mediaType: String
        let isText: Bool
        let expiresAt: UInt64
        /// Entries with a lower number are older.
        let number: UInt64
        var chunks: [[UInt8]] = []
        var count = 0

        /// The memory that it takes, in bytes.
        var charge: Int { KeptResponses.entryBytes + chunks.count * KeptResponses.chunkBytes }

        /// Copies a part.
        func bytes(from offset: Int, atMost limit: Int) -> [UInt8] {
            let end = min(count, offset + limit)
            guard offset < end else { return [] }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(end - offset)
            var position = offset
            while position < end {
                let start = position % KeptResponses.chunkBytes
                let chunk = chunks[position / KeptResponses.chunkBytes]
                let part = chunk[start..<min(chunk.count, start + end - position)]
                bytes += part
                position += part.count
            }
            return bytes
        }
    }

    private struct State: Sendable {
        var entries: [String: Entry] = [:]
        /// The memory that each caller takes, in bytes.
        var charges: [Identifier: Int] = [:]
        var total = 0
        var lastNumber: UInt64 = 0
        var isSwept = false

        mutating func remove(_ id: String) {
            guard let entry = entries.removeValue(forKey: id) else { return }
            charge(-entry.charge, to: entry.share)
        }

        mutating func charge(_ bytes: Int, to share: Identifier) {
            total += bytes
            let rest = charges[share, default: 0] + bytes
            charges[share] = rest > 0 ? rest : nil
        }

        mutating func forgetExpired(at now: UInt64) {
            for (id, entry) in entries where entry.expiresAt <= now { remove(id) }
        }

        /// Makes room by what the caller who has most has had longest.
        mutating func makeRoom(for bytes: Int, within limit: Int) {
            while total + bytes > limit, let greediest = charges.max(by: { $0.value < $1.value })?.key,
                let oldest = entries.filter({ $0.value.share == greediest }).min(by: {
                    $0.value.number < $1.value.number
                })
            {
                remove(oldest.key)
            }
        }
    }

    /// More than any body has, in bytes.
    static let whole = 1 << 30
    private static let chunkBytes = 32 * 1_024
    /// The most that an entry itself takes, in bytes.
    private static let entryBytes = 1_024
    /// How often what has expired is looked for, in seconds.
    private static let sweep = 30

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The memory that all bodies take, in bytes.
    var memory: Int { state.withLock { $0.total } }

    // MARK: Keeping

    /// Begins to keep a body.
    ///
    /// - Returns: Its id, which cannot be guessed.
    func begin(
        _ mediaType: String,
        isText: Bool,
        of connection: Identifier,
        for actor: Actor,
        now: UInt64 = MonotonicClock.now()
    ) -> String {
        let id = RandomBytes.array(count: 16).withUnsafeBytes { Hex.string($0) }
        let share = actor.principal.credential
        let needsSweep = state.withLock { state in
            state.forgetExpired(at: now)
            state.lastNumber += 1
            let entry = Entry(
                owner: actor.credential,
                share: share,
                connection: connection,
                mediaType: mediaType,
                isText: isText,
                expiresAt: now + limits.lifetime,
                number: state.lastNumber
            )
            state.makeRoom(for: entry.charge, within: limits.bytes)
            state.entries[id] = entry
            state.charge(entry.charge, to: share)
            defer { state.isSwept = true }
            return !state.isSwept
        }
        if needsSweep { keepSweeping() }
        return id
    }

    /// Adds to a body.
    ///
    /// - Returns: Whether it is kept: no further part of a body is kept once one was not.
    func append(_ bytes: [UInt8], to id: String) -> Bool {
        state.withLock { state in
            guard let before = state.entries[id]?.count, before + bytes.count <= limits.bytesEach else { return false }
            var rest = bytes[...]
            while !rest.isEmpty {
                // No copy of the entry, which would have all of it copied when it grows.
                guard let (count, chunks, share) = state.entries[id].map({ ($0.count, $0.chunks.count, $0.share) })
                else { return false }
                if count == chunks * Self.chunkBytes {
                    state.makeRoom(for: Self.chunkBytes, within: limits.bytes)
                    // It may have made room itself.
                    guard state.entries[id] != nil, state.total + Self.chunkBytes <= limits.bytes else { return false }
                    var chunk: [UInt8] = []
                    chunk.reserveCapacity(Self.chunkBytes)
                    state.entries[id]?.chunks.append(chunk)
                    state.charge(Self.chunkBytes, to: share)
                }
                let part = rest.prefix(Self.chunkBytes - count % Self.chunkBytes)
                state.entries[id]?.chunks[count / Self.chunkBytes] += part
                state.entries[id]?.count += part.count
                rest = rest.dropFirst(part.count)
            }
            return true
        }
    }

    /// How much of a body is kept, in bytes; `nil` if it is not there any more.
    func count(of id: String) -> Int? { state.withLock { $0.entries[id]?.count } }

    // MARK: Reading

    /// A part of a body, for the caller whose act it was.
    ///
    /// - Returns: `nil` if it is not there any more, or is another's.
    func piece(
        at place: Place,
        _ limit: Int,
        for actor: Actor,
        now: UInt64 = MonotonicClock.now()
    ) -> Piece? {
        state.withLock { state in
            state.forgetExpired(at: now)
            guard let entry = state.entries[place.id], entry.owner == actor.credential, place.offset <= entry.count
            else {
                return nil
            }
            var bytes = entry.bytes(from: place.offset, atMost: limit + 1)
            let count = entry.isText ? BodyKind.wholeCharacters(of: bytes, atMost: limit) : min(limit, bytes.count)
            bytes.removeSubrange(count...)
            let end = place.offset + count
            return Piece(
                bytes: bytes,
                isText: entry.isText,
                mediaType: entry.mediaType,
                connection: entry.connection,
                total: entry.count,
                end: end < entry.count ? Place(id: place.id, offset: end) : nil
            )
        }
    }

    /// The bodies that are kept for a caller, of one connection or of all, oldest first.
    func listings(
        for actor: Actor,
        of connection: Identifier? = nil,
        now: UInt64 = MonotonicClock.now()
    ) -> [Listing] {
        state.withLock { state in
            state.forgetExpired(at: now)
            return state.entries.filter { _, entry in
                entry.owner == actor.credential && connection.map { $0 == entry.connection } ?? true
            }
            .sorted { $0.value.number < $1.value.number }
            .map { Listing(id: $0.key, mediaType: $0.value.mediaType, count: $0.value.count) }
        }
    }

    // MARK: Forgetting

    private func keepSweeping() {
        Task { [weak self] in
            repeat {
                try? await Task.sleep(for: .seconds(Self.sweep))
            } while self?.hasMore() ?? false
        }
    }

    /// Forgets what has expired.
    ///
    /// - Returns: Whether something is left to be looked at again.
    private func hasMore() -> Bool {
        state.withLock { state in
            state.forgetExpired(at: MonotonicClock.now())
            state.isSwept = !state.entries.isEmpty
            return state.isSwept
        }
    }
}

extension KeptResponses.Place {
    /// Reads a cursor.
    ///
    /// - Returns: `nil` for what is none.
    init?(_ cursor: String) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 32, (1...9).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy(\.isASCIIDigit), let offset = Int(parts[1])
        else { return nil }
        self.init(id: String(parts[0]), offset: offset)
    }

    var cursor: String { "\(id).\(offset)" }
    /// The address of the whole body.
    var address: String { Self.scheme + id }

    private static let scheme = "keyway://responses/"
    /// The pattern of all addresses (RFC 6570).
    static let addressTemplate = scheme + "{id}"

    /// Reads an address.
    init?(address: String) {
        guard address.hasPrefix(Self.scheme) else { return nil }
        let id = address.dropFirst(Self.scheme.count)
        guard id.utf8.count == 32, id.utf8.allSatisfy({ $0.isASCIIDigit || $0.isASCIILowercaseLetter }) else {
            return nil
        }
        self.init(id: String(id), offset: 0)
    }
}
