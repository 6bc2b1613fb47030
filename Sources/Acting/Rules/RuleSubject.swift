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
    /// The part after the first `?`, with nothing unescaped; `nil` if there is none.
    package let rawQuery: String?
    /// The headers as they are planned, which say how a server will read the body.
    package let headers: [FoldedHeader]
    package let body: SecretBuffer
    /// Whether the body is sent while it comes, so that it can't be looked at; then ``body`` is empty.
    package let isBodyStreamed: Bool
    /// Whether a caller who signs requests has signed the body: another may have changed it otherwise.
    package let isBodySigned: Bool

    package init(
        principal: Principal,
        method: String,
        rawPath: String,
        rawQuery: String?,
        headers: [FoldedHeader],
        body: SecretBuffer,
        isBodyStreamed: Bool = false,
        isBodySigned: Bool = true
    ) {
        self.principal = principal
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.isBodyStreamed = isBodyStreamed
        self.isBodySigned = isBodySigned
    }

    /// The body's value.
    ///
    /// - Returns: `nil` unless the headers call it plain JSON in UTF-8, and it is: read as a form, in another character
    ///   set or decompressed, the same bytes might say something else.
    func readBody() -> JSONValue? {
        guard isCalledJSON, isPlain else { return nil }
        return try? JSONReader.read(body)
    }

    /// Whether the body is in no content coding.
    private var isPlain: Bool { values(of: "content-encoding").allSatisfy { $0.lowercased() == "identity" } }

    /// Whether a parameter of the query, or of a body that some server may take for a form, overrides the method.
    ///
    /// Rack takes a body for a form that comes without a media type.
    var overridesMethod: Bool {
        if MethodOverride.stands(in: rawQuery) { return true }
        guard body.count > 0, mayBeForm else { return false }
        return withExtendedLifetime(body) { MethodOverride.stands(in: body.bytes) }
    }

    /// Whether the method may be overridden in a body that can't be looked at. Frameworks look for it in POSTs
    /// alone.
    var mayOverrideMethodUnseen: Bool {
        isBodyStreamed && method.uppercased() == "POST" && mayBeForm
    }

    /// Whether some server may find another method in the query or the body: in a form, in parts or in JSON. A body of
    /// those kinds that can't be read may hold one.
    var mayOverrideMethod: Bool {
        if overridesMethod || mayOverrideMethodUnseen { return true }
        guard method.uppercased() == "POST", hasBody else { return false }
        let types = values(of: "content-type").map { $0.lowercased() }
        let (isParts, isJSON) = (types.contains { $0.contains("multipart") }, types.contains { $0.contains("json") })
        guard isParts || isJSON || mayBeForm else { return false }
        guard !isBodyStreamed, isPlain else { return true }
        if isJSON {
            guard let value = try? JSONReader.read(body) else { return true }
            if case .object(let members) = value,
                members.contains(where: { MethodOverride.isName(Array($0.name.string.utf8)) })
            {
                return true
            }
        }
        return isParts && withExtendedLifetime(body) { MethodOverride.mayStand(inParts: body.bytes) }
    }

    /// Whether there is a body at all.
    var hasBody: Bool { isBodyStreamed || body.count > 0 }

    /// Whether some server may take the body for a form.
    private var mayBeForm: Bool {
        let types = values(of: "content-type")
        return types.isEmpty || types.contains { $0.lowercased().contains("form-urlencoded") }
    }

    private var isCalledJSON: Bool {
        let types = values(of: "content-type")
        guard types.count == 1, let type = types.first else { return false }
        let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        guard let name = parts.first, parts.count <= 2 else { return false }
        return JSONMediaTypes.contain(name)
            && (parts.count == 1 || parts[1] == "charset=utf-8" || parts[1] == "charset=\"utf-8\"")
    }

    /// The values of all headers that a server may take for that one, by its folded name.
    private func values(of name: String) -> [String] {
        headers.filter { $0.folded.text == name }.map { $0.value[...].trimmed }
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
