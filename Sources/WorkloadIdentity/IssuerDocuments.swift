import Documents
package import Egress
import JSONReading
package import Secrets

/// Fetches what issuers publish.
package protocol IssuerDocuments: Sendable {
    /// The body behind a URL, which is given with status 200 and is no longer than that.
    func document(at url: String, atMost bytes: Int) async -> Result<SecretBuffer, IssuerFailure>
}

extension IssuerDocuments {
    private static var configurationBytesAtMost: Int { 64 * 1_024 }
    private static var keysBytesAtMost: Int { 256 * 1_024 }

    /// Finds an issuer's keys as OpenID Connect Discovery 1.0 says it, section 4.
    func keys(of url: String) async -> Result<KeySet, IssuerFailure> {
        let base = url.utf8.last == UInt8(ascii: "/") ? String(url.dropLast()) : url
        let configuration = await document(
            at: "\(base)/.well-known/openid-configuration",
            atMost: Self.configurationBytesAtMost
        )
        switch configuration.flatMap({ Self.keysURL(in: $0, of: url) }) {
        case .failure(let failure): return .failure(failure)
        case .success(let place):
            let keys = await document(at: place, atMost: Self.keysBytesAtMost)
            return keys.flatMap { text in Result { () throws(IssuerFailure) in try KeySet(parsing: text) } }
        }
    }

    /// The place of the keys in a configuration that is the issuer's own.
    private static func keysURL(in text: SecretBuffer, of url: String) -> Result<String, IssuerFailure> {
        guard let configuration = try? JSONReader.read(text), let issuer = configuration["issuer"]?.text, issuer == url,
            let place = configuration["jwks_uri"]?.text?.string
        else { return .failure(.malformedConfiguration) }
        // Keys that come in plain text could be anyone's.
        let mayBePlain = url.utf8.starts(with: "http://".utf8)
        guard mayBePlain || place.utf8.starts(with: "https://".utf8) else { return .failure(.malformedConfiguration) }
        return .success(place)
    }
}

/// Fetches them through the guard of addresses. No redirect is followed.
package struct GuardedIssuerDocuments: IssuerDocuments {
    /// How long one document may take, in seconds.
    private static let seconds = 10.0

    private let egress: EgressClient

    package init(egress: EgressClient) {
        self.egress = egress
    }

    package func document(at url: String, atMost bytes: Int) async -> Result<SecretBuffer, IssuerFailure> {
        guard let (origin, target) = WebOrigin.parts(of: url) else { return .failure(.malformedConfiguration) }
        let request = OutgoingRequest(
            method: "GET",
            origin: origin,
            target: Secret(copying: target.utf8),
            headers: [.init(name: "Accept", text: "application/json")],
            timeout: .exact(Self.seconds)
        )
        let egress = egress
        let outcome = await withTaskGroup(of: Result<CollectedResponse, EgressError>?.self) { group in
            group.addTask {
                do throws(EgressError) {
                    return .success(try await egress.collect(request, atMost: bytes))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(Self.seconds))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        switch outcome {
        case nil: return .failure(.unreachable("it takes too long"))
        case .failure(let error)?: return .failure(.unreachable(error.issuerDetail))
        case .success(let answer)?:
            return answer.head.status == 200 ? .success(answer.body) : .failure(.status(answer.head.status))
        }
    }
}

extension EgressError {
    /// The error in words, without anything that a third party sent.
    fileprivate var issuerDetail: String {
        switch self {
        case .refusedAddress: "its address may not be connected to"
        case .plaintextNotAllowed: "plain HTTP is not allowed"
        case .malformedURL, .malformedHeader: "its URL is malformed"
        case .unresolvableHost: "its host has no address"
        case .connectionFailed: "no connection came about"
        case .insecure: "its certificate is not valid, or TLS failed otherwise"
        case .timedOut: "it takes too long"
        case .responseTooLarge, .headersTooLarge: "its response is too long"
        case .malformedResponse, .malformedBody, .unsignedBody, .bodyTooLarge, .secretInCoding:
            "its response is malformed"
        case .cancelled, .stopped: "the server stops"
        }
    }
}
