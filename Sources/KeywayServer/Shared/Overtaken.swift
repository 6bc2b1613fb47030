import Access
import Storage

/// A change was decided on something that has changed since. Nothing was done, and it is to be decided again.
struct Overtaken: Error {}

extension APIError {
    /// A change that was overtaken in every round: nothing was done.
    static let contended = APIError(
        503,
        "Others changed the same document each time that this change was tried. Try again later."
    )
}

extension CommitOutcome {
    /// Returns if the change was committed.
    ///
    /// - Parameters:
    ///   - missing: The error if what was to change is not there.
    ///   - duplicate: The error if another has the name.
    ///   - conflict: The error if the stored revision is another, or of a creation, if its id exists: another node has
    ///     issued it, and the change is decided again under a new one.
    ///   - unmet: The error if what the change has to leave true would not be.
    /// - Throws: One of these; ``Overtaken`` if what the change was decided on has changed.
    func requireCommitted(
        or missing: APIError = .refusedIssue,
        duplicate: APIError = .refusedIssue,
        conflict: any Error = Overtaken(),
        unmet: APIError = .refusedIssue
    ) throws {
        switch self {
        case .committed: return
        case .missing: throw missing
        case .duplicate: throw duplicate
        case .conflict: throw conflict
        case .unmet(.unchanged), .unmet(.unchangedDocument): throw Overtaken()
        case .unmet(.noOrganization), .unmet(.enabledUser), .unmet(.atMost): throw unmet
        }
    }
}
