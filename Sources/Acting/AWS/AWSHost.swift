/// A host of AWS' own, as tools without a base URL ask for it, and the place that it stands for.
///
/// Names below AWS' domains belong to AWS' customers, too: machines, load balancers, gateways. So a host is one of a
/// service's, or a bucket's of S3, or none.
struct AWSHost: Equatable {
    /// The service, as paths at the base URL name it.
    let service: String
    /// The service's name in signatures.
    let signingName: String
    /// The region's name in signatures.
    let region: String
    /// The bucket that stands before the host of S3.
    var bucket: String?
    /// Whether the same host serves all regions of S3.
    let isOfAllRegions: Bool

    private static let storage = "s3"

    /// The services that a host may be meant for; those first that are named as it is.
    ///
    /// - Parameters:
    ///   - host: The host in lower case.
    ///   - partition: The partition that it must be one of.
    /// - Returns: The places, all of one partition.
    static func all(named host: String, in partition: AWSPartition) -> [AWSHost] {
        for (domain, mark) in [(partition.domain, "{s}"), (partition.dualStackDomain, "{d}")] {
            guard host.hasSuffix(".\(domain)") else { continue }
            let labels = host.dropLast(domain.utf8.count + 1).split(separator: ".", omittingEmptySubsequences: false)
                .map(String.init)
            guard labels.allSatisfy(\.isHostLabel) else { return [] }
            let own = hosts(of: labels, mark, in: partition)
            guard own.isEmpty, labels.count > 1 else { return own }
            return hosts(of: Array(labels.dropFirst()), mark, in: partition).filter { $0.service == storage }.map {
                var host = $0
                host.bucket = labels[0]
                return host
            }
        }
        return []
    }

    /// The place that a request to a host is for.
    ///
    /// - Parameters:
    ///   - host: The host in lower case.
    ///   - partition: The partition that it must be one of.
    ///   - scope: Service and region that the request is signed for, if it is signed.
    /// - Returns: The place.
    /// - Throws: ``ActRefusal`` if there is none.
    static func named(
        _ host: String,
        in partition: AWSPartition,
        signedFor scope: SigningScope?
    ) throws(ActRefusal) -> AWSHost {
        let all = all(named: host, in: partition)
        guard let scope else {
            guard let first = all.first else { throw refusal("\(host) is the host of no service of AWS") }
            return first
        }
        for place in all where place.signingName == scope.service {
            if place.region == scope.region { return place }
            guard place.isOfAllRegions, AWSPartition(ofRegion: scope.region) == partition, scope.region.isRegion else {
                continue
            }
            return AWSHost(
                service: place.service,
                signingName: place.signingName,
                region: scope.region,
                bucket: place.bucket,
                isOfAllRegions: true
            )
        }
        throw refusal("\(host) is the host of another service or region than the one that the request is signed for")
    }

    private static func refusal(_ detail: String) -> ActRefusal { ActRefusal(.serviceNotNamed, detail) }

    /// The services whose host has these labels before the domain.
    private static func hosts(of labels: [String], _ mark: String, in partition: AWSPartition) -> [AWSHost] {
        var found: [AWSHost] = []
        func look(_ labels: [String], _ region: String) {
            let host = (labels + [mark]).joined(separator: ".")
            for name in AWSServices.names(ofHost: host) {
                let service = AWSServices.service(name)
                let place = service.place(in: region, of: partition)
                guard place.host == host, !found.contains(where: { $0.service == name }) else { continue }
                found.append(
                    AWSHost(
                        service: name,
                        signingName: service.signingName,
                        region: place.region ?? region,
                        isOfAllRegions: name == storage && region.hasSuffix("-global")
                    )
                )
            }
        }
        for (index, label) in labels.enumerated() where label.isRegion && AWSPartition(ofRegion: label) == partition {
            var labels = labels
            labels[index] = "{r}"
            look(labels, label)
        }
        // Hosts that are one for all regions, with or without that region in their names.
        look(labels, partition.globalRegion)
        look(labels, "\(partition.name)-global")
        return found
    }
}
