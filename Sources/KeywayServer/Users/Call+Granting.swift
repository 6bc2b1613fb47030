import Access
import Documents
import HTTPServer
import Storage

extension Call {
    /// Refuses to hand out more than the caller has: no key may open what the key that asks for it does not.
    ///
    /// - Parameters:
    ///   - granted: What would be handed out.
    ///   - what: What would hand it out, as the start of a sentence.
    /// - Throws: ``APIError`` with 403 that names what is missing.
    func requireOwn(_ granted: PermissionSet, of what: String) throws {
        let missing = granted.subtracting(principal.permissions).members.map(\.rawValue)
        guard missing.isEmpty else {
            throw APIError(
                403,
                "\(what) would grant permissions that the application key of this request lacks: "
                    + "\(missing.joined(separator: ", "))."
            )
        }
    }

    /// A change of keys, users, roles or invitations, which is refused once the caller's keys or roles are no longer
    /// those that let them ask for it.
    ///
    /// - Parameters:
    ///   - mutations: Carried out in order.
    ///   - records: What else the change was decided on.
    ///   - requirements: What it has to leave true.
    ///   - events: What the audit log will tell.
    /// - Returns: The change.
    func change(
        _ mutations: [Mutation],
        decidedOn records: [AccessRevision] = [],
        requiring requirements: [Requirement] = [],
        events: AuditEvent...
    ) -> Change {
        change(mutations, decidedOn: records, requiring: requirements, events: events)
    }

    /// The same, with a list of events.
    func change(
        _ mutations: [Mutation],
        decidedOn records: [AccessRevision] = [],
        requiring requirements: [Requirement] = [],
        events: [AuditEvent]
    ) -> Change {
        Change(
            mutations,
            requiring: isStillAllowed + records.map { .unchanged($0) } + requirements,
            events: events
        )
    }

    /// The requirement that the caller's keys, user and roles are still those that let them ask.
    var isStillAllowed: [Requirement] { principal.records.map { .unchanged($0) } }

    /// The id in the path; one that is malformed is as unknown as any.
    func identifier(_ parameter: String, or notFound: APIError) throws -> Identifier {
        guard let id = parameters[parameter].flatMap({ Identifier($0) }) else { throw notFound }
        return id
    }
}
