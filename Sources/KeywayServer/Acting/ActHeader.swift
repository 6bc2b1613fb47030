import Documents
import HTTPServer
import NetworkTypes

/// The headers by which Keyway speaks of an act itself: what tells an error of its own from anything that a third party
/// says, and the name of the request.
enum ActHeader {
    static let error = "Keyway-Error"
    /// Where it says `false`, the clients of many vendors don't send the request again by themselves.
    static let shouldRetry = "X-Should-Retry"

    /// Names the request in a response to an act: in `Keyway-Request-Id`, and in `X-Request-Id` unless the third party
    /// has its own there, which its makers ask for.
    static func name(_ requestID: String, in response: inout Response) {
        response.headers.append(.init(name: "Keyway-Request-Id", value: requestID))
        guard !response.headers.contains(where: { $0.name.isSameASCII(as: "x-request-id") }) else { return }
        response.headers.append(.init(name: "X-Request-Id", value: requestID))
    }

    /// Marks a response that is an error of Keyway's own, to an act or to what may have been meant as one.
    static func mark(_ response: inout Response) {
        mark(&response.headers, status: response.status)
    }

    /// Marks the headers of such a response.
    static func mark(_ headers: inout [HeaderField], status: Int) {
        guard status >= 400, !headers.contains(where: { $0.name == error }) else { return }
        let code =
            switch status {
            case 403: "forbidden"
            case 404: "not_found"
            case 405: "method_not_allowed"
            case 413: "body_too_large"
            case 429: "too_many_requests"
            case 400..<500: "bad_request"
            case 503: "unavailable"
            default: "failed"
            }
        headers.append(.init(name: error, value: code))
        // The same request would be refused again.
        if status < 500, status != 429 { headers.append(.init(name: shouldRetry, value: "false")) }
    }
}
