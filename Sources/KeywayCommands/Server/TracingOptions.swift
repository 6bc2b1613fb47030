import Documents
import Egress
import KeywayServer
import NetworkTypes
import Tracing

/// The options of `keyway serve` for traces. Where OpenTelemetry has a variable for it, that is taken too.
enum TracingOptions {
    private static let endpoint = Option(
        name: "otlp-endpoint",
        placeholder: "URL",
        help: "Collector that traces are sent to, by OTLP over HTTP at URL/v1/traces; none are made if not given",
        variables: ["KEYWAY_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
    )
    private static let headers = Option.setting(
        "otlp-headers-file",
        "FILE",
        "Headers for the collector, such as its key: a line each, in a file that only you can read",
        values: .file
    )
    private static let authorities = Option(
        name: "otlp-ca-file",
        placeholder: "FILE",
        help: "Certificate authorities in PEM that the collector's certificate may be of, besides the system's",
        values: .file,
        variables: ["KEYWAY_OTLP_CA_FILE", "OTEL_EXPORTER_OTLP_CERTIFICATE"]
    )
    private static let ratio = Option(
        name: "otlp-ratio",
        placeholder: "SHARE",
        help: "Share of traces to record, from 0 to 1, of those that do not begin at the caller; 1 if not given",
        variables: ["KEYWAY_OTLP_RATIO", "OTEL_TRACES_SAMPLER_ARG"]
    )

    static let all = [endpoint, headers, authorities, ratio]

    /// Variables of OpenTelemetry that stand for no option, and what they say.
    static let variables: [(name: String, meaning: String)] =
        [
            ("OTEL_SERVICE_NAME", "The name of the service in traces; keyway unless given."),
            ("OTEL_RESOURCE_ATTRIBUTES", "Further names and values in all traces: NAME=VALUE,NAME=VALUE."),
        ] + offSwitches.map { ($0.name, "With \($0.value), OTEL_EXPORTER_OTLP_ENDPOINT alone begins no traces.") }

    /// The variables and values by which OpenTelemetry makes no traces, whatever else its variables say.
    private static let offSwitches = [
        (name: "OTEL_SDK_DISABLED", value: "true"), (name: "OTEL_TRACES_EXPORTER", value: "none"),
        (name: "OTEL_TRACES_SAMPLER", value: "always_off"),
    ]

    static func configuration(_ arguments: Arguments) throws(CommandError) -> ExportConfiguration? {
        guard let url = arguments[endpoint] else { return nil }
        // What is said to Keyway itself counts more.
        let isForKeyway = arguments.isOnCommandLine(endpoint) || Environment["KEYWAY_OTLP_ENDPOINT"] != nil
        let isOff = Self.offSwitches.contains { Environment[$0.name]?.lowercased() == $0.value }
        guard isForKeyway || !isOff else { return nil }
        let (origin, path) = try place(url)
        var configuration = ExportConfiguration(origin: origin, path: path, version: KeywayVersion.current)
        if let path = arguments[headers] { configuration.headers = try OTLPHeadersFile.read(path) }
        configuration.certificateAuthorityFile = arguments[authorities]
        if let text = arguments[ratio] {
            guard let number = Double(text), (0...1).contains(number) else {
                throw CommandError(.usage, "--otlp-ratio must be a number from 0 to 1, such as 0.1")
            }
            configuration.ratio = number
        }
        configuration.resource = try resource()
        return configuration
    }

    /// The origin of the collector, and the path for traces there.
    private static func place(_ url: String) throws(CommandError) -> (origin: String, path: String) {
        var url = url
        let path = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst("://".utf8.count)
            .drop { $0 != UInt8(ascii: "/") }
        guard let origin = url.withUTF8({ WebOrigin(parsing: $0) }), URLPath.fault(in: Array(path)) == nil else {
            throw CommandError(
                .usage,
                "--otlp-endpoint must be an http:// or https:// URL such as http://127.0.0.1:4318, without a query"
            )
        }
        let base = String(Substring(path))
        return (origin.text, (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/v1/traces")
    }

    /// The resource of the spans: by the variables that OpenTelemetry has for it, the more special one last.
    private static func resource() throws(CommandError) -> [(name: String, value: String)] {
        var resource: [(name: String, value: String)] = [
            ("service.name", "keyway"), ("service.version", KeywayVersion.current),
        ]
        func set(_ name: String, _ value: String) {
            resource.removeAll { $0.name == name }
            resource.append((name, value))
        }
        for pair in (Environment["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = decoded(parts[0]), let value = decoded(parts[1]), !name.isEmpty else {
                throw CommandError(
                    .usage,
                    "OTEL_RESOURCE_ATTRIBUTES must be NAME=VALUE,NAME=VALUE, with %2C and %3D for commas and signs"
                )
            }
            set(name, value)
        }
        if let name = Environment["OTEL_SERVICE_NAME"] { set("service.name", name) }
        return resource
    }

    /// A word of which the percent signs stand for bytes, without the blanks around it.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes.trimmingBlanks, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate var trimmingBlanks: ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let start = firstIndex { !isBlank($0) } ?? endIndex
        let end = lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return self[start..<end]
    }
}
