/// Why sealed secrets cannot be read, or secrets not be sealed. No case carries a secret's bytes.
package enum VaultError: Error, Equatable {
    /// No master key of that id is at hand.
    case unknownMasterKey(id: String)
    /// The encoding is cut off or garbled.
    case damaged
    /// It was altered, or sealed for another organisation, record, field or destination.
    case notAuthentic
    /// No field of the name asked for is sealed.
    case noSuchField
    /// Two secrets to be sealed have one field name.
    case duplicateField
    /// A master key in hardware can't be used at present, for this reason. The same may succeed later.
    case unavailable(reason: String)
}

extension VaultError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownMasterKey(let id):
            "the secrets are sealed under master key \(id), which is not among the master keys: "
                + "add it back from a copy of the master key file"
        case .damaged: "the sealed secrets are damaged: restore the record from a backup, or set its secrets again"
        case .notAuthentic:
            "the sealed secrets were altered, or belong to another record or destination: "
                + "restore the record from a backup, or set its secrets again"
        case .noSuchField: "no secret of that name is sealed"
        case .duplicateField: "two secrets have the same name"
        case .unavailable(let reason): "the master key can't be used at present: \(reason)"
        }
    }
}
