import Connections
import Documents
import NetworkTypes

// HTTP: the connection says itself where its tokens stand. Placeholders count in what is configured alone: in a
// caller's request they would let the caller place a token where it comes back.
extension RequestTemplate {
    static func placePlaceholders(of subject: ConnectionMembers, in steps: inout [Step]) throws(ActRefusal) {
        steps.append(.join(try subject.baseAddress(), siblings: []))
        let tokens = Placeholders(tokensOf: subject)
        for (index, header) in subject.namedValues("headers") {
            guard !HeaderName(header.name).isOfTheHop else {
                throw ActRefusal(
                    .headerNotAllowed,
                    "the connection may not set the header \(header.name), which is Keyway's to set: remove it from "
                        + "the connection's headers",
                    member: subject.credential("headers", String(index), "name")
                )
            }
            let place = Placeholders.Place(
                name: "the header \(header.name)",
                member: subject.credential("headers", String(index), "value")
            )
            steps.append(.set(header: header.name, try tokens.text(header.value, .none, in: place)))
        }
        for (index, parameter) in subject.namedValues("url_parameters") {
            let place = Placeholders.Place(
                name: "the URL parameter \(parameter.name)",
                member: subject.credential("url_parameters", String(index), "value")
            )
            let value = try tokens.text(parameter.value, .percent, in: place, literals: .percent)
            steps.append(.set(parameter: parameter.name, value))
        }
        placeBody(of: subject, tokens, in: &steps)
    }

    /// The configured body. An error in it is one of those requests that have it.
    private static func placeBody(of subject: ConnectionMembers, _ tokens: Placeholders, in steps: inout [Step]) {
        guard let body = subject.credentialValue("body"), let content = body["content"]?.text?.string else { return }
        let mediaType = body["content_type"]?.text?.string ?? ""
        let place = Placeholders.Place(name: "the body", member: subject.credential("body", "content"))
        let text = Result { () throws(ActRefusal) in
            try tokens.text(content, .forContent(of: mediaType), in: place)
        }
        let header = mediaType.isEmpty ? nil : PlannedHeader(name: "Content-Type", PlannedText(mediaType))
        steps.append(.setBody(text, mediaType: header))
    }
}

extension ConnectionMembers {
    /// The elements of a list of names and values, each with its index in the document.
    fileprivate func namedValues(_ list: String) -> [(index: Int, element: (name: String, value: String))] {
        guard case .array(let elements)? = credentialValue(list) else { return [] }
        return elements.enumerated().compactMap { index, element in
            guard let name = element["name"]?.text, let value = element["value"]?.text else { return nil }
            return (index, (name.string, value.string))
        }
    }
}

extension TextEscape {
    /// How a value is written in content of a media type.
    fileprivate static func forContent(of mediaType: String) -> TextEscape {
        let essence = mediaType.lowercased().prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        if essence == "application/json" || essence.hasSuffix("+json") { return .json }
        return essence == "application/x-www-form-urlencoded" ? .form : .none
    }
}
