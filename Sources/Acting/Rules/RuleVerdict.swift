/// The verdict of rules on an act.
package enum RuleVerdict: Sendable, Equatable {
    /// It may be done; by that rule, or because there are no rules.
    case allowed(rule: String?)
    /// It may not be done.
    case refused(RuleRefusal)
    /// It may be done, since rules are only observed. Enforced, they would refuse it.
    case observed(RuleRefusal)
}

/// Why no rule allows an act: what of it does not fit the rule that comes nearest.
package struct RuleRefusal: Sendable, Equatable {
    package let rule: String
    package let mismatches: [RuleMismatch]

    /// Whether the rule might allow the act, if the body was short enough to be looked at.
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
        "No rule of this connection allows the request. The nearest is \"\(rule)\": \(parts)."
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
