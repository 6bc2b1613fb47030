package import Documents

/// Which metrics of a CloudWatch namespace are collected, by patterns of their Datadog names.
package struct MetricNameFilter: Sendable, Equatable {
    package let namespace: String
    package let patterns: [String]
    /// Whether the patterns say what is collected; else they say what is not.
    package let includes: Bool

    /// Reads an element of `metric_name_filters`.
    package init?(_ value: JSONValue) {
        guard let namespace = value["namespace"]?.text?.string else { return nil }
        self.namespace = namespace
        if let patterns = value["include_only"]?.texts {
            (self.patterns, includes) = (patterns, true)
        } else if let patterns = value["exclude_only"]?.texts {
            (self.patterns, includes) = (patterns, false)
        } else {
            return nil
        }
    }

    /// Reads a list of them.
    package static func all(in value: JSONValue?) -> [MetricNameFilter] {
        guard case .array(let elements)? = value else { return [] }
        return elements.compactMap(MetricNameFilter.init)
    }

    /// The metrics collected whatever the filters say (Datadog, "Configure AWS Metric Name Filters with the API").
    private static let always: Set<String> = ["aws.ec2.cpuutilization", "aws.lambda.invocations"]

    /// The effect of the filter on metrics of its namespace, in the shape of the reference's preview.
    package func preview(of metricNames: some Collection<String>) -> JSONValue {
        let names = metricNames.sorted().map { (metric: $0, name: Self.datadogName(of: $0, in: namespace)) }
        let counts = patterns.map { pattern in
            (pattern, Set(names.map(\.name).filter { Self.matches($0, pattern) }).count)
        }
        let metrics = names.map { metric, name -> JSONValue in
            let isMatched = patterns.contains { Self.matches(name, $0) }
            let isFiltered = isMatched != includes && !Self.always.contains(name)
            return [
                "cw_name": .string(metric),
                "dd_names": [["name": .string(name), "filtered": .boolean(isFiltered)]],
            ]
        }
        return [
            "namespace": .string(namespace),
            "filters": .array(
                counts.map { ["pattern": .string($0.0), "match_count": .integer(Int64($0.1))] }
            ),
            "metrics": .array(metrics),
        ]
    }

    /// The name of a CloudWatch metric at Datadog: `aws.ec2.network_in` for `NetworkIn` of `AWS/EC2`.
    static func datadogName(of metric: String, in namespace: String) -> String {
        let prefix = namespace.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : plain($0) }
        var name: [UInt8] = []
        var isAfterSmall = false
        for byte in metric.utf8 {
            let isCapital = byte.isASCIILetter && byte & 0x20 == 0
            if isCapital, isAfterSmall { name.append(UInt8(ascii: "_")) }
            name.append(plain(byte))
            isAfterSmall = byte.isASCIILowercaseLetter
        }
        return String(decoding: prefix + [UInt8(ascii: ".")] + name, as: UTF8.self)
    }

    /// A letter in lower case, a digit or a dot, or `_` for anything else.
    private static func plain(_ byte: UInt8) -> UInt8 {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: ".") ? byte.lowercasedASCII : UInt8(ascii: "_")
    }

    /// Whether a name is like a pattern, in which `*` stands for anything.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let (name, pattern) = (Array(name.utf8), Array(pattern.utf8))
        var (place, step) = (0, 0)
        var star: (step: Int, place: Int)?
        while place < name.count {
            if step < pattern.count, pattern[step] == UInt8(ascii: "*") {
                star = (step, place)
                step += 1
            } else if step < pattern.count, pattern[step] == name[place] {
                (place, step) = (place + 1, step + 1)
            } else if let last = star {
                // The last star stands for one byte more.
                star = (last.step, last.place + 1)
                (place, step) = (last.place + 1, last.step + 1)
            } else {
                return false
            }
        }
        return pattern[step...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension DocumentSchema {
    /// Filters that are to be previewed.
    package static let metricNameFilterPreview = DocumentSchema(
        type: "metric_name_filter_preview",
        attributes: [
            .list("metric_name_filters", "Filters on metric names", of: metricNameFilter, countAtMost: 100)
        ]
    )
}

extension JSONValue {
    fileprivate var texts: [String]? {
        guard case .array(let elements) = self else { return nil }
        return elements.compactMap { $0.text?.string }
    }
}
