package import Documents

/// Something that happened to an organisation's data, as the audit log tells it. It holds no secret.
package struct AuditEvent: Sendable {
    /// Who did it.
    package enum Actor: Sendable {
        case principal(Principal)
        /// The command line on the server's own machine, such as `keyway init`.
        case operatorCommand(String)
    }

    package let organization: Identifier
    package let time: Timestamp
    package let actor: Actor
    /// What was done: `connection.create`, `app_key_registration.delete`, …
    package let action: String
    /// What it was done to: its wire type and id.
    package let resourceType: String
    package let resource: Identifier
    /// What else tells of it, such as the roles that a user has now. None of it is a secret.
    package let details: [JSONValue.Member]
    /// The request that did it, as the answer and the log name it.
    package let requestID: String?

    package init(
        organization: Identifier,
        time: Timestamp = .now,
        actor: Actor,
        action: String,
        resourceType: String,
        resource: Identifier,
        details: [JSONValue.Member] = [],
        requestID: String? = nil
    ) {
        self.organization = organization
        self.time = time
        self.actor = actor
        self.action = action
        self.resourceType = resourceType
        self.resource = resource
        self.details = details
        self.requestID = requestID
    }
}

extension AuditEvent {
    /// The link of an organisation's hash chain that this event becomes: one line of JSON.
    ///
    /// The line names its place in the chain and the SHA-256 digest of the line before it, so an exported log is
    /// checked with nothing but a hash function: each line's digest must stand as `previous` in the next.
    ///
    /// - Parameters:
    ///   - sequence: The event's place in its organisation's chain, from 1.
    ///   - previous: The digest of the line before as 64 hexadecimal digits; of the first line, 64 zeros.
    /// - Returns: Compact JSON without a newline.
    package func line(sequence: Int64, previous: String) -> [UInt8] {
        var members: [JSONValue.Member] = [
            .init("sequence", .integer(sequence)),
            .init("previous", .string(previous)),
            .init("time", .string(time.description)),
            .init("organization_id", .string(organization.description)),
            .init("actor", actor.json),
            .init("action", .string(action)),
            .init("resource_type", .string(resourceType)),
            .init("resource_id", .string(resource.description)),
        ]
        if !details.isEmpty { members.append(.init("details", .object(details))) }
        if let requestID { members.append(.init("request_id", .string(requestID))) }
        return JSONWriter.bytes(of: .object(members))
    }
}

extension AuditEvent.Actor {
    fileprivate var json: JSONValue {
        switch self {
        case .principal(let principal):
            [
                "user_id": .string(principal.user.description),
                "api_key_id": .string(principal.apiKey.description),
                "application_key_id": .string(principal.applicationKey.description),
            ]
        case .operatorCommand(let command):
            ["command": .string(command)]
        }
    }
}
