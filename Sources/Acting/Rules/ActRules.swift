package import Access
package import Documents

/// The acts that a connection's settings allow.
///
/// With rules, what none of them allows is refused. What is matched is what is sent, byte by byte: nothing is decoded
/// first.
package struct ActRules: Sendable {
    private let rules: [Rule]
    /// Whether rules are only observed.
    private let isObserving: Bool

    /// Those that allow everything.
    package static let none = ActRules(rules: [], isObserving: false)

    private init(rules: [Rule], isObserving: Bool) {
        self.rules = rules
        self.isObserving = isObserving
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// Reads the rules of settings.
    ///
    /// - Parameter attributes: The attributes of valid settings; those of none are an empty object.
    package init(settings attributes: JSONValue) {
        rules = attributes["rules"]?.elements.map(Rule.init) ?? []
        isObserving = attributes["mode"]?.text.map { $0 == "observe" } ?? false
    }

    /// The limits of an act token, as one rule.
    package init(_ limits: ActToken.Limits) {
        guard limits.methods != nil || limits.paths != nil else {
            self = .none
            return
        }
        self.init(rules: [Rule(limits)], isObserving: false)
    }

    package func judge(_ act: RuleSubject) -> RuleVerdict {
        guard !rules.isEmpty else { return .allowed(rule: nil) }
        var subject = JudgedSubject(act)
        var nearest: RuleRefusal?
        for rule in rules {
            let mismatches = rule.mismatches(of: &subject)
            guard !mismatches.isEmpty else { return .allowed(rule: rule.name) }
            let refusal = RuleRefusal(rule: rule.name, mismatches: mismatches)
            if nearest.map({ refusal.distance < $0.distance }) ?? true { nearest = refusal }
        }
        guard let nearest else { return .allowed(rule: nil) }
        return isObserving ? .observed(nearest) : .refused(nearest)
    }
}

/// One rule: it allows what fits all its parts.
private struct Rule: Sendable {
    let name: String
    /// `nil` for everyone.
    private let principals: Set<RestrictionPolicy.Subject>?
    /// `nil` for all.
    private let methods: Set<String>?
    /// `nil` for all.
    private let paths: [PathPattern]?
    private let body: [BodyCondition]

    init(_ rule: JSONValue) {
        name = rule["name"]?.text?.string ?? ""
        principals = rule["principals"].map { Set($0.strings.compactMap { RestrictionPolicy.Subject($0) }) }
        methods = rule["methods"].map { Set($0.strings) }
        paths = rule["paths"]?.strings.compactMap { PathPattern($0) } ?? []
        body = rule["body"]?.elements.map(BodyCondition.init) ?? []
    }

    init(_ limits: ActToken.Limits) {
        name = "act token"
        principals = nil
        methods = limits.methods.map(Set.init)
        paths = limits.paths?.compactMap { PathPattern($0) }
        body = []
    }

    /// The parts of an act that do not match. The body is examined only where everything else matches.
    func mismatches(of subject: inout JudgedSubject) -> [RuleMismatch] {
        var mismatches: [RuleMismatch] = []
        if let principals, principals.isDisjoint(with: subject.act.principal.subjects) { mismatches.append(.principal) }
        if let methods {
            if !methods.contains(subject.act.method) {
                mismatches.append(.method)
            } else if subject.overridesMethod {
                mismatches.append(.methodOverride)
            } else if subject.act.mayOverrideMethodUnseen {
                mismatches.append(.unseenBody)
            }
        }
        if let paths, !paths.contains(where: { $0.matches(subject.path) }) { mismatches.append(.path) }
        guard mismatches.isEmpty, !body.isEmpty else { return mismatches }
        guard subject.act.isBodySigned else { return [.unsignedBody] }
        guard !subject.act.isBodyStreamed else { return [.unseenBody] }
        guard let value = subject.body else { return [.body] }
        return body.filter { !$0.isMet(by: value) }.map { .bodyField($0.pointer) }
    }
}

/// An act with what rules look at, each found once.
private struct JudgedSubject {
    let act: RuleSubject
    let path: [PathSegment]?
    lazy var overridesMethod = act.overridesMethod
    /// The body, `nil` if it is no JSON for everyone who reads it.
    lazy var body = act.readBody()

    init(_ act: RuleSubject) {
        self.act = act
        path = PathSegment.segments(of: act.rawPath)
    }
}

extension JSONValue {
    /// The elements of a list; none of anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The strings of a list.
    var strings: [String] { elements.compactMap { $0.text?.string } }
}
