/// The hosts of AWS' services and the names that requests are signed with, where that is not
/// `{service}.{region}.{domain}` and the service's own name.
///
/// A service is named by its host's first label, or as AWS' own tools name it where the host has more labels:
/// `ecr`, `sagemaker-runtime`, `marketplace-entitlement`. One that is missing is reached by
/// `AWS_ENDPOINT_URL_<SERVICE>`.
enum AWSServices {
    /// A place for a region, or for many.
    struct Place {
        /// The host, with `{r}` for the region, `{s}` for the partition's domain and `{d}` for that of dual-stack
        /// hosts.
        let host: String
        /// The region of signatures; `nil` for the request's own.
        let region: String?

        fileprivate init(_ text: Substring) {
            let parts = text.split(separator: "@", maxSplits: 1)
            host = String(parts[0])
            region = parts.count > 1 ? String(parts[1]) : nil
        }
    }

    /// A service, by whatever it is called in a path.
    struct Service {
        let signingName: String
        private let standard: Place
        /// Places by partition, or by partition and region.
        private let others: [String: Place]

        fileprivate init(named name: String) {
            signingName = name
            standard = Place("\(name).{r}.{s}")
            others = [:]
        }

        fileprivate init(_ fields: [Substring]) {
            signingName = String(fields[1])
            standard = Place(fields[2])
            var others: [String: Place] = [:]
            for field in fields.dropFirst(3) {
                let parts = field.split(separator: "=", maxSplits: 1)
                others[String(parts[0])] = Place(parts[1])
            }
            self.others = others
        }

        /// The hosts of all its places.
        fileprivate var hosts: Set<String> { Set([standard.host] + others.values.map(\.host)) }

        func place(in region: String, of partition: AWSPartition) -> Place {
            others["\(partition.name)/\(region)"] ?? others[partition.name] ?? standard
        }
    }

    static func service(_ name: String) -> Service {
        services[name] ?? Service(named: name)
    }

    /// The names of the services that have such a host in some place, with `{r}`, `{s}` and `{d}` in it.
    ///
    /// One that is not listed is named by its host's first label.
    static func names(ofHost host: String) -> [String] {
        let listed = namesByHost[host] ?? []
        let suffix = ".{r}.{s}"
        let label = String(host.dropLast(suffix.count))
        guard host.hasSuffix(suffix), label.isHostLabel, services[label] == nil else { return listed }
        return [label] + listed
    }

    private static let namesByHost: [String: [String]] = {
        var names: [String: [String]] = [:]
        for (name, service) in services {
            for host in service.hosts { names[host, default: []].append(name) }
        }
        // The name that begins the host stands first, as at the base URL.
        for host in names.keys {
            names[host]?.sort { (host.hasPrefix("\($0).") ? 0 : 1, $0) < (host.hasPrefix("\($1).") ? 0 : 1, $1) }
        }
        return names
    }()

    private static let services: [String: Service] = Dictionary(
        uniqueKeysWithValues: serviceLines.split(separator: "\n").map { line in
            let fields = line.split(separator: " ")
            return (String(fields[0]), Service(fields))
        }
    )

    /// The services that requests are signed for by a name, each with the beginnings of `X-Amz-Target` that tell of it.
    static func services(signedAs name: String) -> [(name: String, targets: [String])] {
        signingNames[name] ?? [(name, [])]
    }

    private static let signingNames: [String: [(name: String, targets: [String])]] = Dictionary(
        uniqueKeysWithValues: signingLines.split(separator: "\n").map { line in
            let fields = line.split(separator: " ")
            return (
                String(fields[0]),
                fields.dropFirst().map { field in
                    let parts = field.split(separator: ":").map(String.init)
                    return (parts[0], Array(parts.dropFirst()))
                }
            )
        }
    )

    static let partitions: [AWSPartition] = partitionLines.split(separator: "\n").map { line in
        AWSPartition(line.split(separator: " ").map(String.init))
    }
}
