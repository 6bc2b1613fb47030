import Access
import Cryptography
import Documents
import HTTPServer
import Storage

/// A search of the audit log.
struct AuditSearch: Sendable {
    static let limitAtMost = 1000
    static let sorting = ["timestamp", "-timestamp"]

    /// The texts of a request, from its query or its body.
    struct Texts {
        var query: String?
        var from: String?
        var to: String?
        var sort: String?
        var cursor: String?
        var limit: Int?
    }

    /// Names the parameters as the request does, for errors.
    struct Places {
        let query: APIError.Issue.Source
        let from: APIError.Issue.Source
        let to: APIError.Issue.Source
        let sort: APIError.Issue.Source
        let cursor: APIError.Issue.Source
        let limit: APIError.Issue.Source
    }

    let texts: Texts
    let query: AuditQuery
    let span: AuditSpan
    let limit: Int
    /// The beginning of every cursor of this search.
    private let binding: String

    init(_ texts: Texts, at places: Places, in organization: Identifier, now: Timestamp = .now) throws {
        func refusal(_ place: APIError.Issue.Source, _ rule: String) -> APIError {
            APIError(400, "\(place.name) \(rule)", at: place)
        }
        self.texts = texts
        limit = texts.limit ?? 10
        guard (1...Self.limitAtMost).contains(limit) else {
            throw refusal(places.limit, "must be a whole number from 1 to \(Self.limitAtMost).")
        }
        let sort = texts.sort ?? "-timestamp"
        guard Self.sorting.contains(sort) else { throw refusal(places.sort, "must be timestamp or -timestamp.") }
        do {
            query = try AuditQueryParser.parse(texts.query ?? "")
        } catch {
            throw refusal(
                places.query,
                "is not understood at character \(error.position): \(error.explanation). \(AuditQueryParser.supported)."
            )
        }
        func time(_ text: String?, _ place: APIError.Issue.Source) throws -> Timestamp? {
            guard let text else { return nil }
            guard let time = SearchTime.read(text, now: now) else {
                throw refusal(place, "must be \(SearchTime.forms).")
            }
            return time
        }
        let from = try time(texts.from, places.from) ?? Timestamp(microseconds: .min)
        let to = try time(texts.to, places.to) ?? Timestamp(microseconds: .max)
        guard from <= to else { throw refusal(places.from, "must not be after \(places.to.name).") }
        let parts = [organization.description, texts.query ?? "", texts.from ?? "", texts.to ?? "", sort]
        // Of texts of any content: each with its length.
        let bound = parts.map { "\($0.utf8.count):\($0)" }.joined()
        binding = String(SHA256.digest(of: bound).description.prefix(16))
        let span = AuditSpan(from: from, to: to, isDescending: sort == "-timestamp")
        guard let cursor = texts.cursor else {
            self.span = span
            return
        }
        guard let continued = span.continued(by: cursor, boundTo: binding) else {
            throw refusal(
                places.cursor,
                "belongs to another search, or is damaged: send the cursor of the previous page, with everything else "
                    + "unchanged."
            )
        }
        self.span = continued
    }

    /// Where the next page begins. It holds the times that this search began with, so that `now` stays what it was.
    func cursor(after position: AuditSpan.Position) -> String {
        let numbers = [
            position.time.microseconds, position.sequence, span.from.microseconds, span.to.microseconds,
        ]
        return ([binding] + numbers.map(String.init)).joined(separator: ".")
    }
}

extension AuditSpan {
    fileprivate func continued(by cursor: String, boundTo binding: String) -> AuditSpan? {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        guard parts.first == binding[...], parts.count == 5, numbers.count == 4, numbers[1] >= 0 else { return nil }
        return AuditSpan(
            from: Timestamp(microseconds: numbers[2]),
            to: Timestamp(microseconds: numbers[3]),
            isDescending: isDescending,
            after: Position(time: Timestamp(microseconds: numbers[0]), sequence: numbers[1])
        )
    }
}

extension APIError.Issue.Source {
    fileprivate var name: String {
        switch self {
        case .pointer(let name), .parameter(let name), .header(let name): name
        }
    }
}
