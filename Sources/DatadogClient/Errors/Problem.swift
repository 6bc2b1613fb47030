/// One thing that the server says is wrong with a request.
public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// A description of the error.
    public let detail: String
    /// The kind of error; `nil` where the API returns mere texts.
    public let title: String?
    /// The member of the body that is to blame, as RFC 6901 has it.
    public let pointer: String?
    /// The path or query parameter that is to blame.
    public let parameter: String?
    /// The header that is to blame.
    public let header: String?

    init(
        detail: String,
        title: String? = nil,
        pointer: String? = nil,
        parameter: String? = nil,
        header: String? = nil
    ) {
        self.detail = detail
        self.title = title
        self.pointer = pointer
        self.parameter = parameter
        self.header = header
    }

    /// The description and the place of the error.
    public var description: String {
        guard let place = pointer ?? parameter ?? header, !place.isEmpty, !detail.contains(place) else { return detail }
        return "\(place): \(detail)"
    }
}

extension Problem {
    /// All that an error body names, in either of the API's families: objects, or strings.
    ///
    /// - Parameter body: The body; what is neither has no problems.
    /// - Returns: The problems, in the body's order.
    static func all(in body: JSONValue) -> [Problem] {
        (body["errors"]?.elements ?? []).compactMap(Problem.init)
    }

    private init?(_ json: JSONValue) {
        switch json {
        case .string(let detail):
            self.init(detail: detail)
        case .object:
            let title = json["title"]?.text
            var detail = json["detail"]?.text ?? title ?? ""
            // The reference sometimes says what it means in `meta` alone, by member.
            if case .object(let meta) = json["meta"] {
                let remarks = meta.members.compactMap { member in member.value.text.map { "\(member.name): \($0)" } }
                if !remarks.isEmpty { detail += " (\(remarks.joined(separator: "; ")))" }
            }
            let source = json["source"]
            self.init(
                detail: detail,
                title: title,
                pointer: source?["pointer"]?.text,
                parameter: source?["parameter"]?.text,
                header: source?["header"]?.text
            )
        default: return nil
        }
    }

    /// The same, with every text passed through `scrub`.
    func mapTexts(_ scrub: (String) -> String) -> Problem {
        Problem(
            detail: scrub(detail),
            title: title.map(scrub),
            pointer: pointer.map(scrub),
            parameter: parameter.map(scrub),
            header: header.map(scrub)
        )
    }
}
