import Connections
import Documents
import HTTPServer
import NetworkTypes

extension ErrorFamily {
    /// The response to an act that is an error of Keyway's own: `errors` as everywhere, and beside it what shows the
    /// error to the clients of third parties. Clients of AWS get what their protocol has for errors.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - request: The request, whose form shows AWS' clients.
    ///   - clients: The clients of the connection's vendor.
    ///   - requestID: The id of the request.
    /// - Returns: The response.
    static func actResponse(
        to error: APIError,
        for request: any ServiceRequest,
        _ clients: ClientErrors,
        requestID: String
    ) -> Response {
        var error = error
        ActHeader.mark(&error.headers, status: error.status)
        let code = error.headers.first { $0.name == ActHeader.error }?.value ?? ""
        let message = error.issues.map(\.detail).joined(separator: " ")
        let occurrence = ClientErrors.Occurrence(
            status: error.status,
            code: code,
            message: message,
            isTransient: !error.headers.contains { $0.name == ActHeader.shouldRetry }
        )
        if let protocolOfAWS = AWSErrorProtocol(of: request) {
            return protocolOfAWS.response(to: error, occurrence, requestID: requestID)
        }
        return ErrorFamily.objects.response(to: error, adding: clients.members(occurrence))
    }
}
