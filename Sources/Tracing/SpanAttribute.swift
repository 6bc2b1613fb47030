package import Documents

/// A fact of a span. There are no others: none of these holds a path, a query, a header, a body or a secret.
package struct SpanAttribute: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case text(String)
        case number(Int64)
    }

    let name: String
    let value: Value

    private init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// The method of a request: one that everyone knows, or `_OTHER`, since it may be any word of the caller's.
    package static func method(_ name: String) -> SpanAttribute {
        SpanAttribute("http.request.method", .text(SpanName.known(method: name)))
    }

    /// The template of an endpoint's path, as it is declared.
    package static func route(_ template: String) -> SpanAttribute { .init("http.route", .text(template)) }

    /// The status of a response.
    package static func status(_ status: Int) -> SpanAttribute {
        .init("http.response.status_code", .number(Int64(status)))
    }

    /// Keyway's name of a request, as in its response, its log line and its audit events.
    package static func request(_ id: String) -> SpanAttribute { .init("keyway.request_id", .text(id)) }

    package static func organization(_ id: Identifier) -> SpanAttribute { .init(id, as: "organization") }

    package static func applicationKey(_ id: Identifier) -> SpanAttribute { .init(id, as: "application_key") }

    package static func accessToken(_ id: Identifier) -> SpanAttribute { .init(id, as: "access_token") }

    package static func actToken(_ id: Identifier) -> SpanAttribute { .init(id, as: "act_token") }

    package static func connection(_ id: Identifier) -> SpanAttribute { .init(id, as: "connection") }

    /// The wire type of a connection's integration.
    package static func integration(_ type: String) -> SpanAttribute { .init("keyway.integration", .text(type)) }

    /// The outcome of an act, in the words of audit log and metrics.
    package static func outcome(_ code: String) -> SpanAttribute { .init("keyway.outcome", .text(code)) }

    private init(_ id: Identifier, as kind: String) {
        self.init("keyway.\(kind)_id", .text(id.description))
    }
}
