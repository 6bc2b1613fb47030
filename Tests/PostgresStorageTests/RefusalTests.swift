import Platform
import PostgresTesting
import Secrets
import Storage
import StorageTesting
import Testing

@testable import PostgresStorage

@Suite("A PostgreSQL that must not be used", .timeLimit(.minutes(5)))
struct RefusalTests {
    private func refusal(of configuration: PostgresConfiguration) -> String {
        do throws(StoreError) {
            _ = try PostgresStore.open(configuration, digest: testDigest)
            return "none"
        } catch {
            switch error {
            case .unavailable(let reason), .corrupt(let reason): return reason
            case .closed: return "closed"
            }
        }
    }

    @Test("is one that no store was made in")
    func empty() throws {
        let name = "empty_\(UInt64.random(in: 0 ... .max))"
        try Databases.run("CREATE DATABASE \(name)", in: "postgres")
        #expect(refusal(of: try Databases.configuration(of: name)).contains("keyway init"))
    }

    @Test("is one that has tables of others under Keyway's names")
    func foreign() throws {
        let name = "foreign_\(UInt64.random(in: 0 ... .max))"
        try Databases.run("CREATE DATABASE \(name)", in: "postgres")
        let configuration = try Databases.configuration(of: name)
        try Databases.run("CREATE TABLE users (id int8)", in: configuration)
        #expect(throws: StoreError.self) { try PostgresStore.create(configuration, digest: testDigest) }
        let tables = try Databases.run("SELECT to_regclass('organizations') IS NULL", in: configuration)
        #expect(tables.first?.bytes(0) == [1])
    }

    @Test("is one of a newer version")
    func newer() throws {
        let configuration = try Databases.fresh()
        try Databases.run("UPDATE keyway_schema SET version = 1000, oldest = 999", in: configuration)
        #expect(refusal(of: configuration).contains("1000"))
    }

    @Test("is one that loses what it acknowledged")
    func volatile() throws {
        var configuration = try Databases.fresh()
        configuration.acceptsVolatileServer = false
        #expect(refusal(of: configuration).contains("fsync"))
    }

    @Test("is one that is not there, or whose address can't be read; no password is told")
    func unreachable() {
        let addresses = [
            "postgresql://keyway:swordfish@localhost:1/keyway", "postgresql://a:swordfish@[b", "swordfish",
            "host=/nowhere password=swordfish",
        ]
        for address in addresses {
            let reason = refusal(of: PostgresConfiguration(address: address))
            #expect(reason.contains("nothing was done"))
            #expect(!reason.contains("swordfish"))
        }
    }

    @Test("is not read from a file that others may read")
    func addressFile() throws {
        let path = "/tmp/keyway-address-\(UInt64.random(in: 0 ... .max))"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs("postgresql:///x\n", file)
        fclose(file)
        chmod(path, 0o644)
        #expect(throws: StoreError.self) { try PostgresConfiguration.address(inFile: path) }
        chmod(path, 0o600)
        let address = try PostgresConfiguration.address(inFile: path)
        #expect(address.withBytes { String(decoding: $0, as: UTF8.self) } == "postgresql:///x")
    }
}
