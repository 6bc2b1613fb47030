import ActService
import HTTPServer
import NetworkTypes

extension Quota {
    /// Adds them in lower case: official clients for Java look for no other spelling.
    func addHeaders(to response: inout Response) {
        response.headers.append(.init(name: "x-ratelimit-limit", value: String(limit.requests)))
        response.headers.append(.init(name: "x-ratelimit-period", value: String(limit.seconds)))
        response.headers.append(.init(name: "x-ratelimit-remaining", value: String(remaining)))
        response.headers.append(.init(name: "x-ratelimit-reset", value: String(reset)))
        response.headers.append(.init(name: "x-ratelimit-name", value: name))
    }
}
