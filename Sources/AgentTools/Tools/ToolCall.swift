import Access
import Acting
import ActService
import Connections
import Documents
import Secrets
import Storage

/// A call of a tool, with all that its work needs.
struct ToolCall: Sendable {
    let arguments: JSONValue
    /// The one connection of the door's address, if that names one.
    let connection: Identifier?
    let actor: Actor
    let responder: Responder
    let core: DoorCore
    let kept: KeptResponses
    let bodies: OpenBodies

    /// The work of a tool.
    func work(of tool: AgentTool) -> DoorWork {
        switch tool {
        case .listConnections: .search { respond(listConnections) }
        case .describeConnection: .lookup { respond(describeConnection) }
        case .previewAct: .lookup { respond(preview) }
        case .act: act()
        case .testConnection: .question { await test() }
        }
    }

    private func respond(_ body: () throws -> ToolResult) -> DoorResponse {
        do {
            return responder.result(of: try body())
        } catch {
            return failure(error)
        }
    }

    /// The response in the place of a result.
    func failure(_ error: any Error, through connection: Identifier? = nil) -> DoorResponse {
        responder.result(of: ToolResult(error: text(of: error, through: connection)))
    }

    /// An error in words on which a model can act: what is refused, by what, and what would be allowed.
    private func text(of error: any Error, through connection: Identifier?) -> String {
        if let invalid = error as? ToolArguments.Invalid { return invalid.text }
        let words = core.words(error, actor.requestID)
        var text = "Keyway: \(words.text) (\(words.code))"
        if let allowed = allowed(instead: error, through: connection) { text += "\n\(allowed)" }
        if words.isTransient { text += "\nThe same may work later." }
        return text
    }

    /// The acts that would be allowed, where rules or a token refuse one.
    private func allowed(instead error: any Error, through connection: Identifier?) -> String? {
        guard let error = error as? ActError else { return nil }
        switch error.cause {
        case .rule:
            guard let connection, let description = try? core.acts.describe(connection, for: actor) else { return nil }
            let rules = RuleWords(description, for: actor.principal).sentences
            return rules.isEmpty
                ? "None of its rules is for you."
                : "Its rules, of which the first that matches decides:\n"
                    + rules.map { "- \($0)" }.joined(separator: "\n")
        case .token(.limits):
            return actor.principal.actToken.map { "The act token allows \(RuleWords.text(of: $0.limits))." }
        case .token(.otherConnection):
            return actor.principal.actToken.map { token in
                "It is for " + token.limits.connections.map(\.description).joined(separator: ", ") + "."
            }
        default: return nil
        }
    }

    // MARK: The tools

    private func describeConnection() throws -> ToolResult {
        var arguments = ToolArguments(self.arguments)
        let id = arguments.connection(at: connection)
        try arguments.finish()
        let description = try core.acts.describe(id, for: actor)
        return ToolResult(DescribedConnection(description, for: actor).whole)
    }

    private func preview() throws -> ToolResult {
        var arguments = ToolArguments(self.arguments)
        let id = arguments.connection(at: connection)
        let request = arguments.act()
        try arguments.finish()
        do {
            let plan = try core.acts.plan(request, through: id, by: actor)
            return ToolResult(.plan(plan, callerBodyBytes: request.body.count))
        } catch {
            return ToolResult(error: text(of: error, through: id))
        }
    }

    private func test() async -> DoorResponse {
        var arguments = ToolArguments(self.arguments)
        let id = arguments.connection(at: connection)
        do {
            try arguments.finish()
            return responder.result(of: ToolResult(.test(try await core.acts.test(id, by: actor))))
        } catch {
            return failure(error)
        }
    }

    private func act() -> DoorWork {
        var arguments = ToolArguments(self.arguments)
        if let cursor = arguments.text("cursor") { return readOn(cursor, arguments) }
        let id = arguments.connection(at: connection)
        let request = arguments.act()
        let view = ResponseView(&arguments)
        do {
            try arguments.finish()
        } catch {
            return .done(failure(error))
        }
        return .act { reply in
            let sink = AgentActSink(of: self, through: id, showing: view, to: reply)
            core.acts.perform(request, through: id, by: actor, answering: sink)
        }
    }

    /// Reads on in a response that was kept. Nothing is sent.
    private func readOn(_ cursor: String, _ arguments: ToolArguments) -> DoorWork {
        var arguments = arguments
        let count = arguments.number("response_bytes", in: ResponseView.bytes) ?? ResponseView.standardBytes
        do {
            try arguments.finish()
        } catch {
            return .done(
                responder.result(
                    of: ToolResult(
                        error: "Nothing was sent: with cursor, act only reads on, so send cursor alone, or with "
                            + "response_bytes. To send a request, leave cursor out."
                    )
                )
            )
        }
        return .lookup {
            respond {
                guard let place = KeptResponses.Place(cursor), let piece = kept.piece(at: place, count, for: actor),
                    connection == nil || connection == piece.connection
                else {
                    return ToolResult(error: "Nothing was sent. What cursor names is not there: \(KeptResponses.gone)")
                }
                try core.acts.requireUse(of: piece.connection, by: actor)
                return ToolResult(readingOn: piece, in: place)
            }
        }
    }
}

extension ToolArguments.Invalid {
    fileprivate var text: String {
        "Nothing was done, since the arguments are not valid: \(problems.joined(separator: "; "))."
    }
}

extension JSONValue {
    /// The request that would be sent.
    fileprivate static func plan(_ plan: DryRun, callerBodyBytes: Int) -> JSONValue {
        let request = plan.request
        let headers = request.headers.map { JSONValue.Member(JSONText($0.name), .string($0.value)) }
        var members: [JSONValue.Member] = [
            .init("allowed", true), .init("method", .string(request.method)), .init("url", .string(request.url)),
            .init("headers", .object(headers)),
            .init("body_bytes", .integer(Int64(request.body?.utf8.count ?? callerBodyBytes))),
        ]
        if let rule = plan.rule { members.append(.init("rule", .string(rule))) }
        return .object(members)
    }

    fileprivate static func test(_ test: ConnectionActs.TestResult) -> JSONValue {
        [
            "result": .string(test.verdict.outcome.rawValue),
            "status": test.status.map { .integer(Int64($0)) } ?? .null,
            "milliseconds": .integer(Int64(test.nanoseconds / 1_000_000)),
            "hint": test.verdict.hint.map { .string($0) } ?? .null,
        ]
    }
}
