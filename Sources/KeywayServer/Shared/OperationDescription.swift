import Documents

/// How an operation stands in the OpenAPI document.
struct OperationDescription: Sendable {
    /// The reference's name of the operation, as its clients have it.
    let id: String
    let summary: String
    let tag: String
    var query: [QueryParameter] = []
    /// The name of a schema among the components, of the request's body.
    var request: String?
    var requestMediaType = "application/json"
    /// The statuses that the operation itself responds with, besides those of the gate.
    let responses: [DescribedResponse]
}

/// A parameter of a query.
struct QueryParameter: Sendable {
    let name: String
    let summary: String
    let schema: JSONValue
}

/// A status that an operation responds with.
struct DescribedResponse: Sendable {
    enum Body: Sendable {
        case none
        /// A schema among the components, in a media type; `nil` is that of the endpoint's errors.
        case schema(String, MediaType?)
        case text(MediaType)
        /// Whatever a third party responds.
        case anything
        /// An error in the endpoint's family.
        case error
    }

    /// `nil` for every status that is not listed.
    let status: Int?
    let summary: String
    let body: Body

    init(_ status: Int?, _ summary: String, _ body: Body = .none) {
        self.status = status
        self.summary = summary
        self.body = body
    }

    /// Success, with a schema among the components in the media type of the endpoint's errors, if in no other.
    static func ok(_ summary: String, _ schema: String, _ mediaType: MediaType? = nil) -> DescribedResponse {
        DescribedResponse(200, summary, .schema(schema, mediaType))
    }

    /// A creation, as ``ok(_:_:_:)``.
    static func created(_ summary: String, _ schema: String) -> DescribedResponse {
        DescribedResponse(201, summary, .schema(schema, nil))
    }

    /// Success without a body.
    static func empty(_ summary: String) -> DescribedResponse { DescribedResponse(204, summary) }

    /// An error in the endpoint's family.
    static func error(_ status: Int, _ summary: String) -> DescribedResponse {
        DescribedResponse(status, summary, .error)
    }
}

extension [QueryParameter] {
    /// The parameters that ``QueryItems/page()`` reads.
    static let page: [QueryParameter] = [
        QueryParameter(
            name: "page[size]",
            summary: "The number of elements on a page",
            schema: ["type": "integer", "minimum": 1, "maximum": 100, "default": 10]
        ),
        QueryParameter(
            name: "page[number]",
            summary: "The page, counted from 0",
            schema: ["type": "integer", "minimum": 0, "maximum": 1_000_000_000, "default": 0]
        ),
        QueryParameter(
            name: "page[cursor]",
            summary: "Keyway-Next-Cursor of the page before, in the place of a number; empty for the first page",
            schema: ["type": "string"]
        ),
    ]
}
