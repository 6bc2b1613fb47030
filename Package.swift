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
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq"),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CSystem"),
        // A function of libc's, as libmicrohttpd needs it.
        .target(name: "EngineEvents"),
        // Declarations alone: modules are loaded by their path.
        .systemLibrary(name: "CPKCS11"),

        // The platform's C library, by one import.
        module("Platform"),

        // The domain: no HTTP, no SQL, no C.
        module("Secrets", uses: ["Platform"]),
        module("Documents", uses: ["Platform", "Secrets"]),
        module("Connections", uses: ["Documents", "Secrets"]),
        module("AWSAccounts", uses: ["Documents"]),
        module("Access", uses: ["Documents"]),
        module("Storage", uses: ["Access", "Documents", "Secrets"]),

        // Header fields and IP addresses: one vocabulary for the server, for egress and for acts.
        module("NetworkTypes", uses: ["Platform"]),

        // Adapters: each wraps one C library, or builds on one that does.
        module("Threads", uses: ["Platform"]),
        module("JSONReading", uses: ["CJansson", "Documents", "Platform", "Secrets"]),
        module("Cryptography", uses: ["COpenSSL", "CSodium", "Platform", "Secrets"]),
        module("Vault", uses: ["Cryptography", "Documents", "Platform", "Secrets", "Threads"]),
        module("PKCS11", uses: ["CPKCS11", "Cryptography", "Platform", "Secrets", "Threads", "Vault"]),
        module("SQLiteStorage", uses: ["Access", "CSQLite", "Documents", "Platform", "Secrets", "Storage", "Threads"]),
        module(
            "PostgresStorage",
            uses: ["Access", "CPostgres", "Documents", "Platform", "Secrets", "Storage", "Threads"]
        ),
        // All of a store: copied, compared, examined.
        module("StoreMaintenance", uses: ["Access", "Cryptography", "Documents", "JSONReading", "Storage"]),
        module("StorageTesting", uses: ["Access", "Documents", "Secrets", "Storage", "Threads"]),
        module(
            "HTTPServer",
            uses: ["CMicrohttpd", "EngineEvents", "NetworkTypes", "Platform", "Secrets", "Threads"]
        ),
        module(
            "Egress",
            uses: ["CBrotli", "CCurl", "CZlib", "CZstd", "NetworkTypes", "Platform", "Secrets", "Threads"]
        ),

        // The door for tools without a base URL: sessions, and the connections that they open.
        module(
            "ForwardProxy",
            uses: ["Cryptography", "Documents", "HTTPServer", "NetworkTypes", "Platform", "Threads"]
        ),
        // Traces of requests, for an operator's collector.
        module(
            "Tracing",
            uses: ["Documents", "Egress", "JSONReading", "NetworkTypes", "Platform", "Secrets", "Threads"]
        ),

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
                "NetworkTypes", "Platform", "Scrubbing", "Secrets",
            ]
        ),

        // The core: callers, and an act from its beginning to its end. It knows no door and no store.
        module(
            "ActService",
            uses: [
                "Access", "Acting", "AWSAccounts", "Connections", "Cryptography", "Documents", "Egress", "JSONReading",
                "LinkRewriting", "NetworkTypes", "Scrubbing", "Secrets", "Storage", "Threads", "Tracing", "Vault",
            ]
        ),

        // The door for agents: MCP, over messages that another door lets in.
        module(
            "AgentTools",
            uses: [
                "Access", "Acting", "ActService", "Connections", "Cryptography", "Documents", "JSONReading",
                "NetworkTypes", "Secrets", "Storage", "Threads",
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
            dependencies: ["Platform", "Scrubbing", "Secrets"],
            path: "Benchmarks/Masking",
            swiftSettings: settings
        ),

        // The service and the command.
        module(
            "KeywayServer",
            uses: [
                "Access", "Acting", "ActService", "AmbientCredentials", "AWSAccounts", "Connections", "Cryptography",
                "Documents", "Egress", "ForwardProxy", "HTTPServer", "JSONReading", "NetworkTypes", "Platform",
                "Secrets", "Storage", "Threads", "Tracing", "Vault", "WorkloadIdentity",
            ]
        ),
        module(
            "KeywayCommands",
            uses: [
                "Access", "ActService", "AgentTools", "AmbientCredentials", "AWSAccounts", "Connections",
                "Cryptography", "CSystem", "DatadogClient", "Documents", "Egress", "ForwardProxy", "HTTPServer",
                "JSONReading", "KeywayServer", "NetworkTypes", "PKCS11", "Platform", "PostgresStorage", "Secrets",
                "SQLiteStorage", "Storage", "StoreMaintenance", "Threads", "Tracing", "Vault", "WorkloadIdentity",
            ]
        ),
        // Its main is C, which is given its arguments.
        .executableTarget(name: "keyway", dependencies: ["KeywayCommands"]),

        // The suites. Some act through connections to third parties of their own.
        .target(
            name: "UpstreamTesting",
            dependencies: ["Egress", "HTTPServer", "NetworkTypes", "Secrets"],
            path: "Tests/UpstreamTesting",
            swiftSettings: settings
        ),
        // What several suites use.
        .target(
            name: "TestSupport",
            dependencies: ["Documents", "Platform"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        // A PostgreSQL of the tests' own.
        .target(
            name: "PostgresTesting",
            dependencies: ["Platform", "TestSupport"],
            path: "Tests/PostgresTesting",
            swiftSettings: settings
        ),
        suite("CryptographyTests", uses: ["Cryptography", "Platform", "Secrets", "TestSupport"]),
        suite(
            "ForwardProxyTests",
            uses: [
                "Cryptography", "Documents", "ForwardProxy", "HTTPServer", "NetworkTypes", "Platform", "TestSupport",
            ]
        ),
        suite(
            "HTTPServerTests",
            uses: ["EngineEvents", "HTTPServer", "NetworkTypes", "Platform", "Secrets", "Threads"]
        ),
        suite("JSONReadingTests", uses: ["Documents", "JSONReading", "Secrets"]),
        // The helper process alone, as `keyway` starts it.
        .executableTarget(
            name: "PKCS11TestHelper",
            dependencies: ["PKCS11"],
            path: "Tests/PKCS11TestHelper",
            swiftSettings: settings
        ),
        suite(
            "PKCS11Tests",
            uses: ["PKCS11", "PKCS11TestHelper", "Platform", "Secrets", "TestSupport", "Vault"]
        ),
        suite("VaultTests", uses: ["Cryptography", "Documents", "Platform", "Secrets", "TestSupport", "Vault"]),
        suite(
            "SQLiteStorageTests",
            uses: [
                "Access", "CSQLite", "Documents", "Platform", "Secrets", "SQLiteStorage", "Storage", "StorageTesting",
                "TestSupport",
            ]
        ),
        suite(
            "PostgresStorageTests",
            uses: [
                "Access", "Cryptography", "Documents", "Platform", "PostgresStorage", "PostgresTesting", "Secrets",
                "SQLiteStorage", "Storage", "StorageTesting", "StoreMaintenance", "TestSupport",
            ]
        ),
        suite(
            "StoreMaintenanceTests",
            uses: [
                "Access", "Cryptography", "CSQLite", "Documents", "Platform", "Secrets", "SQLiteStorage", "Storage",
                "StorageTesting", "StoreMaintenance", "TestSupport",
            ]
        ),
        suite("DocumentsTests", uses: ["Documents", "Secrets", "TestSupport"]),
        suite("ConnectionsTests", uses: ["Connections", "Documents", "Secrets", "TestSupport"]),
        suite("AWSAccountsTests", uses: ["AWSAccounts", "Documents", "Secrets", "TestSupport"]),
        suite("AccessTests", uses: ["Access", "Documents"]),
        suite("EgressTests", uses: ["Egress", "NetworkTypes", "Platform", "Secrets", "TestSupport", "Threads"]),
        suite(
            "TracingTests",
            uses: [
                "Documents", "Egress", "HTTPServer", "JSONReading", "NetworkTypes", "Secrets", "Tracing",
                "UpstreamTesting",
            ]
        ),
        suite("AmbientCredentialsTests", uses: ["AmbientCredentials", "Documents", "JSONReading"]),
        suite(
            "WorkloadIdentityTests",
            uses: [
                "Cryptography", "Documents", "Egress", "HTTPServer", "NetworkTypes", "Secrets", "UpstreamTesting",
                "WorkloadIdentity",
            ]
        ),
        suite("ScrubbingTests", uses: ["Scrubbing", "Secrets"]),
        suite("LinkRewritingTests", uses: ["Documents", "LinkRewriting"]),
        suite(
            "ActingTests",
            uses: [
                "Access", "Acting", "Connections", "COpenSSL", "Cryptography", "Documents", "Egress", "JSONReading",
                "LinkRewriting", "NetworkTypes", "Platform", "Scrubbing", "Secrets",
            ]
        ),
        suite(
            "ActServiceTests",
            uses: [
                "Access", "Acting", "ActService", "AWSAccounts", "Connections", "Documents", "Egress", "HTTPServer",
                "JSONReading", "NetworkTypes", "Scrubbing", "Secrets", "Storage", "UpstreamTesting", "Vault",
            ]
        ),
        suite(
            "AgentToolsTests",
            uses: [
                "Access", "Acting", "ActService", "AgentTools", "Connections", "Documents", "Egress", "HTTPServer",
                "JSONReading", "NetworkTypes", "Secrets", "Storage", "UpstreamTesting", "Vault",
            ]
        ),
        suite(
            "KeywayServerTests",
            uses: [
                "Access", "ActService", "Connections", "Cryptography", "CSQLite", "Documents", "Egress", "ForwardProxy",
                "HTTPServer", "JSONReading", "KeywayServer", "NetworkTypes", "Platform", "Secrets", "SQLiteStorage",
                "Storage", "TestSupport", "Threads", "UpstreamTesting", "Vault",
            ]
        ),
        suite(
            "KeywayCommandsTests",
            uses: [
                "ActService", "AmbientCredentials", "DatadogClient", "Documents", "Egress", "HTTPServer", "JSONReading",
                "KeywayCommands", "KeywayServer", "NetworkTypes", "Platform", "Secrets", "TestSupport",
            ]
        ),
        suite(
            "DatadogClientTests",
            uses: [
                "Access", "ActService", "Connections", "Cryptography", "DatadogClient", "Documents", "Egress",
                "HTTPServer", "KeywayServer", "NetworkTypes", "Platform", "Secrets", "SQLiteStorage", "Storage",
                "Vault",
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
