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
    package let action: String
    package let resourceType: String
    package let resource: Identifier
    package let details: [JSONValue.Member]
    package let requestID: String?
    /// The line from the time on: written here, on the thread of the change, and not in the store's one writer.
    private let tail: [UInt8]

    /// - Parameters:
    ///   - organization: The organisation whose data it is about.
    ///   - time: The time at which it happened.
    ///   - actor: The user, with the keys, or the command that did it.
    ///   - action: The kind of change: `connection.create`, `app_key_registration.delete`, …
    ///   - resourceType: The wire type of what it was done to.
    ///   - resource: The id of that.
    ///   - details: More about it, such as the roles that a user has now. None of it is a secret.
    ///   - requestID: The request that did it, as the response and the log name it.
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
        var writer = JSONWriter(capacity: 640)
        writer.write(raw: ",\"time\":")
        writer.write(time)
        writer.write(raw: ",\"organization_id\":")
        writer.write(organization)
        writer.write(raw: ",\"actor\":")
        actor.write(to: &writer)
        writer.write(raw: ",\"action\":")
        writer.write(action)
        writer.write(raw: ",\"resource_type\":")
        writer.write(resourceType)
        writer.write(raw: ",\"resource_id\":")
        writer.write(resource)
        if !details.isEmpty {
            writer.write(raw: ",\"details\":")
            writer.write(.object(details))
        }
        if let requestID {
            writer.write(raw: ",\"request_id\":")
            writer.write(requestID)
        }
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
        writer.write(sequence)
        writer.write(raw: ",\"previous\":")
        writer.write(previous)
        writer.write(raw: tail)
        return writer.bytes
    }
}

extension AuditEvent.Actor {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .principal(let principal):
            writer.write(raw: "{\"user_id\":")
            writer.write(principal.user)
            switch principal.proof {
            case .keys(let api, let application):
                writer.write(raw: ",\"api_key_id\":")
                writer.write(api)
                writer.write(raw: ",\"application_key_id\":")
                writer.write(application)
            case .accessToken(let token):
                writer.write(raw: ",\"access_token_id\":")
                writer.write(token)
            }
            if let token = principal.actToken {
                writer.write(raw: ",\"act_token_id\":")
                writer.write(token.id)
            }
        case .operatorCommand(let command):
            writer.write(raw: "{\"command\":")
            writer.write(command)
        }
        writer.write(raw: "}")
    }
}
