package import Documents

/// The rules of a connection that keep acts from being done, each with the rules before it that are weaker: those decide
/// first.
///
/// Settings may be changed freely as long as all guards hold.
package struct GuardingRules: Sendable {
    private struct Guard: Sendable {
        let rule: JSONValue
        let effect: RuleEffect
        let weakerBefore: [JSONValue]
    }

    private let guards: [Guard]
    /// Whether they are enforced, and not only observed.
    private let areEnforced: Bool

    /// - Parameter attributes: The attributes of stored settings; `nil` if there are none.
    package init(settings attributes: JSONValue?) {
        areEnforced = attributes?["mode"]?.text.map { $0 == "observe" } != true
        let rules = attributes?["rules"]?.elements ?? []
        guards = rules.enumerated().compactMap { index, rule in
            let effect = RuleEffect(of: rule)
            guard effect != .allow else { return nil }
            let before = rules[..<index].filter { RuleEffect(of: $0).isWeaker(than: effect) }
            return Guard(rule: rule, effect: effect, weakerBefore: before)
        }
    }

    /// Whether there are none.
    package var isEmpty: Bool { guards.isEmpty }

    /// Whether other settings keep from being done whatever these keep from it.
    ///
    /// - Parameter attributes: The attributes of the other settings.
    /// - Returns: `true` if that is sure: each guard is still there or covered by another one, and no weaker rule comes
    ///   before it that did not before.
    package func hold(in attributes: JSONValue) -> Bool {
        guard !guards.isEmpty else { return true }
        if areEnforced, attributes["mode"]?.text.map({ $0 == "observe" }) == true { return false }
        let rules = attributes["rules"]?.elements ?? []
        return guards.allSatisfy { old in
            let end = rules.firstIndex { rule in
                RuleEffect(of: rule).isWeaker(than: old.effect) && !old.weakerBefore.contains(rule)
            }
            return rules[..<(end ?? rules.endIndex)].contains { $0.covers(old.rule) }
        }
    }
}

extension RuleEffect {
    fileprivate init(of rule: JSONValue) {
        self.init(rule["effect"]?.text?.string)
    }
}

// Rules as settings have them.
extension JSONValue {
    /// Whether this rule keeps from being done all that the other one keeps from it.
    fileprivate func covers(_ other: JSONValue) -> Bool {
        !RuleEffect(of: self).isWeaker(than: RuleEffect(of: other))
            && ["principals", "methods", "paths"].allSatisfy { includesTexts(of: other, in: $0) }
            && (self["body"]?.elements ?? []).allSatisfy { mine in
                (other["body"]?.elements ?? []).contains { mine.isMetWherever($0) }
            }
    }

    /// Whether a list of texts, which stands for all if it is left out, has those of another.
    private func includesTexts(of other: JSONValue, in member: String) -> Bool {
        guard let mine = self[member], mine != .null else { return true }
        guard let others = other[member], others != .null else { return false }
        return Set(mine.strings).isSuperset(of: others.strings)
    }

    /// Whether this condition is met wherever another is.
    private func isMetWherever(_ other: JSONValue) -> Bool {
        let mine = self["values"]?.elements ?? []
        return self["pointer"] == other["pointer"]
            && (other["values"]?.elements ?? []).allSatisfy { mine.contains($0) }
    }
}
