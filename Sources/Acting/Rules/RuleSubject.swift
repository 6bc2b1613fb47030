package import Access
import Documents
import JSONReading
package import Secrets

/// An act, as far as rules look at it: as it will be sent.
package struct RuleSubject: Sendable {
    package let principal: Principal
    package let method: String
    /// The path below the connection's base URL, nothing unescaped; empty or beginning with a slash.
    package let rawPath: String
    /// What follows the first `?`, nothing unescaped; `nil` if there is none.
    package let rawQuery: String?
    /// The caller's headers, which say how a server will read the body.
    package let headers: [CallerHeader]
    package let body: SecretBuffer

    package init(
        principal: Principal,
        method: String,
        rawPath: String,
        rawQuery: String?,
        headers: [CallerHeader],
        body: SecretBuffer
    ) {
        self.principal = principal
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
    }

    /// The body's value.
    ///
    /// - Returns: `nil` unless the headers call it plain JSON in UTF-8, and it is: read as a form, in another character
    ///   set or decompressed, the same bytes might say something else.
    func readBody() -> JSONValue? {
        guard isCalledJSON, values(of: "content-encoding").allSatisfy({ $0.lowercased() == "identity" }) else {
            return nil
        }
        return try? JSONReader.read(body)
    }

    private var isCalledJSON: Bool {
        let types = values(of: "content-type")
        guard types.count == 1, let type = types.first else { return false }
        let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        guard let name = parts.first, parts.count <= 2 else { return false }
        let isJSON = name == "application/json" || name.hasPrefix("application/") && name.hasSuffix("+json")
        return isJSON && (parts.count == 1 || parts[1] == "charset=utf-8" || parts[1] == "charset=\"utf-8\"")
    }

    private func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name }.map { $0.value[...].trimmed }
    }
}

extension Substring {
    /// Without the blanks around it.
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
