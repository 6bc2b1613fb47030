import Documents
import NetworkTypes
import Secrets

/// AWS' Signature Version 4, in a header (IAM User Guide, "Create a signed AWS API request").
struct SignatureV4 {
    static let algorithm = "AWS4-HMAC-SHA256"

    let credentials: AWSCredentials
    let scope: SigningScope
    let time: Timestamp
    /// Whether the path is signed as it is sent, as S3 has it: others encode it once more.
    let encodesPathOnce: Bool

    /// The value of `Authorization`, for a path and a query as they are sent, all headers that are to be signed (`Host`
    /// and `X-Amz-Date` among them), and the hexadecimal SHA-256 of the body.
    func authorization(
        method: String,
        path: String,
        query: String?,
        headers: [(name: String, value: Secret)],
        payloadDigest: String
    ) -> String {
        let request = CanonicalRequest(
            method: method,
            path: encodesPathOnce ? CanonicalPath.ofObject(path) : CanonicalPath.normalised(path),
            query: query,
            headers: CanonicalHeaders(headers),
            payload: payloadDigest
        )
        let date = UTCTime.compact(time)
        let key = AWSSigningKey(credentials.secretAccessKey, day: String(date.prefix(8)), scope)
        let signature = key.signature(of: "\(Self.algorithm)\n\(date)\n\(key.scope)\n\(request.digest)")
        return "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(key.scope), "
            + "SignedHeaders=\(request.headers.names), Signature=\(signature)"
    }
}
