/// The verdict of rules on an act.
package enum RuleVerdict: Sendable, Equatable {
    /// It may be done; by that rule, or because there are no rules.
    case allowed(rule: String?)
    /// It may not be done.
    case refused(RuleRefusal)
    /// It may be done, since rules are only observed. Enforced, they would refuse it.
    case observed(RuleRefusal)
}

/// Why an act may not be done: a rule denies it, or none allows it.
package struct RuleRefusal: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// No rule allows the act.
        case notAllowed
        /// The rule denies it.
        case denied
    }

    /// The rule that denies the act, or else the one that comes nearest to allowing it; `nil` if there is none.
    package let rule: String?
    package let reason: Reason
    /// The parts of the act that do not match as they are spelled. If the rule denies it, some server may still take
    /// them for what the rule means.
    package let mismatches: [RuleMismatch]

    init(rule: String?, _ reason: Reason, _ mismatches: [RuleMismatch]) {
        self.rule = rule
        self.reason = reason
        self.mismatches = mismatches
    }

    /// The refusal where no rule allows anything.
    static let byNone = RuleRefusal(rule: nil, .notAllowed, [])

    /// Whether the act might be allowed, if the body was short enough to be looked at.
    package var isForLength: Bool { mismatches == [.unseenBody] }

    /// How far the rule is from allowing the act: a path that does not fit weighs more than all else together, then a
    /// method, then a principal.
    var distance: Int { mismatches.reduce(0) { $0 | $1.weight } }
}

/// A part of an act that does not match a rule.
package enum RuleMismatch: Sendable, Equatable {
    case principal
    case method
    /// The query or a form names another method, which a server may take for the one that is meant.
    case methodOverride
    case path
    /// The body is no JSON, or not for everyone who reads it.
    case body
    /// The body has to be looked at, and is too long for that.
    case unseenBody
    /// The body has to be looked at, and the caller's signature does not cover it.
    case unsignedBody
    /// A member of the body is missing, or has none of the values; by its pointer.
    case bodyField(String)
}

extension RuleMismatch {
    fileprivate var weight: Int {
        switch self {
        case .path: 8
        case .method, .methodOverride: 4
        case .principal: 2
        case .body, .unseenBody, .unsignedBody, .bodyField: 1
        }
    }
}

extension RuleRefusal {
    /// The parts that do not fit, without the rule's name.
    package var parts: String { mismatches.map(\.description).joined(separator: "; ") }
}

extension RuleRefusal: CustomStringConvertible {
    /// For the caller's eyes. It quotes the rule, and nothing of the request.
    package var description: String {
        switch (reason, rule) {
        case (.denied, let rule):
            mismatches.isEmpty
                ? "The rule \"\(rule ?? "")\" of this connection denies the request."
                : """
                The rule "\(rule ?? "")" of this connection denies the request, since a server may read it as one that \
                the rule is for: \(mismatches.map(\.ambiguity).joined(separator: "; ")).
                """
        case (.notAllowed, nil): "No rule of this connection allows the request."
        case (.notAllowed, let rule?):
            "No rule of this connection allows the request. The nearest is \"\(rule)\": \(parts)."
        }
    }
}

extension RuleMismatch {
    /// The part of a request that a rule which denies takes for its own, though it is spelled otherwise.
    fileprivate var ambiguity: String {
        switch self {
        case .principal: "it is for other principals"
        case .method, .methodOverride: "a parameter may override the method"
        case .path: "its path, decoded or compared without regard to case"
        case .body: "its body is not JSON in UTF-8 that every server reads alike"
        case .unseenBody: "its body is longer than the 1048576 bytes that are looked at"
        case .unsignedBody: "its body is not covered by the signature"
        case .bodyField(let pointer): "what stands at \(pointer) of its body"
        }
    }
}

extension RuleMismatch: CustomStringConvertible {
    package var description: String {
        switch self {
        case .principal: "it is for other principals"
        case .method: "it does not allow the method"
        case .methodOverride:
            "it allows some methods only, and a parameter of the query or of a form overrides the method"
        case .path: "none of its paths matches"
        case .body: "it needs a JSON body in UTF-8, with its media type, not compressed and without duplicate members"
        case .unseenBody: "it has to look at the body, which is longer than the 1048576 bytes that are looked at"
        case .unsignedBody:
            "it has to look at the body, which the signature does not cover: have the client sign the payload, not "
                + "UNSIGNED-PAYLOAD"
        case .bodyField(let pointer): "it does not allow what stands, or is missing, at \(pointer) of the body"
        }
    }
}
