package import Access
package import Documents

/// The acts that a connection's settings allow.
///
/// The first rule that matches decides. With rules, what none of them allows is refused. A rule that allows matches what
/// is sent, byte by byte: nothing is decoded first. One that denies matches all that a server may take for it.
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
        var nearest = RuleRefusal.byNone
        for rule in rules {
            let mismatches = rule.mismatches(of: &subject)
            switch rule.effect {
            case .allow:
                guard !mismatches.isEmpty else { return .allowed(rule: rule.name) }
                let refusal = RuleRefusal(rule: rule.name, .notAllowed, mismatches)
                if nearest.rule == nil || refusal.distance < nearest.distance { nearest = refusal }
            case .deny:
                guard mismatches.isEmpty || rule.matchesWidely(&subject) else { continue }
                return verdict(RuleRefusal(rule: rule.name, .denied, mismatches))
            }
        }
        return verdict(nearest)
    }

    private func verdict(_ refusal: RuleRefusal) -> RuleVerdict { isObserving ? .observed(refusal) : .refused(refusal) }
}

/// One rule: it decides on what fits all its parts.
private struct Rule: Sendable {
    let name: String
    let effect: RuleEffect
    /// `nil` for everyone.
    private let principals: Set<RestrictionPolicy.Subject>?
    /// `nil` for all.
    private let methods: Set<String>?
    /// `nil` for all.
    private let paths: [PathPattern]?
    private let body: [BodyCondition]

    init(_ rule: JSONValue) {
        name = rule["name"]?.text?.string ?? ""
        effect = RuleEffect(rule["effect"]?.text?.string)
        principals = rule["principals"].map { Set($0.strings.compactMap { RestrictionPolicy.Subject($0) }) }
        methods = rule["methods"].map { Set($0.strings) }
        paths = rule["paths"]?.strings.compactMap { PathPattern($0) } ?? []
        body = rule["body"]?.elements.map(BodyCondition.init) ?? []
    }

    init(_ limits: ActToken.Limits) {
        name = "act token"
        effect = .allow
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

    /// Whether some server may read an act so that all parts match. A body that can't be read as the rule needs matches.
    func matchesWidely(_ subject: inout JudgedSubject) -> Bool {
        if let principals, principals.isDisjoint(with: subject.act.principal.subjects) { return false }
        if let methods, !methods.contains(subject.act.method.uppercased()), !subject.mayOverrideMethod { return false }
        if let paths {
            let readings = subject.readings
            guard paths.contains(where: { $0.matchesWidely(readings) }) else { return false }
        }
        guard !body.isEmpty else { return true }
        guard subject.act.hasBody else { return false }
        guard subject.act.isBodySigned, !subject.act.isBodyStreamed, let value = subject.body else { return true }
        return body.allSatisfy { $0.mayBeMet(by: value) }
    }
}

/// An act with what rules look at, each found once.
private struct JudgedSubject {
    let act: RuleSubject
    let path: [PathSegment]?
    lazy var overridesMethod = act.overridesMethod
    lazy var mayOverrideMethod = act.mayOverrideMethod
    lazy var readings = PathReadings(of: act.rawPath.utf8)
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
