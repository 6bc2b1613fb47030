/// The effect of a rule on the acts that match it.
package enum RuleEffect: String, Sendable {
    /// They may be done. Such a rule matches narrowly: what is sent has to be spelled as the rule has it.
    case allow
    /// They may not be done. Such a rule matches widely: every reading that a server may have of a request counts.
    case deny

    /// Reads the member of a rule.
    ///
    /// - Parameter text: The member; `nil` is the default. An effect that this version does not know denies.
    init(_ text: String?) {
        self = text.map { RuleEffect(rawValue: $0) ?? .deny } ?? .allow
    }

    /// Whether acts that match are let through more easily than with the other effect.
    func isWeaker(than other: RuleEffect) -> Bool { strength < other.strength }

    private var strength: Int {
        switch self {
        case .allow: 0
        case .deny: 1
        }
    }
}
