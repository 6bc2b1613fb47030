import Documents

extension StatePlan {
    /// The plan for people: a line for each document, and one for each of its fields that changes.
    var text: String {
        var text = changes.map(\.text).joined()
        if !text.isEmpty { text += "\n" }
        return text + summary + "\n"
    }

    /// How much is to be done, in one sentence.
    var summary: String {
        func count(_ isCounted: (StateStep.Action) -> Bool) -> Int { steps.count { isCounted($0.action) } }
        let creates = count { $0 == .create }
        let keeps = count { $0 == .keep }
        let deletes = count { if case .delete = $0 { true } else { false } }
        let updates = steps.count - creates - keeps - deletes
        if changes.isEmpty { return "Nothing to do: \(keeps) unchanged." }
        return "\(creates) to create, \(updates) to update, \(deletes) to delete, \(keeps) unchanged."
    }
}

extension StateStep {
    /// The step with its fields, a line each.
    fileprivate var text: String {
        let secrets = neededSecrets.map { "    * \($0.address): secret, asked for" }
        let lines = (difference.changes + [dataExports].compactMap { $0 }).map { "    " + $0.text } + secrets
        return ([title] + (file == nil ? [] : lines)).map { TextLayout.printable($0) + "\n" }.joined()
    }

    /// The step in one line.
    private var title: String {
        let place = file.map { "\($0): " } ?? ""
        return switch action {
        case .create: "+ create \(place)\(key)"
        case .update(let id): "~ update \(place)\(key) (\(id))"
        case .delete(let id): "- delete \(place)\(key) (\(id))"
        case .keep: "= keep \(place)\(key)"
        }
    }
}

extension FieldChange {
    fileprivate var text: String {
        switch (before, after) {
        case (nil, let after?): "+ \(path): \(after.text)"
        case (let before?, nil): "- \(path): \(before.text)"
        case (let before?, let after?): "~ \(path): \(before.text) → \(after.text)"
        case (nil, nil): path
        }
    }
}

extension JSONValue {
    /// Compact JSON.
    fileprivate var text: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}
