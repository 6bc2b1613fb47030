import Documents
import Egress
import JSONReading
import Secrets

/// A response of an OAuth 2.0 token endpoint (RFC 6749, sections 5.1 and 5.2).
enum BearerTokenResponse {
    /// A token that is said to live for longer is requested again after a day.
    private static let longestLife: Int64 = 86_400

    static func token(
        _ head: ResponseHead,
        _ body: SecretBuffer,
        issuer: String,
        at time: Timestamp
    ) -> Result<MintedToken, ActFailure> {
        let answer = try? JSONReader.read(body)
        guard head.status == 200 else {
            let code = ActFailure.vendorCode(answer?["error"]?.text?.string)
            return .failure(ActFailure(status: head.status, vendorCode: code, issuer))
        }
        let type = answer?["token_type"]?.text?.string.lowercased() ?? "bearer"
        guard let token = answer?["access_token"]?.text?.secret, token.count > 0, !token.containsControl,
            type == "bearer", let seconds = seconds(answer?["expires_in"])
        else {
            return .failure(ActFailure(.tokenMalformed, "\(issuer) responded without a bearer token and its lifetime"))
        }
        let life = min(seconds, longestLife)
        let expiry = Timestamp(microseconds: time.microseconds + life * 1_000_000)
        return .success(MintedToken(content: .bearer(token), issued: time, expiry: expiry))
    }

    /// A number, which some write as a string.
    private static func seconds(_ value: JSONValue?) -> Int64? {
        switch value {
        case .integer(let number)? where number > 0: number
        case .number(let number)? where number > 0 && number < 1e12: Int64(number)
        case .string(let text)?: Int64(text.string).flatMap { $0 > 0 ? $0 : nil }
        default: nil
        }
    }
}
