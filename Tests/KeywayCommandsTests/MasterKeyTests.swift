import Foundation
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("The master keys", .timeLimit(.minutes(10)))
struct MasterKeyTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    @Test("of another directory are refused, before anything is sealed under them")
    func foreign() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        _ = try await keyway("init", "--data-dir", directory("other"), exits: 0)
        let file = directory("other.key")
        let transcript = try await keyway("serve", "--data-dir", data, "--master-key-file", file, exits: 78)
        #expect(transcript.errors.contains("sealed under master keys that are not at hand"))
        #expect(transcript.errors.contains("--master-key-file"))
    }

    @Test("get a new first key by rotation, and keep the older ones")
    func rotation() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let before = directory.text(of: "data.key").keyLines
        let transcript = try await keyway("rotate-master-key", "--data-dir", data, exits: 0)
        let after = directory.text(of: "data.key").keyLines
        #expect(after.count == 2)
        #expect(after.last == before.first)
        #expect(directory.mode(of: "data.key") == 0o600)
        // The id is no secret; the key is.
        let id = try #require(after.first?.prefix { $0 != ":" })
        #expect(transcript.output.contains(id))
        #expect(after.allSatisfy { !transcript.output.contains($0) })
    }

    @Test("cannot be rotated where there are none")
    func rotationOfNothing() async throws {
        let transcript = try await keyway("rotate-master-key", "--data-dir", data, exits: 66)
        #expect(transcript.errors.contains("there is no master key file at \(data).key"))
    }
}

@Suite("keyway recover")
struct RecoverTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    @Test("prints new keys of an admin, of the organisation that is asked for")
    func recovers() async throws {
        let first = try await keyway("init", "--data-dir", data, "--json", exits: 0).output.members
        let staging = try await keyway("orgs", "create", "Staging", "--data-dir", data, "--json", exits: 0)
        let recovered = try await keyway("recover", "--data-dir", data, "--json", exits: 0).output.members
        #expect(recovered["user_id"] == first["user_id"])
        #expect(recovered["application_key"] != first["application_key"])
        let other = try await keyway(
            ["recover", "--data-dir", data, "--organization", "Staging", "--user", "admin", "--json"],
            exits: 0
        )
        #expect(other.output.members["user_id"] == staging.output.members["user_id"])
    }

    @Test("names what is not there")
    func refuses() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let organization = try await keyway("recover", "--data-dir", data, "--organization", "No", exits: 66)
        #expect(organization.errors.contains("there are: Default"))
        let user = try await keyway("recover", "--data-dir", data, "--user", "nobody", exits: 66)
        #expect(user.errors.contains("no enabled user nobody"))
    }
}

@Suite("keyway orgs create")
struct CreateOrganizationTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    @Test("prints the keys of an organisation of its own")
    func creates() async throws {
        let first = try await keyway("init", "--data-dir", data, "--json", exits: 0).output.members
        let second = try await keyway("orgs", "create", "Staging", "--data-dir", data, "--json", exits: 0).output
            .members
        #expect(first.keys.sorted() == second.keys.sorted())
        for (name, value) in first { #expect(second[name] != value, "\(name)") }
    }

    @Test("refuses a name that is taken, and a directory without any organisation")
    func refuses() async throws {
        let empty = try await keyway("orgs", "create", "Staging", "--data-dir", data, exits: 69)
        #expect(empty.errors.contains("keyway init"))
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        _ = try await keyway("orgs", "create", "Staging", "--data-dir", data, exits: 0)
        let again = try await keyway("orgs", "create", "Staging", "--data-dir", data, exits: 73)
        #expect(again.errors.contains("choose another name"))
    }

    @Test("refuses a name that is none")
    func emptyName() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        #expect(
            try await keyway("orgs", "create", "", "--data-dir", data, exits: 64).errors.contains("must not be empty")
        )
    }

    @Test("is listed by its first word")
    func group() async throws {
        #expect(try await keyway("orgs", "--help", exits: 0).output.contains("orgs create"))
        #expect(try await keyway("orgs", exits: 64).errors.contains("needs a further word: orgs create"))
    }

    @Test("says what it needs where no name is given, and where there is one too many")
    func name() async throws {
        #expect(try await keyway("orgs", "create", exits: 64).errors.contains("needs NAME"))
        let two = try await keyway("orgs", "create", "One", "Two", exits: 64)
        #expect(two.errors.contains("takes no argument `Two`"))
    }
}

extension String {
    /// The lines of a master key file that hold keys.
    fileprivate var keyLines: [Substring] {
        split(separator: "\n").filter { $0.contains(":") && !$0.hasPrefix("#") }
    }

    fileprivate var members: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(utf8))) ?? [:]
    }
}
