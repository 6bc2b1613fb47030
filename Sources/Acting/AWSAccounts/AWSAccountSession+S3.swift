import Documents
import Egress
import Secrets

/// The result of looking into a bucket.
package enum BucketFinding: Sendable, Equatable {
    /// It can be listed; an object's name, if it has any.
    case listed(firstKey: String?)
    /// It lies in another region than was asked.
    case elsewhere
    /// It may not be listed.
    case forbidden
    /// There is none of that name.
    case missing
}

extension AWSAccountSession {
    /// Looks for objects whose names begin with a prefix.
    package func list(
        bucket: String,
        in region: String,
        prefix: String
    ) async throws(AWSUnavailable) -> BucketFinding {
        let prefix = TextEscape.percent.escape(prefix)
        let answer = try await send(
            "GET",
            to: "s3",
            in: region,
            path: "/\(bucket)",
            query: "list-type=2&max-keys=1&encoding-type=url&prefix=\(prefix)"
        )
        if let actual = answer.head["x-amz-bucket-region"], actual != region { return .elsewhere }
        let content = TokenServiceResponse(answer.body)
        switch answer.head.status {
        case 200:
            // As S3 writes it in a URL.
            return .listed(firstKey: content?.text("ListBucketResult/Contents/Key"))
        case 301, 307: return .elsewhere
        case 404: return .missing
        case 400 where content?.text("Error/Code") == "AuthorizationHeaderMalformed": return .elsewhere
        case 401, 403: return .forbidden
        default:
            throw AWSUnavailable(
                detail: "AWS (s3) responded with status \(answer.head.status), which says nothing about the bucket"
            )
        }
    }

    /// Whether an object may be read, of which the first byte is asked for.
    package func mayRead(key: String, of bucket: String, in region: String) async throws(AWSUnavailable) -> Bool {
        let path = CanonicalPath.ofObject("/\(bucket)/\(key.replacing("+", with: "%20"))")
        let headers = [OutgoingRequest.Header(name: "Range", text: "bytes=0-0")]
        let answer = try await send("GET", to: "s3", in: region, path: path, headers: headers)
        return answer.head.status != 401 && answer.head.status != 403
    }
}
