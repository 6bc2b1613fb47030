import Access
import ActService
import HTTPServer

// Changes that are decided again where what they were decided on has changed.
extension Service {
    /// Makes a change, and decides it again as often as what it was decided on has changed meanwhile: each time as if
    /// its caller came then. Each round that ends so is one in which another change came through, as a rule.
    func decide<Asker>(
        _ asker: Asker,
        again: () throws -> Asker,
        _ answer: (Asker) async throws -> Response
    ) async throws -> Response {
        var asker = asker
        for _ in 0..<Self.roundsAtMost {
            do {
                return try await answer(asker)
            } catch is Overtaken {
                asker = try again()
            }
        }
        throw APIError.contended
    }

    /// The call of the same request, by its keys as they are now.
    func readmit(_ call: Call, by route: Route) throws -> Call {
        let credential = call.actor.credential
        let session = try authenticator.session(for: credential, askingAnew: true)
        if let objection = route.endpoint.guarding.objection(to: session.principal, nil) { throw objection }
        return Call(
            request: call.request,
            actor: Actor(session.principal, by: credential, requestID: call.requestID, span: call.actor.span),
            parameters: call.parameters,
            places: call.places
        )
    }

    func readmit(_ admission: Admission) throws -> Admission {
        Admission(
            request: admission.request,
            requestID: admission.requestID,
            apiKey: try authenticator.apiKey(admission.request.apiKeyDigest()).key,
            parameters: admission.parameters
        )
    }
}
