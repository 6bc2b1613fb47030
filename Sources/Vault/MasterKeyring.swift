/// The master keys, ready for use: the first is active and seals, all of them open.
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
    package init(_ keys: [MasterKey]) {
        precondition(!keys.isEmpty && Set(keys.map(\.id)).count == keys.count, "a keyring has keys that differ")
        self.keys = keys
    }

    /// The key of that id.
    package subscript(id: String) -> MasterKey? {
        keys.first { $0.id == id }
    }
}

extension MasterKeyring: CustomStringConvertible, CustomReflectable {
    package var description: String { "master keys \(ids.joined(separator: ", "))" }
    package var customMirror: Mirror { Mirror(self, children: ["ids": ids]) }
}
