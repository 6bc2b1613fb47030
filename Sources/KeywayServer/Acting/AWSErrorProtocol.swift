import Connections
import Documents
import HTTPServer
import NetworkTypes

/// How a client of AWS reads errors, by the request that it has signed.
enum AWSErrorProtocol {
    /// `Error` alone in XML, as S3 has it.
    case objectStorage
    /// `ErrorResponse` in XML, as the query protocol has it, and REST in XML besides S3.
    case query
    /// `Errors` in XML, as EC2 has it.
    case ec2
    /// `__type` and `message` in JSON.
    case json

    /// The protocol of a request; `nil` for one that no client of AWS has signed.
    init?(of request: any ServiceRequest) {
        let credential: Substring
        if let authorization = request.header("Authorization"), authorization.hasPrefix("AWS4-") {
            // Credential=AKID/20130524/us-east-1/s3/aws4_request
            let parts = authorization.split(separator: "Credential=", maxSplits: 1)
            credential = parts.dropFirst().first?.prefix { $0 != "," && $0 != " " } ?? ""
        } else if let parameter = request.rawQuery?.split(separator: "&").first(where: {
            $0.hasPrefix("X-Amz-Credential=")
        }) {
            credential = parameter.drop { $0 != "=" }.replacing("%2F", with: "/")
        } else {
            return nil
        }
        let scope = credential.split(separator: "/")
        let service = scope.count > 2 && scope.last == "aws4_request" ? scope[scope.count - 2] : ""
        switch service {
        case "s3", "s3express", "s3-outposts": self = .objectStorage
        case "ec2": self = .ec2
        case "cloudfront", "route53": self = .query
        default:
            let type = request.header("Content-Type")?.lowercased() ?? ""
            self = type.hasPrefix("application/x-www-form-urlencoded") ? .query : .json
        }
    }

    /// The codes that AWS itself has; all others say whose they are.
    private static let ownCodes: Set<String> = [
        APIError.signatureMismatch, "access_denied", "incomplete_signature", "invalid_access_key_id",
        "request_time_too_skewed",
    ]

    func response(
        to error: APIError,
        _ occurrence: ClientErrors.Occurrence,
        requestID: String
    ) -> Response {
        // rule_refused becomes KeywayRuleRefused.
        let words = occurrence.code.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let code = (Self.ownCodes.contains(occurrence.code) ? "" : "Keyway") + words.joined()
        let message = "<Code>\(code)</Code><Message>\(Self.escaped(occurrence.message))</Message>"
        switch self {
        case .json:
            var response = ErrorFamily.objects.response(
                to: error,
                adding: [.init("__type", .string(code)), .init("message", .string(occurrence.message))]
            )
            response.headers.append(.init(name: "X-Amzn-ErrorType", value: code))
            return response
        case .objectStorage:
            return Self.xml("<Error>\(message)<RequestId>\(requestID)</RequestId></Error>", error)
        case .query:
            let side = occurrence.isTransient ? "Receiver" : "Sender"
            return Self.xml(
                "<ErrorResponse><Error><Type>\(side)</Type>\(message)</Error><RequestId>\(requestID)</RequestId>"
                    + "</ErrorResponse>",
                error
            )
        case .ec2:
            return Self.xml(
                "<Response><Errors><Error>\(message)</Error></Errors><RequestID>\(requestID)</RequestID></Response>",
                error
            )
        }
    }

    private static func xml(_ document: String, _ error: APIError) -> Response {
        var response = Response(
            .xml,
            status: error.status,
            Array((#"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + document).utf8)
        )
        response.headers += error.headers
        return response
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
