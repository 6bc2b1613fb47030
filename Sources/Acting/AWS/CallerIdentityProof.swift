import Cryptography
package import Documents
import Egress
import JSONReading
import Secrets

/// A signed request for the name of its signer (AWS STS API Reference, `GetCallerIdentity`): a proof to anyone who
/// sends it, who learns no key by that.
///
/// It reads `BODY|HEADERS|METHOD|URL`, each but the method in base64, where the headers are a JSON object of lists. One
/// of those that are signed names the organisation, so that a proof for one server is none for another.
package struct CallerIdentityProof: Sendable {
    /// The organisation that it was made for.
    package let organization: Identifier
    package let time: Timestamp
    /// The signature, by which a proof that comes again is known: whatever else in it can be written in other ways.
    package let signature: String
    private let request: OutgoingRequest
    private let partition: String

    /// How long a proof is taken, before and after its time, in seconds.
    package static let window = SignatureClaim.skew
    private static let organizationHeader = "x-ddog-org-id"
    private static let body = "Action=GetCallerIdentity&Version=2011-06-15"
    private static let longest = 32_768
    private static let headersAtMost = 32

    /// - Throws: ``CallerIdentityRefusal`` for what is no such proof, or one for another host than STS'.
    package init(
        parsing text: String,
        endpoints: AWSEndpoints,
        now: Timestamp
    ) throws(CallerIdentityRefusal) {
        let parts = text.utf8.count > Self.longest ? [] : text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, let body = Self.decoded(parts[0]), let names = Self.decoded(parts[1]),
            let url = Self.decoded(parts[3])
        else {
            throw CallerIdentityRefusal("the proof must read BODY|HEADERS|METHOD|URL, each but METHOD in base64")
        }
        guard body == Self.body, parts[2] == "POST" || Self.decoded(parts[2]) == "POST" else {
            throw CallerIdentityRefusal("the proof must be a POST of \(Self.body)")
        }
        let host = try Self.host(of: url)
        guard let service = Self.service(named: host, in: endpoints) else {
            throw CallerIdentityRefusal("the proof must be for a host of AWS STS, such as sts.eu-west-1.amazonaws.com")
        }
        let headers = try Self.headers(names)
        let signed = SignedRequest(
            method: "POST",
            path: "/",
            query: nil,
            headers: headers,
            body: .whole(Array(Self.body.utf8).withUnsafeBytes { SecretBuffer(copying: $0) })
        )
        let claim = try Self.claim(of: signed, for: host, now)
        guard let organization = signed.values(of: Self.organizationHeader).first.flatMap({ Identifier($0) }) else {
            throw CallerIdentityRefusal("\(Self.organizationHeader) must be the id of the organisation")
        }
        self.organization = organization
        time = claim.time
        signature = claim.signature
        partition = service.partition
        let sent = headers.filter { header in
            let name = header.name.lowercased()
            return name == "authorization"
                || claim.signedHeaders.contains(name) && !["host", "content-length"].contains(name)
        }
        request = OutgoingRequest(
            method: "POST",
            origin: service.address.origin,
            target: Secret(copying: (service.address.path.isEmpty ? "/" : service.address.path).utf8),
            headers: sent.map { OutgoingRequest.Header(name: $0.name, text: $0.value) },
            body: Array(Self.body.utf8).withUnsafeBytes { SecretBuffer(copying: $0) },
            host: host
        )
    }

    /// `nil` for another host than STS', or where the operator names a place for it that can't be used.
    private static func service(named host: String, in endpoints: AWSEndpoints) -> AWSIdentityService? {
        (try? endpoints.identityService(named: host)) ?? nil
    }

    private static func decoded(_ digits: Substring) -> String? {
        var digits = digits
        let buffer = digits.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0), .standard) }
        return buffer.map { buffer in
            withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
        }
    }

    private static func host(of url: String) throws(CallerIdentityRefusal) -> String {
        let prefix = "https://"
        let rest = url.dropFirst(prefix.count)
        let host = rest.hasSuffix("/") ? rest.dropLast() : rest
        guard url.hasPrefix(prefix), host.split(separator: ".").map(String.init).allSatisfy(\.isHostLabel) else {
            throw CallerIdentityRefusal("the proof's URL must be https://HOST and no more")
        }
        return String(host)
    }

    private static func headers(_ text: String) throws(CallerIdentityRefusal) -> [FoldedHeader] {
        guard case .object(let members)? = try? JSONReader.read(Array(text.utf8)), members.count <= headersAtMost else {
            throw CallerIdentityRefusal("the proof's headers must be an object of lists with one text each")
        }
        var headers: [FoldedHeader] = []
        for member in members {
            guard case .array(let values) = member.value, values.count == 1, let value = values[0].text?.string,
                member.name.string.isHeaderName, value.isHeaderValue
            else { throw CallerIdentityRefusal("the proof's headers must be an object of lists with one text each") }
            headers.append(FoldedHeader(name: member.name.string, value: value))
        }
        return headers
    }

    /// The signature, which only STS can verify: here it has to cover what makes it a proof.
    private static func claim(
        of request: SignedRequest,
        for host: String,
        _ now: Timestamp
    ) throws(CallerIdentityRefusal) -> SignatureClaim {
        do throws(SignatureRefusal) {
            guard let claim = try SignatureClaim(request), claim.scope.service == "sts", !claim.isPresigned else {
                throw SignatureRefusal(.malformed, "the proof must be signed for sts, in its header Authorization")
            }
            try claim.requireTime(now)
            try claim.requireSignedHeaders(of: request)
            guard claim.signedHeaders.contains(organizationHeader) else {
                throw SignatureRefusal(.unsignedHeader, "the signature must cover the header \(organizationHeader)")
            }
            guard try request.value(of: "host") == host, try request.value(of: organizationHeader) != nil,
                try request.value(of: "content-length").map({ $0 == "\(body.utf8.count)" }) ?? true
            else {
                throw SignatureRefusal(.malformed, "Host must be that of the URL, and Content-Length that of the body")
            }
            return claim
        } catch {
            throw CallerIdentityRefusal(error.detail)
        }
    }
}

/// The name of an AWS principal, as STS tells it.
package struct CallerIdentity: Sendable, Equatable {
    package let arn: String
    /// 12 digits.
    package let account: String
}

extension CallerIdentityProof {
    /// Asks STS whose it is, at the host that the proof names and at no other.
    ///
    /// - Throws: ``CallerIdentityRefusal`` if STS does not take it, or does not respond.
    package func identity(by endpoint: any TokenEndpoint) async throws(CallerIdentityRefusal) -> CallerIdentity {
        let answer: (head: ResponseHead, body: SecretBuffer)
        do {
            answer = try await endpoint.exchange(request)
        } catch {
            throw CallerIdentityRefusal("AWS STS was not reached", isUnavailable: true)
        }
        let read = TokenServiceResponse(answer.body)
        guard answer.head.status == 200 else {
            guard answer.head.status != 429, answer.head.status < 500 else {
                throw CallerIdentityRefusal("AWS STS can't tell now", isUnavailable: true)
            }
            let code = ActFailure.vendorCode(read?.text("ErrorResponse/Error/Code"))
            throw CallerIdentityRefusal("AWS STS does not take the proof\(code.map { " (\($0))" } ?? "")")
        }
        let place = "GetCallerIdentityResponse/GetCallerIdentityResult"
        guard let arn = read?.text("\(place)/Arn"), let account = read?.text("\(place)/Account"),
            arn.hasPrefix("arn:\(partition):"), arn.split(separator: ":").contains(account[...])
        else { throw CallerIdentityRefusal("AWS STS gave no name of the caller", isUnavailable: true) }
        return CallerIdentity(arn: arn, account: account)
    }
}

/// The reason why a proof is not taken.
package struct CallerIdentityRefusal: Error, Sendable, Equatable {
    /// For people; it quotes nothing of the proof but names of headers.
    package let detail: String
    /// Whether the same proof might be taken later.
    package let isUnavailable: Bool

    init(_ detail: String, isUnavailable: Bool = false) {
        self.detail = detail
        self.isUnavailable = isUnavailable
    }
}

/// An STS that tells callers' names, by its own host's name.
struct AWSIdentityService {
    let address: BaseAddress
    let partition: String
}

extension AWSEndpoints {
    /// The STS of that host: of all regions, or of one.
    ///
    /// - Returns: `nil` for any other host.
    func identityService(named host: String) throws(ActRefusal) -> AWSIdentityService? {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let region = host == "sts.amazonaws.com" ? "us-east-1" : labels.count > 2 ? labels[1] : ""
        let partition = AWSPartition(ofRegion: region)
        guard host == "sts.amazonaws.com" || region.isRegion && host == "sts.\(region).\(partition.domain)" else {
            return nil
        }
        let address =
            if let override = try override(for: "sts") { override } else {
                try BaseAddress("https://\(host)", named: "AWS STS")
            }
        return AWSIdentityService(address: address, partition: partition.name)
    }
}
