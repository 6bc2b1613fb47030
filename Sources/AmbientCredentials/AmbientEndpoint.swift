import Documents

/// Answers as a cloud's own credential endpoint does.
package protocol AmbientEndpoint: Sendable {
    /// The path below which it answers, with a slash at its beginning and none at its end.
    var path: String { get }

    func respond(to request: AmbientRequest) async -> AmbientResponse
}

extension AmbientEndpoint {
    /// Whether a request is for this endpoint.
    func takes(_ request: AmbientRequest) -> Bool {
        request.path == path || request.path.utf8.starts(with: "\(path)/".utf8)
    }
}

/// All endpoints at one address.
package struct AmbientEndpoints: Sendable {
    private let endpoints: [any AmbientEndpoint]

    package init(_ endpoints: [any AmbientEndpoint]) {
        self.endpoints = endpoints
    }

    package func respond(to request: AmbientRequest) async -> AmbientResponse {
        guard let endpoint = endpoints.first(where: { $0.takes(request) }) else {
            return .text("There is nothing at this path.", status: 404)
        }
        return await endpoint.respond(to: request)
    }
}

extension AmbientResponse {
    /// Caches must not keep tokens.
    private static let headers = [AmbientRequest.Header("Cache-Control", "no-store")]

    static func json(
        _ value: JSONValue,
        status: Int = 200,
        _ more: [AmbientRequest.Header] = []
    ) -> AmbientResponse {
        AmbientResponse(
            status: status,
            headers: [.init("Content-Type", "application/json")] + headers + more,
            body: JSONWriter.bytes(of: value)
        )
    }

    static func text(
        _ text: String,
        status: Int = 200,
        _ more: [AmbientRequest.Header] = []
    ) -> AmbientResponse {
        AmbientResponse(
            status: status,
            headers: [.init("Content-Type", "text/plain; charset=utf-8")] + headers + more,
            body: Array(text.utf8)
        )
    }
}
