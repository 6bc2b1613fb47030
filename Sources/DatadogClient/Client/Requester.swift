import Foundation

/// Performs operations: builds the request, sends it as often as the policy says, and reads the response.
struct Requester: Sendable {
    let configuration: Configuration
    let transport: any Transport
    let clock: any Clock<Duration>
    let jitter: @Sendable () -> Double
    private let prefix: String?
    private let userAgent: String

    init(
        configuration: Configuration,
        transport: any Transport,
        clock: any Clock<Duration>,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        self.jitter = jitter
        // Once, since they take longer than the rest of a request.
        prefix = configuration.site.prefix
        userAgent = configuration.userAgent
    }

    /// Performs an operation whose response is the whole body.
    func perform(_ operation: Operation) async throws -> JSONValue {
        let response = try await send(operation)
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            throw undecodable(response, error)
        }
    }

    /// Performs an operation that returns `{"data":{…}}`.
    func data<Value: APIValue>(_ operation: Operation) async throws -> Value {
        try await read(operation) { json throws(JSONMismatch) in try json.value("data") }
    }

    /// Performs an operation that returns a page.
    func page<Value: APIValue>(_ operation: Operation) async throws -> ListPage<Value> {
        let response = try await send(operation)
        var page: ListPage<Value> = try decode(response) { json throws(JSONMismatch) in try ListPage(json: json) }
        page.nextCursor = response.header("Keyway-Next-Cursor")
        return page
    }

    /// Performs an operation whose response says nothing.
    func perform(ignoringAnswer operation: Operation) async throws {
        _ = try await send(operation)
    }

    /// Performs an operation, and reads its response.
    func read<Value>(
        _ operation: Operation,
        _ read: (JSONValue) throws(JSONMismatch) -> Value
    ) async throws -> Value {
        try decode(try await send(operation), read)
    }

    /// Reads a response.
    func decode<Value>(
        _ response: TransportResponse,
        _ read: (JSONValue) throws(JSONMismatch) -> Value
    ) throws(DatadogError) -> Value {
        do {
            return try read(try JSONValue(parsing: response.body))
        } catch {
            throw undecodable(response, error)
        }
    }

    private func undecodable(_ response: TransportResponse, _ error: any Error) -> DatadogError {
        let details = (error as? JSONMismatch)?.description ?? "the response can't be read"
        return DatadogError(
            .decoding,
            status: response.status,
            details: details,
            requestID: response.header("X-Request-Id")
        )
    }

    // MARK: Sending

    /// The end of an attempt that got a response.
    enum Attempt<Answer> {
        case wanted(Answer)
        /// It is an error, or no response of this API.
        case unwanted(TransportResponse)
    }

    private func send(_ operation: Operation) async throws -> TransportResponse {
        try await send(try request(for: operation), operation) { request in
            let response = try await transport.send(request)
            return (200..<300).contains(response.status) ? .wanted(response) : .unwanted(response)
        }
    }

    /// Sends a request as often as the policy says.
    func send<Answer>(
        _ request: TransportRequest,
        _ operation: Operation,
        attempt: (TransportRequest) async throws -> Attempt<Answer>
    ) async throws -> Answer {
        var retrying = Retrying(configuration.retries, isRepeatable: request.isRepeatable)
        while true {
            try Task.checkCancellation()
            let outcome: Retrying.Outcome
            let failure: DatadogError
            do {
                switch try await attempt(request) {
                case .wanted(let answer): return answer
                case .unwanted(let response):
                    failure = error(response, operation)
                    outcome = .answered(status: response.status, reset: response.waitSeconds)
                }
            } catch let error as TransportError {
                failure = DatadogError(.transport, details: redaction(operation).scrub(error.description))
                outcome = .failed(error.reason)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // Of a transport of the user's own: its text may hold anything.
                throw DatadogError(.transport, details: "the transport failed")
            }
            switch retrying.next(after: outcome, jitter: jitter()) {
            case .stop: throw failure
            case .wait(let duration): try await clock.sleep(for: duration)
            }
        }
    }

    /// - Parameters:
    ///   - operation: The operation.
    ///   - rest: What follows its target as it is, percent-encoded already.
    /// - Returns: The request, with the keys.
    /// - Throws: ``DatadogError`` with the code `configuration` if it can't be sent.
    func request(
        for operation: Operation,
        followedBy rest: String = ""
    ) throws(DatadogError) -> TransportRequest {
        guard let prefix, let url = URL(string: prefix + operation.target + rest) else {
            throw DatadogError(
                .configuration,
                details: "the site's URL must be http or https, with a host, without user, query or fragment"
            )
        }
        // A segment of dots would be taken for a way up by software that normalizes the path.
        guard !operation.path.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw DatadogError(.configuration, details: "an id is empty or consists of dots")
        }
        var request = TransportRequest(method: operation.method, url: url, timeout: configuration.timeout)
        request.headers = [
            ("Accept", operation.method == "DELETE" ? "*/*" : "application/json"),
            ("User-Agent", userAgent),
        ]
        if let token = configuration.accessToken {
            request.headers.append(("Authorization", "Bearer " + (try Self.headerValue(token, of: "access token"))))
        } else if let key = configuration.apiKey {
            request.headers.append(("DD-API-KEY", try Self.headerValue(key, of: "API key")))
        }
        if configuration.accessToken == nil, operation.keys == .both, let key = configuration.applicationKey {
            request.headers.append(("DD-APPLICATION-KEY", try Self.headerValue(key, of: "application key")))
        }
        if let body = operation.body {
            request.headers.append(("Content-Type", "application/json"))
            let document: JSONValue = ["data": body.json(secrets: .revealed)]
            request.body = document.data
        }
        return request
    }

    /// A key as a header: with a line break in it, it would begin another one.
    private static func headerValue(_ key: Secret, of name: String) throws(DatadogError) -> String {
        guard !key.isEmpty, key.revealed.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            let fault = "the \(name) is empty, or has blanks or characters beyond ASCII"
            throw DatadogError(.configuration, details: fault)
        }
        return key.revealed
    }

    // MARK: Errors

    func redaction(_ operation: Operation) -> Redaction {
        let keys = [configuration.apiKey, configuration.applicationKey, configuration.accessToken]
            .compactMap { $0?.revealed }
        return Redaction(keys + Redaction.secrets(in: operation.body))
    }

    private func error(_ response: TransportResponse, _ operation: Operation) -> DatadogError {
        let redaction = redaction(operation)
        let body = (try? JSONValue(parsing: response.body)) ?? .null
        let problems = Problem.all(in: body).map { $0.mapTexts(redaction.scrub) }
        let code: DatadogError.Code =
            switch response.status {
            case 300..<400: .redirect
            case 401, 403: .forbidden
            case 404: .notFound
            case 409: .conflict
            case 429: .rateLimited(retryAfter: Retrying.wait(untilReset: response.waitSeconds))
            case 400..<500: .invalid(problems)
            case 500...: .server
            default: .decoding
            }
        return DatadogError(
            code,
            status: response.status,
            details: problems.map(\.description).joined(separator: "; "),
            problems: problems,
            requestID: response.header("X-Request-Id").map(redaction.scrub),
            actError: response.header("Keyway-Error").map { ActErrorCode(rawValue: redaction.scrub($0)) }
        )
    }
}

extension TransportResponse {
    /// After how many seconds to come again; of the two headers that say so, the one that each API has.
    fileprivate var waitSeconds: String? { header("X-RateLimit-Reset") ?? header("Retry-After") }
}
