import Access
import Acting
import Documents
import Storage

/// Keeps rules that keep acts from being done, unless the caller may loosen them.
///
/// Otherwise a caller who may write a connection could lift such a rule before acting.
struct GuardCheck: Sendable {
    let planner: ActPlanner

    /// A connection and its settings, as they are stored or about to be.
    struct State {
        let document: JSONValue
        /// The document of the settings; `nil` if there is none.
        let settings: JSONValue?
    }

    /// Finds the members of a change that loosen rules.
    ///
    /// - Returns: Their pointers; none if all rules hold.
    func loosened(from old: State, to new: State, _ id: Identifier) -> [String] {
        let guards = GuardingRules(settings: old.settings?["attributes"])
        guard !guards.isEmpty else { return [] }
        var pointers: [String] = []
        if !guards.hold(in: new.settings?["attributes"] ?? [:]) { pointers.append("/data/attributes/rules") }
        // Paths are those below it: with another one, the same pattern means other paths.
        if baseURL(old, id) != baseURL(new, id) {
            let names = ["base_url", "host", "management_url", "custom_domain"]
            let changed = names.first { old.settings?["attributes"]?[$0] != new.settings?["attributes"]?[$0] }
            pointers.append("/data/attributes/\(changed ?? "integration")")
        }
        return pointers
    }

    /// Refuses to loosen rules.
    ///
    /// - Parameters:
    ///   - pointers: The members that do, from ``loosened(from:to:_:)``.
    ///   - principal: The caller.
    /// - Throws: ``APIError`` with 403 if there are any, and the caller may not.
    static func require(loosening pointers: [String], by principal: Principal) throws {
        guard !pointers.isEmpty, !principal.permissions.contains(.connectionsRulesLoosen) else { return }
        throw APIError(
            403,
            pointers.map { pointer in
                APIError.Issue(
                    detail: """
                        \(pointer) would loosen rules that keep acts from being done. Keep those rules, with none before \
                        them that allows more, or use a key with the permission \
                        \(Permission.connectionsRulesLoosen.rawValue).
                        """,
                    source: .pointer(pointer)
                )
            }
        )
    }

    private func baseURL(_ state: State, _ id: Identifier) -> String? {
        let stored = ActConnection.Stored(
            organization: id,
            id: id,
            revision: 0,
            document: state.document,
            settings: state.settings?["attributes"]
        )
        return (try? planner.connection(stored))?.baseURL
    }
}
