import Access
import ActService

// What keeps a caller from an act, as a status and a text.
extension APIError {
    init(_ error: GateError) {
        switch error {
        case .unknownAPIKey:
            self.init(403, "Forbidden: the API key is not valid.", at: .header("DD-API-KEY"))
        case .unknownKeys:
            self.init(403, "Forbidden: the API key and the application key are not a valid pair.")
        case .exhausted(let quota):
            self.init(
                429,
                "This key may send \(quota.limit.requests) requests in \(quota.limit.seconds) s. "
                    + "Wait X-RateLimit-Reset seconds."
            )
        case .permissionMissing(let permissions):
            let names = permissions.map(\.rawValue).joined(separator: " or ")
            self.init(403, "The application key lacks the permission \(names).")
        case .unregistered(let key):
            self.init(
                403,
                "The application key is not registered for connections: "
                    + "PUT /api/v2/actions/app_key_registrations/\(key) registers it."
            )
        }
    }

    init(_ error: AccessError) {
        switch error {
        case .noConnection: self = .noConnection
        // Not a 404: clients that keep an account of what there is would take the connection for deleted, and create it
        // again.
        case .restricted(let relation):
            self.init(
                403,
                "The connection's restriction policy does not give you the relation \(relation.rawValue), which this "
                    + "needs. An editor of the connection, or anyone with the permission user_access_manage, can change "
                    + "the policy: POST /api/v2/restriction_policy/connection:{connection_id}."
            )
        }
    }

    static let noConnection = APIError(
        404,
        "There is no connection with this id in your organisation.",
        at: .parameter("connection_id")
    )
}
