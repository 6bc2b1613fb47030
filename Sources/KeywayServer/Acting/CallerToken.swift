import Access
import ActService
import Acting
import Documents
import HTTPServer
import NetworkTypes

/// The act token that a request carries where its tool puts the vendor's own credential.
struct CallerToken {
    let digest: KeyDigest
    /// Each place of it. Which of them a connection takes a credential from is for the plan to say.
    let places: [TokenPlace]

    /// The beginning of every act token, which nothing else in the head of a request may have: it would travel on.
    static let prefix: StaticString = "kwa_"
    private static let mark = "\(prefix)"

    /// - Returns: `nil` if there is none.
    /// - Throws: ``APIError`` if one stands where no credential does, or if there are several.
    init?(in request: any ServiceRequest) throws(APIError) {
        guard Self.mayStand(in: request) else { return nil }
        guard !request.rawPath.holds(Self.prefix) else {
            throw Self.misplaced("The path", at: nil)
        }
        var found = Finding()
        request.forEachHeader { found.look(at: $0) }
        for parameter in (request.rawQuery ?? "").split(separator: "&") { found.look(atParameter: parameter) }
        if let error = found.error { throw error }
        guard let text = found.text else { return nil }
        digest = KeyDigest(of: text)
        places = found.places
    }

    /// Whether a closer look is worth its time. A token in basic authentication can't be seen without decoding it.
    private static func mayStand(in request: any ServiceRequest) -> Bool {
        if request.headersHold(prefix) || request.rawQuery?.holds(prefix) ?? false || request.rawPath.holds(prefix) {
            return true
        }
        return ["Authorization", "Proxy-Authorization"].contains { (name: StaticString) in
            request.header(name).map { BasicCredentials($0) != nil } ?? false
        }
    }

    private static func misplaced(_ place: String, at source: APIError.Issue.Source?) -> APIError {
        APIError(
            400,
            "\(place) holds the beginning of an act token (\(mark)), where no credential stands: it would travel on to the "
                + "third party. Send the token as Authorization: Bearer, or where the vendor's own credential would stand.",
            at: source
        )
    }

    /// The token and its places, as far as the search has come.
    private struct Finding {
        var text: String?
        var places: [TokenPlace] = []
        var error: APIError?

        mutating func look(at header: HeaderField) {
            let name = header.name.lowercased()
            let isAuthorization = name == "authorization" || name == "proxy-authorization"
            if isAuthorization, let basic = BasicCredentials(header.value) {
                let parts = [basic.user, basic.password].filter { $0.contains(mark) }
                for part in parts {
                    note(part, in: .header(header.name), "The header \(header.name)", isAuthorization: true)
                }
                return
            }
            guard header.value.holds(CallerToken.prefix), let start = header.value.firstRange(of: mark)?.lowerBound
            else { return }
            var value = header.value
            while let last = value.last, last == " " || last == "\"" { value.removeLast() }
            // Behind a scheme, with or without a blank, or alone.
            let token = isAuthorization ? value[start...] : value.drop { $0 == " " }
            note(
                String(token),
                in: .header(header.name),
                "The header \(header.name)",
                isAuthorization: isAuthorization
            )
        }

        mutating func look(atParameter parameter: Substring) {
            guard parameter.contains(mark) else { return }
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                error = misplaced("The query", at: nil)
                return
            }
            note(String(parts[1]), in: .parameter(String(parts[0])), "The query")
        }

        private mutating func note(
            _ text: String,
            in place: TokenPlace,
            _ name: String,
            isAuthorization: Bool = false
        ) {
            let source: APIError.Issue.Source? = if case .header(let header) = place { .header(header) } else { nil }
            guard text.hasPrefix(mark), text.utf8.dropFirst(mark.utf8.count).allSatisfy(Self.isTokenCharacter) else {
                error = error ?? (isAuthorization ? Self.malformed(at: source) : misplaced(name, at: source))
                return
            }
            if let first = self.text, first != text {
                error = APIError(400, "The request carries different act tokens. Send one.", at: source)
            }
            self.text = text
            places.append(place)
        }

        private static func malformed(at source: APIError.Issue.Source?) -> APIError {
            APIError(400, "The act token is malformed or cut off: copy it again, whole.", at: source)
        }

        private static func isTokenCharacter(_ byte: UInt8) -> Bool {
            byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_")
        }
    }
}
