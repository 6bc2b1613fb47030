import Acting
import Documents
import Secrets
import Storage

/// Refuses connections and settings that could never be acted with, when they are written.
///
/// Documents stored before such a check was made stay editable: of a document that was unusable already, only members
/// that a change touches are refused.
struct UsabilityCheck: Sendable {
    let planner: ActPlanner

    /// Checks a connection that is about to be written.
    ///
    /// - Parameters:
    ///   - draft: The connection.
    ///   - settings: The stored document of its settings, if it has any.
    ///   - body: The body that writes it; asked for only where something is refused.
    /// - Throws: ``InvalidDocument`` that names the members.
    func check(
        _ draft: DocumentWriter.Draft,
        settings: JSONValue?,
        sentBy body: @autoclosure () throws -> JSONValue
    ) throws {
        let secrets = Dictionary(draft.secrets.map { ($0.address, $0.value) }) { $1 }
        try check(
            planner.objections(to: connection(draft.document, settings, of: draft.record.id), bringing: secrets),
            in: draft.document,
            sentBy: body,
            after: draft.previous,
            objectionsBefore: {
                draft.previous.map { planner.objections(to: connection($0, settings, of: draft.record.id)) } ?? []
            },
            of: \.isOfConnection
        )
    }

    /// Checks settings that are about to be written.
    func check(settings: JSONValue, after previous: JSONValue?, of document: JSONValue, _ id: Identifier) throws {
        try check(
            planner.objections(to: connection(document, settings, of: id)),
            in: settings,
            sentBy: { ["data": settings] },
            after: previous,
            objectionsBefore: { planner.objections(to: connection(document, previous, of: id)) },
            of: \.isOfSettings
        )
    }

    private func check(
        _ objections: [ActRefusal],
        in document: JSONValue,
        sentBy body: () throws -> JSONValue,
        after previous: JSONValue?,
        objectionsBefore: () -> [ActRefusal],
        of kind: KeyPath<ActRefusal.Member, Bool>
    ) throws {
        var members = objections.compactMap { objection in
            objection.member.flatMap { $0[keyPath: kind] ? (pointer: $0.pointer, detail: objection.detail) : nil }
        }
        guard !members.isEmpty else { return }
        if let previous, objectionsBefore().contains(where: { $0.member?[keyPath: kind] == true }) {
            members.removeAll { member in
                // A secret is empty in every document, and is refused only where it was sent.
                let value = document.value(at: member.pointer)
                return value != nil && value?.text?.isEmpty == false && value == previous.value(at: member.pointer)
            }
        }
        guard !members.isEmpty else { return }
        let body = try body()
        throw InvalidDocument(
            members.map { Problem(pointer: Self.place(of: $0.pointer, of: document, in: body), detail: $0.detail) }
        )
    }

    /// Where a body has what stands at that place of the document that it makes. An update may send of a list some
    /// elements only, by their names.
    private static func place(of pointer: String, of document: JSONValue, in body: JSONValue) -> String {
        let steps = JSONPointer.steps(pointer.utf8) ?? []
        guard let position = steps.lastIndex(where: { Int($0) != nil }) else { return pointer }
        let list = steps[..<position].reduce("") { $0 + "/" + JSONPointer.escape($1) }
        guard
            let name = document.value(at: "\(list)/\(steps[position])")?["name"]?.text?.string,
            case .array(let sent)? = body["data"]?.value(at: list),
            let index = sent.firstIndex(where: { $0["name"]?.text?.string.lowercased() == name.lowercased() })
        else { return pointer }
        return steps[(position + 1)...].reduce("\(list)/\(index)") { $0 + "/" + JSONPointer.escape($1) }
    }

    private func connection(_ document: JSONValue, _ settings: JSONValue?, of id: Identifier) -> ActConnection.Stored {
        // A plan is made of neither organisation nor revision: they tell whose tokens are used.
        ActConnection.Stored(
            organization: id,
            id: id,
            revision: 0,
            document: document,
            settings: settings?["attributes"]
        )
    }
}

extension ActRefusal.Member {
    fileprivate var isOfConnection: Bool {
        if case .connection = self { true } else { false }
    }

    fileprivate var isOfSettings: Bool { !isOfConnection }
}

extension JSONValue {
    /// The value at a place in a body whose `data` this is.
    fileprivate func value(at pointer: String) -> JSONValue? {
        JSONPointer.steps(pointer.utf8)?.dropFirst().reduce(self) { (value: JSONValue?, step) in
            guard case .array(let elements)? = value else { return value?[step] }
            return Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        }
    }
}
