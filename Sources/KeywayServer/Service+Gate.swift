import Storage
import Access
import ActService
import Acting
import Documents
import HTTPServer
import NetworkTypes
import Threads

// The gate: keys, rate limit, permission, registration.
extension Service {
    func answer(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        let request = exchange.request
        switch route.endpoint.guarding {
        case .open, .keyless:
            answerOpenly(exchange, by: route, parameters)
        case .loopback:
            // Behind a proxy on this machine everyone seems to be on it.
            if request.remoteAddress.isLoopback, !Self.isForwarded(request) {
                answerOpenly(exchange, by: route, parameters)
            } else {
                let error = APIError(403, "This path is for the server's own machine.")
                finish(exchange, response(to: error, exchange, route: route), route: route)
            }
        case .apiKey:
            answerByAPIKey(exchange, by: route, parameters)
        case .principal:
            let shown: ShownCredential
            do {
                shown = try ShownCredential(in: request, at: route.endpoint.credentialPlaces)
            } catch {
                if route.endpoint.acts, let keyless = keylessRoute(for: request, parameters) {
                    return answerOpenly(exchange, by: keyless, parameters)
                }
                return refuseAuthentication(exchange, error, route: route)
            }
            if let session = authenticator.knownSession(for: shown.credential) {
                return admit(session, by: shown, exchange, route: route, parameters)
            }
            lookUp(exchange, route: route) {
                let session: Session
                do {
                    session = try self.authenticator.session(for: shown.credential)
                } catch {
                    return self.refuseAuthentication(exchange, error, route: route)
                }
                self.admit(session, by: shown, exchange, route: route, parameters)
            }
        }
    }

    /// Looks keys up: at once if the store answers at once, else on a thread that may wait, where addresses take turns.
    private func lookUp(_ exchange: Exchange, route: Route, _ body: @escaping @Sendable () -> Void) {
        guard !store.answersAtOnce else { return body() }
        // Networks of one hash share a line.
        let network = exchange.request.remoteAddress.network.hashValue
        lookUpThreads.run(for: Identifier(high: 0, low: UInt64(bitPattern: Int64(network))), exchange.scoped(body)) {
            self.finish(exchange, self.response(to: APIError.tooManyLookups, exchange, route: route), route: route)
        }
    }

    /// Lets in a caller whose credential is valid, unless something else keeps them out, such as a signature that is
    /// not the request's.
    private func admit(
        _ session: Session,
        by shown: ShownCredential,
        _ exchange: Exchange,
        route: Route,
        _ parameters: RouteParameters
    ) {
        let signedCall: SignedCall?
        do {
            signedCall = try shown.signed?.verify(session, by: actTokenKeys)
        } catch {
            return refuseAuthentication(exchange, error, route: route)
        }
        let quota = session.bucket?.take(now: MonotonicClock.now())
        let exchange = exchange.admitting(session.principal, quota: quota)
        if let objection = route.endpoint.guarding.objection(to: session.principal, quota) {
            return finish(exchange, response(to: objection, exchange, route: route), route: route)
        }
        let call = Call(
            request: exchange.request,
            actor: Actor(
                session.principal,
                by: shown.credential,
                requestID: exchange.requestID,
                span: exchange.span
            ),
            parameters: parameters,
            places: places,
            signed: signedCall,
            tokenPlaces: shown.tokenPlaces
        )
        perform(call, exchange, by: route)
    }

    /// The exchange of another proof that takes the place of an act whose caller shows no key.
    func keylessRoute(for request: any ServiceRequest, _ parameters: RouteParameters) -> Route? {
        guard request.method == .post, let path = parameters["path"],
            let route = keylessRoutes.first(where: { $0.path == path })?.route
        else { return nil }
        let places: [StaticString] = [
            "Authorization", "Proxy-Authorization", "DD-API-KEY", "DD-APPLICATION-KEY", "X-Api-Key",
        ]
        return places.contains { request.header($0) != nil } ? nil : route
    }

    private static func isForwarded(_ request: any ServiceRequest) -> Bool {
        let headers: [StaticString] = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]
        return headers.contains { request.header($0) != nil }
    }

    /// Refuses wrong keys, after a delay if there were many from that address.
    func refuseAuthentication(_ exchange: Exchange, _ error: any Error, route: Route) {
        var response = response(to: error, exchange, route: route)
        guard response.status == 403 else { return finish(exchange, response, route: route) }
        route.endpoint.errors.markUnauthenticated(&response)
        failAuthentication(exchange, response, route: route)
    }

    /// Sends the response to a failed authentication, later if there were many from that address.
    func failAuthentication(_ exchange: Exchange, _ response: Response, route: Route) {
        metrics.noteAuthenticationFailure()
        guard brake.noteFailure(from: exchange.request.remoteAddress, now: MonotonicClock.now()) else {
            return finish(exchange, response, route: route)
        }
        Task {
            try? await Task.sleep(for: FailureBrake<IPAddress>.delay)
            finish(exchange, response, route: route)
        }
    }

    func answerByAPIKey(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        lookUp(exchange, route: route) {
            do {
                let (key, bucket) = try self.authenticator.apiKey(exchange.request.apiKeyDigest())
                self.admit(key, bucket, exchange, route: route, parameters)
            } catch {
                self.refuseAuthentication(exchange, error, route: route)
            }
        }
    }

    private func admit(
        _ key: APIKey,
        _ bucket: TokenBucket?,
        _ exchange: Exchange,
        route: Route,
        _ parameters: RouteParameters
    ) {
        let quota = bucket?.take(now: MonotonicClock.now())
        let exchange = exchange.limiting(to: quota)
        if let quota, !quota.isAllowed {
            return finish(exchange, response(to: GateError.exhausted(quota), exchange, route: route), route: route)
        }
        switch route.endpoint.handling {
        case .identification(let answer): finish(exchange, answer(key), route: route)
        case .admission(let answer):
            let admission = Admission(
                request: exchange.request,
                requestID: exchange.requestID,
                apiKey: key,
                parameters: parameters
            )
            Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) {
                    try await self.decide(admission, again: { try self.readmit(admission) }, answer)
                }
            }
        case .immediate, .exchange, .description, .lookup, .connection, .search, .slicedSearch, .list, .change,
            .credentials, .question, .act, .message:
            preconditionFailure("who comes with an API key alone asks about it, or is let in")
        }
    }
}
