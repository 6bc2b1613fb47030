import Foundation
import Secrets
import Testing

@testable import Acting

@Suite("Keyway's own credentials at AWS", .timeLimit(.minutes(10)))
struct AWSCredentialSourceTests {
    /// A home with `.aws/credentials` and `.aws/config`, removed at the end.
    private final class Home: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "keyway-aws-\(UUID().uuidString)").path

        init() throws {
            try FileManager.default.createDirectory(atPath: "\(path)/.aws", withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        }
    }

    private static func section(_ name: String, _ id: String) -> String {
        "[\(name)]\naws_access_key_id = \(id)\naws_secret_access_key = secret of \(id)\n"
    }

    private static func id(_ environment: [String: String]) throws -> String {
        try AWSCredentialSource { environment[$0] }.credentials().accessKeyID
    }

    @Test("are those of the environment, before those of files")
    func environment() throws {
        let home = try Home()
        try home.write(".aws/credentials", Self.section("default", "AKIAFILE"))
        let environment = [
            "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
            "HOME": home.path,
        ]
        let credentials = try AWSCredentialSource { environment[$0] }.credentials()
        #expect(credentials.accessKeyID == "AKIAENV")
        #expect(credentials.secretAccessKey.text == "secret")
        #expect(credentials.sessionToken?.text == "token")
        #expect(try Self.id(["AWS_ACCESS_KEY_ID": "AKIAENV", "HOME": home.path]) == "AKIAFILE")
    }

    @Test("are those of the profile, in the credentials file before the configuration")
    func files() throws {
        let home = try Home()
        try home.write(".aws/credentials", Self.section("default", "AKIADEFAULT") + Self.section("team", "AKIATEAM"))
        try home.write(
            ".aws/config",
            Self.section("profile team", "AKIACONFIG") + Self.section("profile other", "AKIAOTHER")
        )
        #expect(try Self.id(["HOME": home.path]) == "AKIADEFAULT")
        #expect(try Self.id(["HOME": home.path, "AWS_PROFILE": "team"]) == "AKIATEAM")
        #expect(try Self.id(["HOME": home.path, "AWS_PROFILE": "other"]) == "AKIAOTHER")
        #expect(throws: ActFailure.self) { try Self.id(["HOME": home.path, "AWS_PROFILE": "none"]) }
    }

    @Test("are read from the files that the environment names")
    func namedFiles() throws {
        let home = try Home()
        try home.write("keys", Self.section("default", "AKIAKEYS"))
        try home.write("config", Self.section("default", "AKIACONFIG"))
        let keys = "\(home.path)/keys"
        #expect(try Self.id(["HOME": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": keys]) == "AKIAKEYS")
        #expect(try Self.id(["AWS_CONFIG_FILE": "\(home.path)/config"]) == "AKIACONFIG")
    }

    @Test("are read anew once the file has changed")
    func rotation() throws {
        let home = try Home()
        try home.write(".aws/credentials", Self.section("default", "AKIAOLD"))
        let path = home.path
        let source = AWSCredentialSource { $0 == "HOME" ? path : nil }
        #expect(try source.credentials().accessKeyID == "AKIAOLD")
        try home.write(".aws/credentials", Self.section("default", "AKIANEW"))
        #expect(try source.credentials().accessKeyID == "AKIANEW")
        #expect(try source.credentials().secretAccessKey.text == "secret of AKIANEW")
    }

    @Test("are not read from what is no file")
    func noFile() throws {
        let home = try Home()
        #expect(throws: ActFailure.self) { try Self.id(["AWS_SHARED_CREDENTIALS_FILE": home.path]) }
        #expect(throws: ActFailure.self) { try Self.id(["AWS_SHARED_CREDENTIALS_FILE": "/dev/zero"]) }
    }
}
