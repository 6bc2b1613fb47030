import Foundation
import Secrets
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("The place of a store")
struct StoreLocationTests {
    private let directory = TemporaryDirectory()

    private func location(_ words: String...) throws -> DataLocation {
        try DataLocation(Arguments(words, for: .serve))
    }

    private func database(_ words: String...) throws -> DatabaseLocation {
        try #require(try DatabaseLocation(Arguments(words, for: .serve)))
    }

    /// A file of a mode.
    private func file(_ content: String, mode: mode_t = 0o600) throws -> String {
        let path = directory("store")
        try content.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, mode)
        return path
    }

    @Test("is a directory, unless a database is named")
    func cases() throws {
        #expect(try location("--data-dir", "/var/lib/keyway").name == "/var/lib/keyway")
        #expect(try location("--data-dir", "/var/lib/keyway").masterKeyFile == "/var/lib/keyway.key")
        let location = try location("--store", "postgresql://keyway@db.example.com:5432/keyway?sslmode=verify-full")
        #expect(location.name == "postgresql://db.example.com:5432/keyway")
        #expect(location.masterKeyFile.hasSuffix("/keyway.key"))
        #expect(location.options == "--store postgresql://db.example.com:5432/keyway")
        let elsewhere = try self.location("--store", "postgres:///keyway", "--master-key-file", "/etc/master.key")
        #expect(elsewhere.options == "--store postgresql:///keyway --master-key-file /etc/master.key")
    }

    @Test("is one place")
    func both() {
        #expect(throws: CommandError.self) { try location("--data-dir", "/d", "--store", "postgresql:///k") }
        #expect(throws: CommandError.self) { try location("--store-file", "/f", "--store", "postgresql:///k") }
        #expect(throws: CommandError.self) { try location("--store", "sqlite:///k") }
        #expect(throws: CommandError.self) { try location("--store", "host=db.example.com") }
        #expect(throws: CommandError.self) { try location("--store", "postgresql:///k", "--store-staleness", "99") }
    }

    @Test(
        "is not named with a password on the command line",
        arguments: [
            "postgresql://keyway:p4ssw0rd@db/keyway", "postgres://:p4ssw0rd@db", "postgresql://db/k?password=p4ssw0rd",
            "postgresql:///k?user=keyway&PassWord=p4ssw0rd", "postgresql:///k?pass%77ord=p4ssw0rd",
            "postgresql://keyway:p4ss?w0rd@db/keyway", "postgresql://keyway:p4ss/w0rd@db/keyway",
            "postgresql:///k?sslpassword=p4ssw0rd", "postgresql://keyway:p4ss@w0rd@db/keyway",
        ]
    )
    func password(_ uri: String) {
        for option in ["--store", "--store-direct"] {
            let error = #expect(throws: CommandError.self) {
                if option == "--store" {
                    _ = try location("--store", uri)
                } else {
                    _ = try location("--store", "postgresql:///k", "--store-direct", uri)
                }
            }
            #expect(error?.code == .usage)
            #expect(error?.message.contains("--store-file") == true)
            for part in ["p4ss", "w0rd"] {
                let isThere = error?.message.contains(part) ?? true
                #expect(!isThere)
            }
        }
        for part in ["p4ss", "w0rd"] {
            let isThere = DatabaseLocation.name(of: uri).contains(part)
            #expect(!isThere)
        }
    }

    @Test("may have one in a file that nobody else reads")
    func privateFile() throws {
        let direct = "postgresql://keyway:p4ssw0rd@db:5432/keyway?sslmode=require"
        let path = try file("# A pooler, and what is behind it\npostgresql://keyway:p4ssw0rd@pool/keyway\n\(direct)\n")
        let found = try database("--store-file", path)
        #expect(found.name == "postgresql://pool/keyway")
        #expect(found.options == "--store-file \(path)")
        let isDirect = found.directURI?.withBytes { $0.elementsEqual(direct.utf8) } ?? false
        #expect(isDirect)
        #expect(found.staleness == .seconds(1))
        let printed = "\(found)"
        let isPrinted = printed.contains("p4ssw0rd")
        #expect(!isPrinted)
        for mode in [0o644, 0o640, 0o602] as [mode_t] {
            chmod(path, mode)
            #expect(throws: CommandError.self) { try database("--store-file", path) }
        }
    }

    @Test(
        "is reached by TLS with a certificate that is checked, unless it is on this machine or the URI says otherwise",
        arguments: [
            ("postgresql://db.example.com/k", true), ("postgresql://keyway@db:5432,db2:5432/k?a=b", true),
            ("postgresql:///k?host=db.example.com", true), ("postgresql://10.0.0.1/k", true),
            ("postgresql://[2001:db8::1]:5432/k", true), ("postgresql://localhost/k", false),
            ("postgresql://127.0.0.1:5432/k", false), ("postgresql://[::1]:5432/k", false), ("postgresql:///k", false),
            ("postgresql://", false), ("postgresql:///k?host=/run/postgresql", false),
            ("postgresql://%2Frun%2Fpostgresql/k", false), ("postgresql://db/k?sslmode=require", false),
            ("postgresql:///k?service=keyway", false),
        ]
    )
    func transport(_ uri: String, _ isAdded: Bool) {
        let added = DatabaseLocation.protected(uri).dropFirst(uri.count)
        #expect(added == (isAdded ? (uri.contains("?") ? "&" : "?") + "sslmode=verify-full" : ""))
    }

    @Test("is none in a file of something else", arguments: ["", "\n\n", "db.example.com", "a\nb\nc"])
    func otherFile(_ content: String) throws {
        let path = try file(content)
        #expect(throws: CommandError.self) { try database("--store-file", path) }
    }

    @Test("is backed up by the database's own tools", arguments: ["backup", "restore"])
    func backups(_ command: String) async throws {
        let transcript = try await keyway(command, "x.db", "--store", "postgresql:///keyway", exits: 78)
        #expect(transcript.errors.contains("pg_basebackup"))
    }

    @Test("is not kept in the environment once it was read")
    func variable() async throws {
        _ = try await #require(processExitsWith: .exitCode(0)) {
            setenv("KEYWAY_STORE", "postgresql://keyway:p4ssw0rd@db/keyway", 1)
            let location = try DataLocation(Arguments([String](), for: .serve))
            exit(location.name == "postgresql://db/keyway" && getenv("KEYWAY_STORE") == nil ? 0 : 1)
        }
    }

    @Test("on the command line counts for more than one in a variable")
    func precedence() async throws {
        _ = try await #require(processExitsWith: .exitCode(0)) {
            setenv("KEYWAY_STORE", "postgresql:///keyway", 1)
            let directory = try DataLocation(Arguments(["--data-dir", "/d"], for: .serve))
            setenv("KEYWAY_STORE", "postgresql:///keyway", 1)
            setenv("KEYWAY_DATA_DIR", "/d", 1)
            let database = try DataLocation(Arguments(["--store", "postgresql:///other"], for: .serve))
            let neither = try? DataLocation(Arguments([String](), for: .serve))
            exit(directory.name == "/d" && database.name == "postgresql:///other" && neither == nil ? 0 : 1)
        }
    }
}
