/// The master keys: the first is active and seals, all of them open.
package struct MasterKeyring: Sendable {
    let keys: [MasterKey]

    /// The key that seals.
    package var active: MasterKey { keys[0] }

    /// The ids of all keys, the active one's first.
    package var ids: [String] { keys.map(\.id) }

    /// A keyring of one new key.
    package init() {
        keys = [MasterKey()]
    }

    /// - Parameter keys: At least one key, no two of one id.
    init(_ keys: [MasterKey]) {
        precondition(!keys.isEmpty && Set(keys.map(\.id)).count == keys.count, "a keyring has keys that differ")
        self.keys = keys
    }

    /// The key of that id.
    package subscript(id: String) -> MasterKey? {
        keys.first { $0.id == id }
    }

    /// The same keys behind a new one, which is active from then on.
    package func addingActiveKey() -> MasterKeyring {
        var new = MasterKey()
        while self[new.id] != nil { new = MasterKey() }
        return MasterKeyring([new] + keys)
    }
}

extension MasterKeyring: CustomStringConvertible, CustomReflectable {
    package var description: String { "master keys \(ids.joined(separator: ", "))" }
    package var customMirror: Mirror { Mirror(self, children: ["ids": ids]) }
}
