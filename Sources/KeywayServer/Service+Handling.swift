import Storage
import Access
import ActService
import Documents
import HTTPServer
import Tracing
import WorkloadIdentity

// The handling of a request that has passed the gate, each kind on its thread.
extension Service {
    func answerOpenly(_ exchange: Exchange, by route: Route, _ parameters: RouteParameters) {
        switch route.endpoint.handling {
        case .immediate(let answer): finish(exchange, answer(exchange.request), route: route)
        case .description: finish(exchange, Response(.json, description), route: route)
        case .exchange(let answer): answerProof(of: exchange, by: route, parameters, answer)
        case .identification, .admission, .lookup, .connection, .search, .slicedSearch, .list, .change, .credentials,
            .question, .act, .message:
            preconditionFailure("what reads or writes data has a principal")
        }
    }

    /// Answers a caller who brings another proof than keys. One that proves nothing counts as wrong keys do.
    private func answerProof(
        of exchange: Exchange,
        by route: Route,
        _ parameters: RouteParameters,
        _ answer: @escaping @Sendable (Applicant) async throws -> Response
    ) {
        let applicant = Applicant(
            request: exchange.request,
            requestID: exchange.requestID,
            parameters: parameters
        )
        Task(executorPreference: taskExecutor) {
            do {
                self.finish(exchange, try await self.decide(applicant, again: { applicant }, answer), route: route)
            } catch {
                let response = self.response(to: error, exchange, route: route)
                guard error is TokenRefusal && response.status < 500 || response.status == 403 else {
                    return self.finish(exchange, response, route: route)
                }
                self.failAuthentication(exchange, response, route: route)
            }
        }
    }

    func perform(_ call: Call, _ exchange: Exchange, by route: Route) {
        switch route.endpoint.handling {
        case .immediate, .description, .identification, .admission, .exchange:
            answerOpenly(exchange, by: route, call.parameters)
        case .lookup(let answer) where store.answersAtOnce:
            attempt(exchange, by: route) { try self.counted(try answer(call), for: call) }
        case .lookup(let answer):
            read(for: call, exchange, by: route, on: recordThreads) {
                self.attempt(exchange, by: route) { try self.counted(try answer(call), for: call) }
            }
        case .connection(let relation, let answer):
            readConnection(for: call, exchange, by: route) { found in
                let connection = try ConnectionAccess.require(relation, to: found, for: call.principal)
                return try self.counted(answer(connection), for: call)
            }
        case .search(let answer):
            read(for: call, exchange, by: route, on: readingThreads) {
                self.attempt(exchange, by: route) { try self.counted(try answer(call), for: call) }
            }
        case .slicedSearch(let begin):
            read(for: call, exchange, by: route, on: readingThreads) {
                do {
                    self.goOn(with: try begin(call), call, exchange, by: route)
                } catch {
                    self.finish(exchange, self.response(to: error, exchange, route: route), route: route)
                }
            }
        case .list(let answer):
            read(for: call, exchange, by: route, on: readingThreads) { self.send(answer, call, exchange, by: route) }
        case .change(let answer), .credentials(_, let answer):
            Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) {
                    try await self.decide(call, again: { try self.readmit(call, by: route) }, answer)
                }
            }
        case .question(let answer):
            let task = Task(executorPreference: taskExecutor) {
                await self.attempt(exchange, by: route) { try await answer(call) }
            }
            exchange.reply.whenClientLeaves { task.cancel() }
        case .act(let act) where store.answersAtOnce:
            begin(act, call, exchange, by: route)
        case .act(let act):
            read(for: call, exchange, by: route, on: recordThreads) { self.begin(act, call, exchange, by: route) }
        case .message(let work):
            do {
                perform(try work(call), for: call, exchange, by: route)
            } catch {
                finish(exchange, response(to: error, exchange, route: route), route: route)
            }
        }
    }

    /// Does the work that a message makes for another door.
    private func perform(_ work: DoorWork, for call: Call, _ exchange: Exchange, by route: Route) {
        switch work {
        case .done(let response): finish(exchange, Response(response), route: route)
        case .lookup(let answer) where store.answersAtOnce:
            attempt(exchange, by: route) { try self.counted(Response(answer()), for: call) }
        case .lookup(let answer):
            read(for: call, exchange, by: route, on: recordThreads) {
                self.attempt(exchange, by: route) { try self.counted(Response(answer()), for: call) }
            }
        case .search(let answer):
            read(for: call, exchange, by: route, on: readingThreads) {
                self.attempt(exchange, by: route) { try self.counted(Response(answer()), for: call) }
            }
        case .question(let answer):
            let task = Task(executorPreference: taskExecutor) {
                self.finish(exchange, Response(await answer()), route: route)
            }
            exchange.reply.whenClientLeaves { task.cancel() }
        case .act(let act) where store.answersAtOnce: act(HTTPDoorReply(self, exchange, route))
        case .act(let act):
            read(for: call, exchange, by: route, on: recordThreads) { act(HTTPDoorReply(self, exchange, route)) }
        }
    }

    /// Runs `body` on a thread that may wait, unless the caller has too much waiting already.
    private func read(
        for call: Call,
        _ exchange: Exchange,
        by route: Route,
        on threads: ReadingThreads,
        _ body: @escaping @Sendable () -> Void
    ) {
        threads.run(for: call.principal.credential, exchange.scoped(body)) {
            self.finish(exchange, self.response(to: APIError.tooManyReads, exchange, route: route), route: route)
        }
    }

    /// Reads the connection that the path names: at once if the store answers at once, else with others that wait.
    private func readConnection(
        for call: Call,
        _ exchange: Exchange,
        by route: Route,
        _ answer: @escaping @Sendable (RestrictedConnection?) throws -> Response
    ) {
        let name: RecordName
        do {
            let id = try call.identifier("connection_id", orStatus: 400)
            name = RecordName(id, in: call.principal.organization)
        } catch {
            return finish(exchange, response(to: error, exchange, route: route), route: route)
        }
        guard !store.answersAtOnce else {
            return attempt(exchange, by: route) { try answer(try store.connection(name.id, in: name.organization)) }
        }
        let span = exchange.span?.child(.storeRead)
        connectionReads.read(name, for: call.principal.credential) { found in
            if case .failure = found { span?.end(failed: true) } else { span?.end() }
            self.attempt(exchange, by: route) { try answer(try found.get()) }
        } refused: {
            span?.end(failed: true)
            self.finish(exchange, self.response(to: APIError.tooManyReads, exchange, route: route), route: route)
        }
    }

    /// Does a slice of a search, and puts what is left of it behind the reads that wait.
    private func goOn(with search: SlicedSearch, _ call: Call, _ exchange: Exchange, by route: Route) {
        do {
            if let response = try search.goOn() {
                finish(exchange, try counted(response, for: call), route: route)
            } else {
                let further = exchange.scoped { self.goOn(with: search, call, exchange, by: route) }
                readingThreads.goOn(for: call.principal.credential, further)
            }
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    /// A response that has its part of the memory for responses.
    func counted(_ response: Response, for call: Call) throws -> Response {
        guard response.body.count >= ResponseBudget.leastCounted else { return response }
        guard let share = responses.take(response.body.count, for: call.principal.credential) else {
            throw APIError.tooMuchUnread
        }
        var response = response
        response.kept = share
        return response
    }

    /// Sends a list: at once if it is short, else as it is read.
    private func send(
        _ answer: (Call) throws -> ReadList,
        _ call: Call,
        _ exchange: Exchange,
        by route: Route
    ) {
        do {
            let list = try answer(call)
            let first = try list.read(nil)
            let key = call.principal.credential
            guard first.end != nil else {
                let response = Response(.jsonAPI, first.bytes(isFirst: true))
                return finish(exchange, try counted(response, for: call), route: route)
            }
            guard let share = responses.take(ListSender.heldBytes, for: key) else { throw APIError.tooMuchUnread }
            var response = Response(.jsonAPI, [])
            complete(&response, of: exchange, route: route)
            ListSender(list, for: key, share, on: readingThreads)
                .begin(with: first, response, answering: exchange.reply, isHead: exchange.request.method == .head)
        } catch {
            finish(exchange, self.response(to: error, exchange, route: route), route: route)
        }
    }

    private func begin(
        _ act: (Call, HTTPActSink) throws -> Void,
        _ call: Call,
        _ exchange: Exchange,
        by route: Route
    ) {
        do {
            try act(call, HTTPActSink(self, exchange, route))
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    func attempt(_ exchange: Exchange, by route: Route, _ answer: () throws -> Response) {
        do {
            finish(exchange, try answer(), route: route)
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }

    func attempt(_ exchange: Exchange, by route: Route, _ answer: () async throws -> Response) async {
        do {
            finish(exchange, try await answer(), route: route)
        } catch {
            finish(exchange, response(to: error, exchange, route: route), route: route)
        }
    }
}
