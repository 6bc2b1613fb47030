// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// One of our own modules, and the modules that it may import.
func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The suite of one module.
func suite(_ name: String, uses dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A program that shows the use of the SDK.
func example(_ name: String) -> Target {
    .executableTarget(name: name, dependencies: ["DatadogClient"], path: "Examples/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "keyway",
    platforms: [.macOS(.v15), .iOS(.v16), .tvOS(.v16), .watchOS(.v9), .visionOS(.v1)],
    products: [
        .executable(name: "keyway", targets: ["keyway"]),
        .library(name: "DatadogClient", targets: ["DatadogClient"]),
    ],
    targets: [
        // C libraries: a module map and a shim each, imported by one Swift module each.
        .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CSystem"),

        // The domain: no HTTP, no SQL, no C.
        module("Secrets"),
        module("Documents", uses: ["Secrets"]),
        module("Connections", uses: ["Documents", "Secrets"]),
        module("AWSAccounts", uses: ["Documents"]),
        module("Access", uses: ["Documents"]),
        module("Storage", uses: ["Access", "Documents", "Secrets"]),

        // Adapters: each wraps one C library, or builds on one that does.
        module("Threads"),
        module("JSONReading", uses: ["CJansson", "Documents", "Secrets"]),
        module("Cryptography", uses: ["COpenSSL", "CSodium", "Secrets"]),
        module("Vault", uses: ["Cryptography", "Documents", "Secrets"]),
        module("SQLiteStorage", uses: ["Access", "CSQLite", "Documents", "Secrets", "Storage", "Threads"]),
        module("StorageTesting", uses: ["Access", "Documents", "Secrets", "Storage", "Threads"]),
        module("HTTPServer", uses: ["CMicrohttpd", "Secrets", "Threads"]),
        module("Egress", uses: ["CBrotli", "CCurl", "CZlib", "CZstd", "Secrets", "Threads"]),

        // Tokens of workloads, issued by others.
        module("WorkloadIdentity", uses: ["Cryptography", "Documents", "Egress", "JSONReading", "Secrets"]),

        // What clouds' own tools ask for credentials.
        module("AmbientCredentials", uses: ["Cryptography", "Documents", "Secrets"]),

        // Acting: what a connection is for.
        module("Scrubbing", uses: ["Secrets"]),
        module("LinkRewriting", uses: ["Documents"]),
        module(
            "Acting",
            uses: [
                "Access", "Connections", "Cryptography", "Documents", "Egress", "JSONReading", "LinkRewriting",
                "Scrubbing", "Secrets",
            ]
        ),

        // The core: callers, and an act from its beginning to its end. It knows no door and no store.
        module(
            "ActService",
            uses: [
                "AWSAccounts", "Access", "Acting", "Connections", "Cryptography", "Documents", "Egress", "JSONReading",
                "LinkRewriting", "Scrubbing", "Secrets", "Storage", "Threads", "Vault",
            ]
        ),

        // The SDK: Foundation alone, so that it builds wherever Swift does; its models of integrations are generated.
        module("DatadogClient"),
        .executableTarget(
            name: "GenerateDatadogClient",
            dependencies: ["AWSAccounts", "Connections", "Documents"],
            swiftSettings: settings
        ),

        example("ListConnections"),
        example("CreateConnection"),
        example("OnboardAWSAccount"),
        example("ActThroughConnection"),

        // The SDK's side of `make bench`.
        .executableTarget(
            name: "BenchmarkDatadogClient",
            dependencies: ["DatadogClient"],
            path: "Benchmarks/SDK",
            swiftSettings: settings
        ),
        // What masks in `make bench`.
        .executableTarget(
            name: "BenchmarkMasking",
            dependencies: ["Scrubbing", "Secrets"],
            path: "Benchmarks/Masking",
            swiftSettings: settings
        ),

        // The service and the command.
        module(
            "KeywayServer",
            uses: [
                "AWSAccounts", "Access", "ActService", "Acting", "Connections", "Cryptography", "Documents", "Egress",
                "HTTPServer", "JSONReading", "Secrets", "Storage", "Threads", "Vault", "WorkloadIdentity",
            ]
        ),
        module(
            "KeywayCommands",
            uses: [
                "AWSAccounts", "Access", "ActService", "AmbientCredentials", "CSystem", "Connections", "Cryptography",
                "DatadogClient",
                "Documents", "Egress", "HTTPServer", "JSONReading", "KeywayServer", "SQLiteStorage", "Secrets",
                "Storage", "Threads", "Vault",
            ]
        ),
        // Its main is C, which is given its arguments.
        .executableTarget(name: "keyway", dependencies: ["KeywayCommands"]),

        // The suites. Some act through connections to third parties of their own.
        .target(
            name: "UpstreamTesting",
            dependencies: ["HTTPServer", "Secrets"],
            path: "Tests/UpstreamTesting",
            swiftSettings: settings
        ),
        suite("CryptographyTests", uses: ["Cryptography", "Secrets"]),
        suite("HTTPServerTests", uses: ["HTTPServer", "Secrets", "Threads"]),
        suite("JSONReadingTests", uses: ["Documents", "JSONReading", "Secrets"]),
        suite("VaultTests", uses: ["Cryptography", "Documents", "Secrets", "Vault"]),
        suite(
            "SQLiteStorageTests",
            uses: ["Access", "CSQLite", "Documents", "Secrets", "SQLiteStorage", "Storage", "StorageTesting"]
        ),
        suite("DocumentsTests", uses: ["Documents", "Secrets"]),
        suite("ConnectionsTests", uses: ["Connections", "Documents", "Secrets"]),
        suite("AWSAccountsTests", uses: ["AWSAccounts", "Documents", "Secrets"]),
        suite("AccessTests", uses: ["Access", "Documents"]),
        suite("EgressTests", uses: ["Egress", "Secrets", "Threads"]),
        suite("AmbientCredentialsTests", uses: ["AmbientCredentials", "Documents", "JSONReading"]),
        suite(
            "WorkloadIdentityTests",
            uses: [
                "Cryptography", "Documents", "Egress", "HTTPServer", "Secrets", "UpstreamTesting", "WorkloadIdentity",
            ]
        ),
        suite("ScrubbingTests", uses: ["Scrubbing", "Secrets"]),
        suite("LinkRewritingTests", uses: ["Documents", "LinkRewriting"]),
        suite(
            "ActingTests",
            uses: [
                "Access", "Acting", "COpenSSL", "Connections", "Cryptography", "Documents", "Egress", "JSONReading",
                "LinkRewriting", "Scrubbing", "Secrets",
            ]
        ),
        suite(
            "ActServiceTests",
            uses: [
                "Access", "ActService", "Acting", "AWSAccounts", "Connections", "Documents", "Egress", "HTTPServer",
                "JSONReading", "Scrubbing", "Secrets", "Storage", "UpstreamTesting", "Vault",
            ]
        ),
        suite(
            "KeywayServerTests",
            uses: [
                "Access", "ActService", "CSQLite", "Connections", "Cryptography", "Documents", "Egress", "HTTPServer",
                "JSONReading", "KeywayServer", "Secrets", "SQLiteStorage", "Storage", "Threads", "UpstreamTesting",
                "Vault",
            ]
        ),
        suite(
            "KeywayCommandsTests",
            uses: [
                "ActService", "AmbientCredentials", "DatadogClient", "Documents", "Egress", "HTTPServer", "JSONReading",
                "KeywayCommands",
                "KeywayServer", "Secrets",
            ]
        ),
        suite(
            "DatadogClientTests",
            uses: [
                "Access", "ActService", "Connections", "Cryptography", "DatadogClient", "Documents", "Egress",
                "HTTPServer", "KeywayServer", "SQLiteStorage", "Secrets", "Storage", "Vault",
            ]
        ),
    ]
)

// KEYWAY_SUITES=AccessTests,EgressTests leaves of the package these suites and the modules that they need, and nothing
// else. SwiftPM builds every test of a package or none, which a build with a sanitizer cannot afford.
if let wanted = Context.environment["KEYWAY_SUITES"] {
    var needed: Set<String> = []
    var waiting = wanted.split(separator: ",").map(String.init)
    while let name = waiting.popLast() {
        guard needed.insert(name).inserted else { continue }
        guard let target = package.targets.first(where: { $0.name == name }) else {
            fatalError("KEYWAY_SUITES: there is no target \(name)")
        }
        for case .byNameItem(let dependency, _) in target.dependencies { waiting.append(dependency) }
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}
