import Access
import Connections
import ActService
import Documents

/// A connection as the tools tell of it.
struct DescribedConnection {
    private let description: ConnectionDescription
    private let actor: Actor

    init(_ description: ConnectionDescription, for actor: Actor) {
        self.description = description
        self.actor = actor
    }

    /// The beginning, as lists have it.
    var brief: JSONValue {
        .object([
            .init("id", .string(description.id.description)), .init("name", .string(description.name)),
            .init("integration", .string(description.integrationType)), .init("base_url", baseURL),
            .init("allows", rules),
        ])
    }

    /// All of it.
    var whole: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(description.id.description)), .init("name", .string(description.name)),
            .init("integration", .string(description.integrationType)),
            .init("vendor", description.integration.map { .string($0.title) } ?? .null),
            .init("reference", description.integration?.reference.map { .string($0) } ?? .null),
            .init("base_url", baseURL),
        ]
        if let paths { members.append(.init("paths", .string(paths))) }
        members.append(.init("allows", rules))
        members.append(
            .init(
                "limits",
                [
                    "acts_at_once": description.concurrency.map { .integer(Int64($0)) } ?? .null,
                    "acts_per_second": description.rate.map { .integer(Int64($0)) } ?? .null,
                ]
            )
        )
        if let token = actor.principal.actToken {
            var limits: [JSONValue.Member] = [.init("allows", .string(RuleWords.text(of: token.limits)))]
            if let count = token.limits.actsAtMost { limits.append(.init("acts_at_most", .integer(count))) }
            if let end = actor.principal.expiresAt { limits.append(.init("expires_at", .string(end.description))) }
            members.append(.init("act_token", .object(limits)))
        }
        if let fault = description.fault { members.append(.init("not_usable", .string(fault))) }
        return .object(members)
    }

    private var baseURL: JSONValue { description.baseURL.map { .string($0) } ?? .null }

    private var rules: JSONValue {
        .array(RuleWords(description, for: actor.principal).sentences.map { .string($0) })
    }

    /// How paths begin, where they name a service.
    private var paths: String? {
        switch description.integration?.baseURL.source {
        case .awsService?: "A path begins with the service and the region: /s3/eu-west-1/bucket"
        case .googleService?: "A path begins with the service: /storage/storage/v1/b"
        default: nil
        }
    }
}
