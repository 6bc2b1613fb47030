import Documents

/// The tokens that were issued, each until shortly before it expires.
///
/// However many ask for one at the same time, it is asked for once; what fails is not kept.
actor TokenCache {
    struct Key: Hashable, Sendable {
        let connection: PlannedAct.Connection
        let fingerprint: [String]
    }

    /// A token, told apart from the others of its connection.
    struct Entry: Sendable {
        let token: MintedToken
        let serial: UInt64
    }

    typealias Outcome = Result<Entry, ActFailure>

    fileprivate enum State {
        case minting(Task<Outcome, Never>, serial: UInt64)
        case minted(Entry)
    }

    private let countAtMost: Int
    private var states: [Key: State] = [:]
    private var serial: UInt64 = 0
    /// The serials of shared tokens that were refused, until there are others in their place.
    private var refused: [Key: Int64] = [:]

    init(countAtMost: Int = 4096) {
        self.countAtMost = countAtMost
    }

    var count: Int { states.count }

    /// The token of that key, asked for by `mint` unless there is one that will do at `time`; with `anew`, none that is
    /// there already will.
    func token(
        for key: Key,
        at time: Timestamp,
        anew: Bool = false,
        mint: @escaping @Sendable () async -> Result<MintedToken, ActFailure>
    ) async -> Outcome {
        switch states[key] {
        case .minting(let task, _)?: return await task.value
        case .minted(let entry)? where !anew && time < entry.token.lastUse: return .success(entry)
        default: break
        }
        serial += 1
        let serial = serial
        // A task of its own: the one who asked first may go away, and others wait for it too.
        let task = Task { await mint().map { Entry(token: $0, serial: serial) } }
        makeRoom(for: key)
        states[key] = .minting(task, serial: serial)
        let outcome = await task.value
        if case .minting(_, serial)? = states[key] {
            if case .success(let entry) = outcome {
                states[key] = .minted(entry)
                refused[key] = nil
            } else {
                states[key] = nil
            }
        }
        return outcome
    }

    /// Lets a token go that was refused, unless another has taken its place.
    func forget(_ serial: UInt64, of key: Key) {
        guard case .minted(let entry)? = states[key], entry.serial == serial else { return }
        states[key] = nil
        if refused.count >= countAtMost { refused.removeAll() }
        refused[key] = entry.token.sharedSerial
    }

    /// The serial of the shared token that was refused last, if there is no other yet.
    func refusedSerial(of key: Key) -> Int64? { refused[key] }

    /// Lets go of what was issued for the connection as it was before, and of what expires first where there is too
    /// much.
    private func makeRoom(for key: Key) {
        for other in states.keys
        where other.connection.id == key.connection.id && other.connection.organization == key.connection.organization
            && other.connection.revision < key.connection.revision
        {
            states[other] = nil
        }
        guard states.count >= countAtMost, states[key] == nil else { return }
        let first = states.min { $0.value.expiry < $1.value.expiry }
        if let first { states[first.key] = nil }
    }
}

extension TokenCache.State {
    /// The expiry; a token that is being requested counts as the newest.
    fileprivate var expiry: Timestamp {
        switch self {
        case .minting: Timestamp(microseconds: .max)
        case .minted(let entry): entry.token.expiry
        }
    }
}
