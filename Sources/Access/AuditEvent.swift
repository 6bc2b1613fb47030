package import Documents

/// Something that happened to an organisation's data, as the audit log tells it. It holds no secret.
package struct AuditEvent: Sendable {
    /// The user, the keys or the command that made the change.
    package enum Actor: Sendable {
        case principal(Principal)
        /// The command line on the server's own machine, such as `keyway init`.
        case operatorCommand(String)
    }

    package let organization: Identifier
    package let time: Timestamp
    package let actor: Actor
    /// The action: `connection.create`, `app_key_registration.delete`, …
    package let action: String
    /// The wire type of the changed resource, followed by its id.
    package let resourceType: String
    package let resource: Identifier
    /// Further details, such as the roles that a user has now. None of them is a secret.
    package let details: [JSONValue.Member]
    /// The id of the request, as the response and the log have it.
    package let requestID: String?
    /// The line from the time on: written on the thread that reports the event, and not in the store's one writer.
    private let tail: [UInt8]

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
        var writer = JSONWriter(capacity: 384)
        func write(_ name: StaticString, _ value: some CustomStringConvertible) {
            writer.write(raw: name)
            writer.write(.string(value.description))
        }
        write(",\"time\":", time)
        write(",\"organization_id\":", organization)
        writer.write(raw: ",\"actor\":")
        writer.write(actor.json)
        write(",\"action\":", action)
        write(",\"resource_type\":", resourceType)
        write(",\"resource_id\":", resource)
        if !details.isEmpty {
            writer.write(raw: ",\"details\":")
            writer.write(.object(details))
        }
        if let requestID { write(",\"request_id\":", requestID) }
        writer.write(raw: "}")
        tail = writer.bytes
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
        var writer = JSONWriter(capacity: tail.count + 128)
        writer.write(raw: "{\"sequence\":")
        writer.write(.integer(sequence))
        writer.write(raw: ",\"previous\":")
        writer.write(.string(previous))
        writer.write(raw: tail)
        return writer.bytes
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
