import Documents

/// Why a request is not sent: the request, the connection or its settings do not allow it. No secret was opened.
package struct ActRefusal: Error, Sendable, Equatable {
    /// For programs; it does not change.
    package enum Code: String, Sendable, CaseIterable {
        case methodNotAllowed = "method_not_allowed"
        case pathNotAllowed = "path_not_allowed"
        case queryNotAllowed = "query_not_allowed"
        case headerNotAllowed = "header_not_allowed"
        /// The body is not what its headers say.
        case bodyNotAllowed = "body_not_allowed"
        /// The body is not the one that the caller has signed.
        case bodyNotSigned = "body_not_signed"
        /// The body is too long for what has to be done with all of it first.
        case bodyTooLong = "body_too_long"
        /// The request carries no credential that the connection's would stand for.
        case credentialMissing = "credential_missing"
        /// The host is none that the integration's credentials may go to.
        case destinationNotAllowed = "destination_not_allowed"
        /// The path does not name a service, as that of AWS and Google Cloud must.
        case serviceNotNamed = "service_not_named"
        case unknownPlaceholder = "unknown_placeholder"
        /// The stored document or its settings cannot be acted with.
        case connectionNotUsable = "connection_not_usable"
        /// Nothing tells whether the connection works.
        case probeNotDeclared = "probe_not_declared"
    }

    /// A configured member with which no request can ever be sent.
    package enum Member: Sendable, Equatable {
        /// A member of the connection, by its pointer below `attributes`.
        case connection(String)
        /// A member of the settings, by its name.
        case setting(String)

        /// The place in the body that writes it.
        package var pointer: String {
            switch self {
            case .connection(let pointer): "/data/attributes\(pointer)"
            case .setting(let name): "/data/attributes/\(JSONPointer.escape(name))"
            }
        }
    }

    package let code: Code
    /// For people: what is wrong and what to do. It quotes no secret.
    package let detail: String
    /// The member that is to blame, whatever the request; `nil` if none is.
    package let member: Member?

    package init(_ code: Code, _ detail: String, member: Member? = nil) {
        self.code = code
        self.detail = detail
        self.member = member
    }
}
