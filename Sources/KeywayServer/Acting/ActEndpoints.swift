import Access
import ActService
import Acting
import Connections
import Documents
import Egress
import HTTPServer
import NetworkTypes
import Secrets

/// Acting through a connection: by a request of the caller's, or by the one that tells whether its credentials work.
struct ActEndpoints: Sendable {
    let acts: ConnectionActs

    /// Asks for the plan of an act instead of the act.
    fileprivate static let dryRun = "Keyway-Dry-Run"

    /// The path that stands for a connection's base URL.
    static func path(of connection: String) -> String { "/api/v2/actions/connections/\(connection)/proxy" }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: "/api/v2/actions/connections/{connection_id}",
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true),
            malformedID: .refused,
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                nil,
                "/proxy/{path...}",
                "ActThroughConnection",
                "Send a request through a connection, which authenticates it; the response is the third party's",
                responses: [
                    DescribedResponse(
                        200,
                        "The third party's response, or with Keyway-Dry-Run the request that would be sent",
                        .anything
                    ),
                    DescribedResponse(
                        nil,
                        "The third party's response, or with Keyway-Error the reason why it was not asked",
                        .anything
                    ), .error(400, "The id is not a UUID, or the request can't be sent"),
                ],
                .act(act)
            ),
            group.endpoint(
                .post,
                "/test",
                "TestActionConnection",
                "Tell whether a connection's credentials work, by a request that changes nothing",
                responses: [
                    .ok("The result of the test", "ConnectionTest"),
                    .error(400, "The id is not a UUID, or there is a body"),
                    .error(409, "The connection lacks what a test needs"),
                ],
                .question(test)
            ),
        ]
    }

    private func act(_ call: Call, _ sink: HTTPActSink) throws {
        // Without even a slash it is the base URL itself.
        let request = call.actRequest(path: call.parameters["path"].map { "/" + $0 } ?? "")
        try acts.answer(request, through: try call.identifier("connection_id", orStatus: 400), for: call, sink)
    }

    private func test(_ call: Call) async throws -> Response {
        guard call.request.body.count == 0 || (try? call.json()) == [:] else {
            throw APIError(400, "A test takes no body: it uses the stored credentials only.", at: .pointer(""))
        }
        let id = try call.identifier("connection_id", orStatus: 400)
        return .test(of: id, try await acts.test(id, by: call.actor))
    }
}

extension ConnectionActs {
    /// Sends a request of a call's, or shows it where the call asks for a dry run.
    func answer(
        _ request: ActRequest,
        through connection: Identifier,
        for call: Call,
        _ sink: HTTPActSink
    ) throws {
        if try call.isDryRun {
            let plan = try plan(request, through: connection, by: call.actor)
            let bytes = request.upload.map(\.length) ?? request.body.count
            return sink.send(own: .plan(plan, callerBodyBytes: bytes))
        }
        perform(request, through: connection, by: call.actor, answering: sink)
    }
}

extension Call {
    /// Whether the request is only to be shown.
    fileprivate var isDryRun: Bool {
        get throws {
            let name = ActEndpoints.dryRun
            guard request.header("Keyway-Dry-Run") != nil, signed?.covers(header: name.lowercased()) ?? true else {
                return false
            }
            var values: [String] = []
            request.forEachHeader { header in
                if header.name.lowercased() == name.lowercased() { values.append(header.value.lowercased()) }
            }
            switch values {
            case [], ["false"]: return false
            case ["true"]: return true
            default: throw APIError(400, "\(name) must be true or false, once.", at: .header(name))
            }
        }
    }

    /// The request that is to be sent through the connection.
    ///
    /// - Parameters:
    ///   - path: The path below the base URL.
    ///   - arrival: Where it was sent to, if that is a third party's own host.
    /// - Returns: The request.
    func actRequest(path: String, arrival: ThirdPartyArrival? = nil) -> ActRequest {
        let upload = request.bodyStream.map(CallerUpload.init)
        return ActRequest(
            method: request.method.name,
            path: path,
            query: request.rawQuery,
            headers: request.foldedHeaders,
            body: request.body,
            upload: upload.map { upload in signed?.checking(upload) ?? upload },
            signature: signed?.signature,
            tokenPlaces: tokenPlaces,
            arrival: arrival
        )
    }
}

extension Response {
    /// The request that would be sent, with its secrets masked.
    ///
    /// - Parameters:
    ///   - plan: The request, and the rule that allows it.
    ///   - callerBodyBytes: The length of the caller's body; `nil` if it is not known yet.
    /// - Returns: The response.
    fileprivate static func plan(_ plan: DryRun, callerBodyBytes: Int?) -> Response {
        let request = plan.request
        let headers: [JSONValue] = request.headers.map { header in
            ["name": .string(header.name), "value": .string(header.value)]
        }
        var attributes: [JSONValue.Member] = [
            .init("method", .string(request.method)), .init("url", .string(request.url)),
            .init("headers", .array(headers)),
            .init("body_bytes", (request.body?.utf8.count ?? callerBodyBytes).map { .integer(Int64($0)) } ?? .null),
        ]
        if let rule = plan.rule { attributes += [.init("rule", .string(rule)), .init("effect", "allow")] }
        let data: JSONValue = ["type": "act_plan", "attributes": .object(attributes)]
        return Response(.jsonAPI, JSONWriter.bytes(of: ["data": data]))
    }

    fileprivate static func test(
        of connection: Identifier,
        _ test: ConnectionActs.TestResult
    ) -> Response {
        let attributes: JSONValue = [
            "result": .string(test.verdict.outcome.rawValue),
            "status": test.status.map { .integer(Int64($0)) } ?? .null,
            "milliseconds": .integer(Int64(test.nanoseconds / 1_000_000)),
            "hint": test.verdict.hint.map { .string($0) } ?? .null,
        ]
        let data: JSONValue = [
            "id": .string(connection.description), "type": "connection_test", "attributes": attributes,
        ]
        return Response(.jsonAPI, JSONWriter.bytes(of: ["data": data]))
    }
}
