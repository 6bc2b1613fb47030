/// A request that changes nothing and tells whether credentials work.
package struct Probe: Sendable {
    package enum Step: Sendable, Equatable {
        /// A GET of a path and query below the base URL.
        case get(String)
        /// No request: that a token was issued is the proof.
        case exchange
        /// AWS' `GetCallerIdentity`, which needs no permission.
        case callerIdentity
        /// Only the setting `probe_path` can tell.
        case setting
    }

    package let step: Step
    /// The checks that come before the status alone decides.
    package let rules: [Rule]

    /// The meaning of a response, where its status alone does not tell.
    package struct Rule: Sendable {
        package enum Condition: Sendable {
            case always
            /// The body holds that text.
            case bodyContains(String)
            /// The body is no JSON, or what stands at that path in it is not that string.
            case memberIsNot([String], String)
        }

        package let status: Int
        package let condition: Condition
        package let outcome: ProbeOutcome
        /// Advice for people.
        package let hint: String

        package init(_ status: Int, _ condition: Condition = .always, _ outcome: ProbeOutcome, _ hint: String) {
            self.status = status
            self.condition = condition
            self.outcome = outcome
            self.hint = hint
        }
    }

    private init(step: Step, rules: [Rule]) {
        self.step = step
        self.rules = rules
    }

    package static func get(_ target: String, _ rules: Rule...) -> Probe {
        Probe(step: .get(target), rules: rules)
    }

    package static let exchange = Probe(step: .exchange, rules: [])
    package static let callerIdentity = Probe(step: .callerIdentity, rules: [])
    package static let setting = Probe(step: .setting, rules: [])
}

/// The result of a connection test.
package enum ProbeOutcome: String, Sendable, CaseIterable {
    case valid
    case invalid
    case validButForbidden = "valid_but_forbidden"
    case throttled
    case unreachable
}
