package import Connections
package import Egress
import Documents
import JSONReading

/// Finds the request that tells whether a connection works, and what the response to it means.
package struct ActProber: Sendable {
    private let planner: ActPlanner

    package init(planner: ActPlanner) {
        self.planner = planner
    }

    /// The test of a connection that was not read yet.
    package func probe(of stored: ActConnection.Stored) throws(ActRefusal) -> ActProbe {
        try probe(of: try planner.connection(stored))
    }

    /// The test of a connection: what its integration declares, or a GET of the setting `probe_path`.
    package func probe(of connection: ActConnection) throws(ActRefusal) -> ActProbe {
        let members = connection.members
        let probe = members.credentialType.probe
        if let path = members.setting("probe_path") {
            return ActProbe(try plan(path, on: connection), sendsRequest: true, rules: [])
        }
        switch probe.step {
        case .get(let target): return ActProbe(try plan(target, on: connection), sendsRequest: true, rules: probe.rules)
        case .callerIdentity:
            let region = members.setting("region") ?? planner.endpoints.standardRegion
            let target = "/sts/\(region)/?Action=GetCallerIdentity&Version=2011-06-15"
            return ActProbe(try plan(target, on: connection), sendsRequest: true, rules: probe.rules)
        case .exchange:
            // Any request will do, as it is not sent; the path names a service where it must.
            return ActProbe(try plan("/oauth2/", on: connection), sendsRequest: false, rules: [])
        case .setting:
            throw ActRefusal(
                .probeNotDeclared,
                "nothing tells whether this connection works: set probe_path in its settings to a path that a GET "
                    + "changes nothing by"
            )
        }
    }

    private func plan(_ target: String, on connection: ActConnection) throws(ActRefusal) -> PlannedAct {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = parts[0].isEmpty || parts[0].hasPrefix("/") ? parts[0] : "/" + parts[0]
        let request = ActRequest(
            method: "GET",
            path: path,
            query: parts.count > 1 ? parts[1] : nil,
            headers: [FoldedHeader(name: "Accept", value: "application/json")]
        )
        return try planner.plan(request, on: connection)
    }
}

/// The test of one connection.
package struct ActProbe: Sendable {
    package let act: PlannedAct
    /// Whether the request is to be sent. If not, that it could be authenticated, with a new token, is the proof.
    package let sendsRequest: Bool
    private let rules: [Probe.Rule]

    init(_ act: PlannedAct, sendsRequest: Bool, rules: [Probe.Rule]) {
        self.act = act
        self.sendsRequest = sendsRequest
        self.rules = rules
    }

    /// The verdict on a request that could be authenticated, where that is the proof.
    package let verdictOnExchange = ProbeVerdict(.valid, nil)

    /// The verdict on a response. The first few thousand bytes of its body are enough.
    package func verdict(on head: ResponseHead, body: UnsafeRawBufferPointer) -> ProbeVerdict {
        for rule in rules where rule.status == head.status && rule.condition.holds(of: body) {
            return ProbeVerdict(rule.outcome, rule.hint)
        }
        switch head.status {
        case 200..<300: return ProbeVerdict(.valid, nil)
        case 401: return ProbeVerdict(.invalid, "the third party does not take the credentials: send them again")
        case 403:
            return ProbeVerdict(.validButForbidden, "the credentials are known, but may not do what the test asks for")
        case 429: return ProbeVerdict(.throttled, "the third party has had too many requests: try again later")
        case 500...:
            return ProbeVerdict(.unreachable, "the third party responded with status \(head.status): try again later")
        default:
            return ProbeVerdict(
                .unreachable,
                "the third party responded with status \(head.status), which says nothing about the credentials: "
                    + "check the base URL and probe_path"
            )
        }
    }

    /// The verdict on a request that could not be authenticated.
    package func verdict(on failure: ActFailure) -> ProbeVerdict {
        switch failure.code {
        case .secretMissing, .secretUnusable, .tokenRefused: ProbeVerdict(.invalid, failure.detail)
        case .tokenThrottled: ProbeVerdict(.throttled, failure.detail)
        case .principalMissing, .principalRefused, .tokenUnreachable, .tokenMalformed:
            ProbeVerdict(.unreachable, failure.detail)
        }
    }

    /// The verdict on a request without a response.
    package func verdict(on error: EgressError) -> ProbeVerdict {
        let reason =
            switch error {
            case .refusedAddress: "its address is one that the operator does not allow requests to"
            case .plaintextNotAllowed: "it is reached by plain HTTP, which the operator does not allow"
            case .malformedURL: "its URL is malformed"
            case .malformedHeader: "a header is malformed"
            case .unresolvableHost: "its host's name is unknown"
            case .connectionFailed: "no connection can be made"
            case .insecure: "its certificate is not valid, or TLS failed otherwise"
            case .timedOut: "it does not respond in time"
            case .responseTooLarge, .headersTooLarge, .malformedResponse, .secretInCoding: "its response cannot be read"
            case .malformedBody, .unsignedBody, .bodyTooLarge: "the request's body can't be sent"
            case .cancelled, .stopped: "the test was given up"
            }
        return ProbeVerdict(.unreachable, "the third party was not reached: \(reason)")
    }
}

/// The result of the test of a connection, and what to do about it.
package struct ProbeVerdict: Sendable, Equatable {
    package let outcome: ProbeOutcome
    /// For people; `nil` if there is nothing to do.
    package let hint: String?

    init(_ outcome: ProbeOutcome, _ hint: String?) {
        self.outcome = outcome
        self.hint = hint
    }
}

extension Probe.Rule.Condition {
    fileprivate func holds(of body: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .always: return true
        case .bodyContains(let text): return body[...].contains(text.utf8)
        case .memberIsNot(let path, let text):
            guard let value = try? JSONReader.read(body) else { return true }
            let member = path.reduce(JSONValue?.some(value)) { $0?[$1] }
            return member != .string(text)
        }
    }
}
