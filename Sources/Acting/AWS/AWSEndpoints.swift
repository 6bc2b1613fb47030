/// A part of AWS with accounts of its own.
struct AWSPartition: Sendable, Hashable {
    let name: String
    /// The end of its hosts' names.
    let domain: String
    /// The end of the names of its hosts that also respond over IPv6.
    let dualStackDomain: String
    /// Where what is one for all regions is signed for.
    let globalRegion: String
    /// How its regions' names begin; `nil` for the partition of all others.
    private let prefix: String?

    /// Reads the fields of a line of the partitions' table.
    init(_ fields: [String]) {
        (name, domain, dualStackDomain, globalRegion) = (fields[0], fields[1], fields[2], fields[3])
        prefix = fields.count > 4 ? fields[4] : nil
    }

    /// The partition of a region: by the beginning of its code, as AWS' own tools tell it.
    init(ofRegion region: String) {
        let partitions = AWSServices.partitions
        self =
            partitions.first { partition in
                partition.prefix.map(region.hasPrefix) ?? false || region == "\(partition.name)-global"
            } ?? partitions[0]
    }
}

/// The host of an AWS service, and the names that requests to it are signed with.
struct AWSEndpoint: Sendable {
    let address: BaseAddress
    /// The service's name in signatures.
    let signingName: String
    /// The region's name in signatures.
    let region: String

    /// Whether it is S3, whose signatures differ in details.
    var isObjectStorage: Bool { signingName == "s3" }

    var origin: String { address.origin }
    var path: String { address.path }
}

/// The addresses of AWS' services.
package struct AWSEndpoints: Sendable {
    private let environment: @Sendable (String) -> String?

    /// - Parameter environment: Gives the variables `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL` and
    ///   `AWS_ENDPOINT_URL_<SERVICE>`, as AWS' own tools read them.
    package init(environment: @escaping @Sendable (String) -> String?) {
        self.environment = environment
    }

    /// The region where nothing names one.
    var standardRegion: String {
        environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? "us-east-1"
    }

    /// The host of a service in a region, both named as they are in hosts.
    func endpoint(of service: String, in region: String) throws(ActRefusal) -> AWSEndpoint {
        let partition = AWSPartition(ofRegion: region)
        let known = AWSServices.service(service)
        let place = known.place(in: region, of: partition)
        guard place.region != nil || !region.hasSuffix("-global") else {
            throw ActRefusal(.serviceNotNamed, "\(service) is regional: the path must name a region such as eu-west-1")
        }
        let host = place.host.replacing("{r}", with: region).replacing("{s}", with: partition.domain)
            .replacing("{d}", with: partition.dualStackDomain)
        let override = try override(for: service)
        let address = if let override { override } else { try BaseAddress("https://\(host)", named: "the service") }
        return AWSEndpoint(
            address: address,
            signingName: known.signingName,
            region: place.region ?? region
        )
    }

    /// The STS of a partition: in the region of the settings or of the environment, if it is of the partition.
    func tokenService(
        for partition: AWSPartition,
        preferring setting: String?,
        or region: String
    ) throws(ActRefusal) -> AWSEndpoint {
        let isRegion = { (name: String) in !name.hasSuffix("-global") && AWSPartition(ofRegion: name) == partition }
        let candidates = [setting, standardRegion, region].compactMap(\.self)
        return try endpoint(of: "sts", in: candidates.first(where: isRegion) ?? partition.globalRegion)
    }

    /// The partition whose hosts a connection's tools ask for.
    func partition(of members: ConnectionMembers) -> AWSPartition {
        AWSPartition(ofRegion: members.setting("region") ?? standardRegion)
    }

    /// Whether requests for all services go to another host than AWS'.
    var areElsewhere: Bool { (try? override(for: "")) != nil }

    func override(for service: String) throws(ActRefusal) -> BaseAddress? {
        guard environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true" else { return nil }
        let name = "AWS_ENDPOINT_URL_" + String(service.uppercased().map { $0 == "-" ? "_" : $0 })
        if let url = environment(name) { return try BaseAddress(url, named: name) }
        guard let url = environment("AWS_ENDPOINT_URL") else { return nil }
        return try BaseAddress(url, named: "AWS_ENDPOINT_URL")
    }
}
