import Documents

/// A service and a region of AWS, and what is asked of them.
struct AWSPlace {
    let service: String
    let region: String
    /// The path at the service.
    let rest: String
    /// The beginning of the caller's path that led there.
    let prefix: String
    /// The bucket that the host names; rules find it where paths have it.
    var bucket: String?

    /// The path as rules see it: service, region, and what is asked of them.
    func pathBelowBase(_ rest: String) -> String {
        "/\(service)/\(region)\(bucket.map { "/\($0)" } ?? "")\(rest)"
    }
}

extension ActDraft {
    /// The place that the path names, or the signature.
    ///
    /// - Parameter scope: Service and region that the caller has signed the request for, if it is signed.
    /// - Returns: The place. A path counts for a signed request if it begins with a service that is signed for so, and
    ///   a region: no bucket and no resource has such a name.
    /// - Throws: ``ActRefusal`` if neither tells.
    func placeAtAWS(signedFor scope: SigningScope?) throws(ActRefusal) -> AWSPlace {
        let (service, afterService) = path.partingFirstLabel
        let (region, rest) = afterService.partingFirstLabel
        if let service, let region {
            let isNamed = scope.map { AWSServices.service(service).signingName == $0.service && region.isRegion }
            if isNamed ?? true {
                return AWSPlace(service: service, region: region, rest: rest, prefix: "/\(service)/\(region)")
            }
        }
        guard let scope else {
            throw ActRefusal(
                .serviceNotNamed,
                "the path must begin with a service and a region, as in /ec2/eu-west-1/"
            )
        }
        return AWSPlace(service: try onlyService(signedFor: scope), region: scope.region, rest: path, prefix: "")
    }

    /// The one service that requests are signed for so, by `X-Amz-Target` if there are several.
    private func onlyService(signedFor scope: SigningScope) throws(ActRefusal) -> String {
        let services = AWSServices.services(signedAs: scope.service)
        let target = values(of: "X-Amz-Target").first.map { String($0.prefix { $0 != "." }) }
        let wanted = services.filter { service in
            services.count == 1 || target.map(service.targets.contains) ?? service.targets.isEmpty
        }
        guard wanted.count == 1, let service = wanted.first?.name, service.isHostLabel else {
            throw ActRefusal(
                .serviceNotNamed,
                "the signature does not tell which service is meant: have the client's endpoint URL name it with its "
                    + "region, as in …/proxy/\(services[0].name)/\(scope.region); it may be "
                    + services.map(\.name).joined(separator: ", ")
            )
        }
        return service
    }
}

extension String {
    /// The first segment of a path, if it is a single label of a host, and the rest.
    var partingFirstLabel: (label: String?, rest: String) {
        let segment = String(dropFirst().prefix { $0 != "/" })
        return (hasPrefix("/") && segment.isHostLabel ? segment : nil, String(dropFirst(1 + segment.count)))
    }

    /// Whether it is a single label of a host's name, in lower case.
    var isHostLabel: Bool {
        (1...63).contains(utf8.count)
            && utf8.allSatisfy { (0x61...0x7A).contains($0) || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
            && utf8.first != UInt8(ascii: "-") && utf8.last != UInt8(ascii: "-")
    }

    /// Whether a label reads as AWS' regions do: `eu-west-1`, `us-gov-east-1`, `aws-global`.
    var isRegion: Bool {
        let parts = split(separator: "-")
        guard let last = parts.last else { return false }
        return parts.count > 2 && last.utf8.allSatisfy(\.isASCIIDigit) || parts.count > 1 && last == "global"
    }
}
