/// The master keys as they are written down: those whose bytes stand there, and the names of those in hardware.
package struct MasterKeyList: Sendable {
    package enum Entry: Sendable {
        case key(MasterKey)
        case hardware(HardwareKeyURI)
    }

    /// At least one; the first is active.
    package let entries: [Entry]

    /// A list of one new key.
    package init() {
        entries = [.key(MasterKey())]
    }

    /// - Parameter entries: At least one, no two of one key.
    package init(_ entries: [Entry]) {
        precondition(!entries.isEmpty, "a list of master keys has one")
        self.entries = entries
    }

    /// The ids of the keys whose bytes stand there.
    package var ids: [String] {
        entries.compactMap { if case .key(let key) = $0 { key.id } else { nil } }
    }

    /// The names of the keys in hardware.
    package var hardware: [HardwareKeyURI] {
        entries.compactMap { if case .hardware(let uri) = $0 { uri } else { nil } }
    }

    /// The same keys, with a key in hardware before them unless they name it.
    package func naming(_ uri: HardwareKeyURI?) -> MasterKeyList {
        guard let uri, !hardware.contains(uri) else { return self }
        return MasterKeyList([.hardware(uri)] + entries)
    }

    /// The same keys behind an active one.
    ///
    /// - Parameter uri: The active one, in hardware; `nil` for a new one whose bytes stand there.
    /// - Returns: All of them.
    package func activating(_ uri: HardwareKeyURI?) -> MasterKeyList {
        guard let uri else {
            var new = MasterKey()
            while ids.contains(new.id) { new = MasterKey() }
            return MasterKeyList([.key(new)] + entries)
        }
        let others = entries.filter { if case .hardware(uri) = $0 { false } else { true } }
        return MasterKeyList([.hardware(uri)] + others)
    }

    /// The keys, ready for use.
    ///
    /// - Parameter opened: Those in hardware, each of which must be there. One that is named twice counts once.
    /// - Returns: All of them, the active one first.
    package func keyring(with opened: [HardwareKeyURI: any HardwareKey] = [:]) -> MasterKeyring {
        var keys: [MasterKey] = []
        for entry in entries {
            let key: MasterKey
            switch entry {
            case .key(let inMemory): key = inMemory
            case .hardware(let uri):
                guard let hardware = opened[uri] else { preconditionFailure("a key in hardware is opened before") }
                key = MasterKey(hardware)
            }
            if !keys.contains(where: { $0.id == key.id }) { keys.append(key) }
        }
        return MasterKeyring(keys)
    }
}

extension MasterKeyList: CustomStringConvertible, CustomReflectable {
    package var description: String {
        let names = entries.map { entry in
            switch entry {
            case .key(let key): key.id
            case .hardware(let uri): uri.description
            }
        }
        return "master keys \(names.joined(separator: ", "))"
    }
    package var customMirror: Mirror { Mirror(self, children: ["keys": description]) }
}
