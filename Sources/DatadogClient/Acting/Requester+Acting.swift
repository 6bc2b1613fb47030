import Foundation

// Acts: the response is a third party's, and the path the caller's own.
extension Requester {
    /// Performs an act, and returns the whole response.
    func act(_ operation: Operation, _ act: ActRequest) async throws -> TransportResponse {
        try await send(try request(for: operation, act), operation) { request in
            let response = try await transport.send(request)
            return response.isOfThirdParty ? .wanted(response) : .unwanted(response)
        }
    }

    /// Performs an act, and returns the response when it has begun.
    func streamAct(_ operation: Operation, _ act: ActRequest) async throws -> StreamedResponse {
        guard let transport = transport as? any StreamingTransport else {
            let response = try await self.act(operation, act)
            let body = BodyPieces(response.body)
            return StreamedResponse(status: response.status, headers: response.headers, body: body)
        }
        var response = try await send(try request(for: operation, act), operation) { request in
            let response = try await transport.stream(request)
            if response.head.isOfThirdParty { return .wanted(response) }
            var whole = response.head
            // An error is short. What is not may never end.
            whole.body = try await response.body.collected(atMost: 1_048_576)
            return .unwanted(whole)
        }
        response.body = Self.failing(response.body, redaction(operation))
        return response
    }

    /// Asks what an act would send.
    func plan(_ operation: Operation, _ act: ActRequest) async throws -> ActPlan {
        guard act.method != "HEAD" else {
            throw DatadogError(
                .configuration,
                details: "a response to HEAD has no room for a plan: ask for the plan of a GET"
            )
        }
        var request = try request(for: operation, act)
        request.headers.append(("Keyway-Dry-Run", "true"))
        let response = try await send(request, operation) { request in
            let response = try await transport.send(request)
            return response.status == 200 && !response.isOfThirdParty ? .wanted(response) : .unwanted(response)
        }
        return try decode(response) { json throws(JSONMismatch) in try json.value("data") }
    }

    /// The request of an act: the client's own headers, and then the caller's.
    private func request(for operation: Operation, _ act: ActRequest) throws(DatadogError) -> TransportRequest {
        try act.check()
        var request = try request(for: operation, followedBy: act.path + (act.query.map { "?\($0)" } ?? ""))
        request.isRepeatable = false
        request.timeout = act.timeout
        request.body = act.body
        var headers = [(name: "Accept", value: "*/*")] + request.headers.filter { $0.name != "Accept" }
        if act.body != nil { headers.append((name: "Content-Type", value: "application/octet-stream")) }
        var given: Set<String> = []
        for header in act.headers {
            let index = headers.firstIndex { $0.name.isSameHeader(as: header.name) }
            let isFirst = given.insert(header.name.lowercased()).inserted
            switch index {
            case nil: headers.append(header)
            case let index? where isFirst: headers[index] = header
            // Several of a name are one, with commas between (RFC 9110, section 5.3).
            case let index?: headers[index].value += ", \(header.value)"
            }
        }
        request.headers = headers
        return request
    }

    /// A body that breaks off as operations fail.
    private static func failing(_ body: BodyPieces, _ redaction: Redaction) -> BodyPieces {
        BodyPieces {
            do {
                return try await body.nextPiece()
            } catch let error as TransportError {
                throw DatadogError(.transport, details: redaction.scrub(error.description))
            }
        }
    }
}

extension TransportResponse {
    /// Whether it is a third party's response, whatever its status. Third parties can't send headers of that name.
    fileprivate var isOfThirdParty: Bool { header("Keyway-Upstream-Status") != nil }
}
