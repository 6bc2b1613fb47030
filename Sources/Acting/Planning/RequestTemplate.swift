import Connections
import LinkRewriting
import NetworkTypes

/// The additions of a connection to every request through it: worked out once for a revision of the connection and its
/// settings. Secrets stand in it as their addresses.
struct RequestTemplate: Sendable {
    /// One addition. An error that a step holds is that of each act which comes so far.
    enum Step: Sendable {
        case refuse(ActRefusal)
        /// Joins the path to the base URL, or to that of another version of the API.
        case join(BaseAddress, siblings: [SiblingAddress])
        /// Joins the path to the service of Google's that its first segment names.
        case joinGoogleService
        /// Takes out every header that may be taken for that one.
        case removeHeader(HeaderName)
        /// The same, and puts a header in their place; where prefixes are given, only if the path begins with one of
        /// them.
        case setHeader(HeaderName, Result<PlannedHeader, ActRefusal>, below: [String])
        case removeParameter(String)
        /// Puts a query parameter in the place of all that may be taken for it.
        case setParameter(String, PlannedText)
        /// The body of a request whose caller sends none, where its method may have one.
        case setBody(Result<PlannedText, ActRefusal>, mediaType: PlannedHeader?)
        /// Takes the content of a Cloud Storage object as it is stored.
        case takeStoredContent
        /// Has the token obtained so.
        case exchange(TokenExchange)
    }

    let steps: [Step]
    /// The headers that are added where the caller has none of that name.
    let standardHeaders: [PlannedHeader]

    init(of subject: ConnectionMembers) {
        var steps: [Step] = []
        do throws(ActRefusal) {
            switch subject.credentialType.authentication {
            case .placed(let placements): try Self.place(placements, of: subject, in: &steps)
            case .chosen(let setting, let choices):
                let value = subject.setting(setting)
                guard let choice = choices.first(where: { value == nil || $0.value == value }) else {
                    throw ActRefusal(
                        .connectionNotUsable,
                        "\(setting) in the connection's settings must be one of "
                            + choices.map(\.value).joined(separator: ", ")
                    )
                }
                try Self.place(choice.placements, of: subject, in: &steps)
            case .assumedRole: break
            case .serviceAccount:
                let base = try subject.overridingAddress()
                steps.append(base.map { .join($0, siblings: []) } ?? .joinGoogleService)
                steps += [.takeStoredContent, .exchange(try subject.googleExchange())]
                steps += ["key", "access_token", "oauth_token"].map(Step.removeParameter)
            case .clientCredentials:
                steps.append(.join(try subject.baseAddress(), siblings: []))
                steps.append(.exchange(try subject.azureExchange()))
            case .placeholders: try Self.placePlaceholders(of: subject, in: &steps)
            }
        } catch {
            steps.append(.refuse(error))
        }
        self.steps = steps
        standardHeaders = subject.integration.standardHeaders.map { header in
            PlannedHeader(name: header.name, PlannedText(header.setting.flatMap(subject.setting) ?? header.value))
        }
    }

    /// Credentials that stand in the request as they are.
    private static func place(
        _ placements: [Authentication.Placement],
        of subject: ConnectionMembers,
        in steps: inout [Step]
    ) throws(ActRefusal) {
        let base = try subject.baseAddress()
        let siblings = base.ownPath == nil ? [] : subject.siblingPaths.map { SiblingAddress($0, of: base) }
        steps.append(.join(base, siblings: siblings))
        for placement in placements {
            switch placement {
            case .header(let name, let template, let prefixes):
                let header = Result { () throws(ActRefusal) in PlannedHeader(name: name, try subject.text(template)) }
                steps.append(.setHeader(HeaderName(name), header, below: prefixes))
            case .query(let name, let template):
                steps.append(.set(parameter: name, try subject.text(template).escaped(by: .percent)))
            case .basic(let user, let password):
                let pair = PlannedText.Part.basic(try subject.text(user), try subject.text(password))
                steps.append(.set(header: "Authorization", PlannedText([.text("Basic "), pair])))
            case .noHeader(let name): steps.append(.removeHeader(HeaderName(name)))
            case .noQuery(let name): steps.append(.removeParameter(name))
            }
        }
    }
}

extension RequestTemplate.Step {
    /// Puts a header in the place of all that may be taken for it.
    static func set(header name: String, _ value: PlannedText) -> Self {
        let header = PlannedHeader(name: name, value)
        return .setHeader(header.folded, .success(header), below: [])
    }

    /// Puts a query parameter in the place of all that may be taken for it.
    static func set(parameter name: String, _ value: PlannedText) -> Self {
        .setParameter(name, PlannedText([.text(TextEscape.percent.escape(name) + "=")] + value.parts))
    }
}

extension PlannedHeader {
    init(name: String, _ value: PlannedText) {
        self.init(name: name, folded: HeaderName(name), value: value)
    }
}

/// The address of another version of an integration's API.
struct SiblingAddress: Sendable {
    let ownPath: BasePath
    let address: Result<BaseAddress, ActRefusal>
    /// The part of a caller's path that leads to it.
    let prefix: String

    init(_ path: String, of base: BaseAddress) {
        ownPath = BasePath(path)
        address = Result { () throws(ActRefusal) in try base.sibling(at: path) }
        prefix = String(path[(path.lastIndex(of: "/") ?? path.startIndex)...])
    }
}

extension ActDraft {
    /// Adds what the connection adds to every request.
    mutating func apply(_ template: RequestTemplate) throws(ActRefusal) {
        for step in template.steps {
            switch step {
            case .refuse(let refusal): throw refusal
            case .join(let base, let siblings): try join(base, or: siblings)
            case .removeHeader(let name): remove(header: name)
            case .setHeader(let name, let header, let prefixes):
                remove(header: name)
                guard prefixes.isEmpty || prefixes.contains(where: pathBelowBase.hasPrefix) else { continue }
                append(try header.get())
            case .removeParameter(let name): try query.remove(name)
            case .setParameter(let name, let parameter):
                try query.remove(name)
                addedQuery.append(parameter)
            case .setBody(let text, let mediaType):
                guard case .none = body, !["GET", "HEAD", "DELETE", "OPTIONS"].contains(method.uppercased()) else {
                    continue
                }
                body = .configured(try text.get())
                if let mediaType { set(mediaType) }
            case .joinGoogleService: try joinGoogleService()
            case .takeStoredContent:
                if callerTakesGzip, query.parameters.contains("alt=media") { acceptedCodings = AcceptedCodings.stored }
            case .exchange(let exchange): self.exchange = exchange
            }
        }
    }
}
