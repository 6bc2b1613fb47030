import Access
import ActService
import Acting
import HTTPServer
import Storage

/// One operation of the API: how it is called, who may call it, what it does, and how it is described.
struct Endpoint: Sendable {
    /// `nil` for every method.
    let method: HTTPMethod?
    /// The path, with parameters in braces.
    let path: String
    let guarding: EndpointGuard
    let errors: ErrorFamily
    let description: OperationDescription
    let handling: Handling
}

extension Endpoint {
    /// The method as logs and metrics name it.
    var methodName: String { method?.name ?? "ANY" }

    /// Whether it may take long, so that few wait at a time.
    var searches: Bool {
        switch handling {
        case .search, .slicedSearch, .list, .message: true
        case .immediate, .identification, .admission, .exchange, .description, .lookup, .connection, .change,
            .credentials, .question, .act:
            false
        }
    }

    /// Whether its responses are a third party's.
    var acts: Bool {
        if case .act = handling { true } else { false }
    }

    /// The places in which callers show their credentials.
    var credentialPlaces: CredentialPlaces {
        switch handling {
        case .act: .act
        case .credentials(let header, _): .tool(header)
        case .message: .message
        default: .standard
        }
    }
}

/// The callers that an endpoint accepts.
enum EndpointGuard: Sendable {
    /// Anyone, without keys.
    case open
    /// Anyone who shows no key, in the place of an act with this path below a connection's base URL. Who shows one acts.
    case keyless(String)
    /// Anyone on the server's own machine, without keys.
    case loopback
    /// Any caller with an API key; an application key is not needed.
    case apiKey
    /// A principal with at least one of the permissions (any principal if there are none), by a registered key where
    /// that is asked for.
    case principal(anyOf: [Permission], registered: Bool)
}

extension EndpointGuard {
    /// The reason why a caller with a valid credential is kept out; `nil` if they are let in.
    func objection(to principal: Principal, _ quota: Quota?) -> GateError? {
        guard case .principal(let permissions, let mustBeRegistered) = self else { return nil }
        return .objection(to: principal, quota, permissions: permissions, mustBeRegistered: mustBeRegistered)
    }
}

/// The handling of a call, and the thread for it.
enum Handling: Sendable {
    /// Needs no store: answered on the network thread.
    case immediate(@Sendable (any ServiceRequest) -> Response)
    /// Answers about the API key of a request, which is all that its guard asks for.
    case identification(@Sendable (APIKey) -> Response)
    /// A write by a caller with an API key alone, and another proof that lets them in.
    case admission(@Sendable (Admission) async throws -> Response)
    /// A write by a caller without keys, who brings another proof in the body.
    case exchange(@Sendable (Applicant) async throws -> Response)
    /// Answers the OpenAPI document of all endpoints, itself included.
    case description
    /// A read by id: answered on the network thread if the store answers at once.
    case lookup(@Sendable (Call) throws -> Response)
    /// A read of the connection that the path names, by a caller who has the relation to it: as ``lookup``, but those
    /// that wait for the store are asked for together.
    case connection(RestrictionPolicy.Relation, @Sendable (RestrictedConnection) -> Response)
    /// A read that may take long: answered from a thread that may wait.
    case search(@Sendable (Call) throws -> Response)
    /// A read that may take very long: in slices, between which others have their turns.
    case slicedSearch(@Sendable (Call) throws -> SlicedSearch)
    /// A read of a list that has no pages and may be of any length: sent as it is read.
    case list(@Sendable (Call) throws -> ReadList)
    /// A write: the connection waits until it is durable.
    case change(@Sendable (Call) async throws -> Response)
    /// Gives a credential to a cloud's own tool, which shows its own in this header: a write, where one is made.
    case credentials(StaticString, @Sendable (Call) async throws -> Response)
    /// Asks a third party something, and is given up when its caller leaves.
    case question(@Sendable (Call) async throws -> Response)
    /// Passes on a third party's response, as it comes.
    case act(@Sendable (Call, HTTPActSink) throws -> Void)
    /// Hands a message to another door, which says on which thread its work is done.
    case message(@Sendable (Call) throws -> DoorWork)
}

/// A request by an API key alone.
struct Admission: Sendable {
    let request: any ServiceRequest
    let requestID: String
    let apiKey: APIKey
    let parameters: RouteParameters
}

/// A request without keys, whose body proves whose it is.
struct Applicant: Sendable {
    let request: any ServiceRequest
    let requestID: String
    let parameters: RouteParameters
}

/// A request that passed the gate.
struct Call: Sendable {
    let request: any ServiceRequest
    let actor: Actor
    let parameters: RouteParameters
    /// Where pages ended that keys were given.
    let places: ListPlaces
    /// The caller's signature as for AWS, if the request has one.
    var signed: SignedCall?
    /// The places of the caller's act token, if the request has one that stands for no signature.
    var tokenPlaces: [TokenPlace] = []

    var principal: Principal { actor.principal }
    var requestID: String { actor.requestID }
}
