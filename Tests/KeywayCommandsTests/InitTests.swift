import Documents
import Foundation
import JSONReading
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("keyway init", .timeLimit(.minutes(10)))
struct InitTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    @Test("prints one JSON object with the first keys, and keeps everything to its user")
    func json() async throws {
        let transcript = try await keyway("init", "--data-dir", directory("a/b/data"), "--json", exits: 0)
        #expect(transcript.errors.isEmpty)
        #expect(transcript.output.hasSuffix("}\n"))
        let object = try JSONReader.read(Array(transcript.output.utf8))
        guard case .object(let members) = object else {
            Issue.record("no object")
            return
        }
        #expect(
            members.map(\.name.string)
                == ["api_key", "application_key", "application_key_id", "organization_id", "user_id"]
        )
        let isHexadecimal = { (name: String, count: Int) in
            object[name]?.text?.string.wholeMatch(of: /[0-9a-f]+/)?.output.count == count
        }
        #expect(isHexadecimal("api_key", 32))
        #expect(isHexadecimal("application_key", 40))
        for name in ["application_key_id", "organization_id", "user_id"] {
            #expect(object[name]?.text.flatMap { Identifier($0.string) } != nil)
        }
        #expect(directory.mode(of: "a/b/data") == 0o700)
        #expect(directory.mode(of: "a") == 0o700)
        #expect(directory.mode(of: "a/b/data.key") == 0o600)
        let files = directory.names(in: "a/b/data")
        #expect(files.contains("keyway.db"))
        for file in files { #expect(directory.mode(of: "a/b/data/\(file)") == 0o600, "\(file)") }
        // The keys themselves are nowhere.
        for name in ["api_key", "application_key"] {
            let key = try #require(object[name]?.text?.string)
            for file in files + ["../data.key"] {
                let content = try Data(contentsOf: URL(filePath: directory("a/b/data/" + file)))
                let isThere = content.range(of: Data(key.utf8)) != nil
                #expect(!isThere, "\(file)")
            }
        }
    }

    @Test("prints what to do next")
    func text() async throws {
        let output = try await keyway("init", "--data-dir", data, exits: 0).output
        #expect(output.contains(/\n  DD_API_KEY=[0-9a-f]{32}\n  DD_APP_KEY=[0-9a-f]{40}\n/))
        #expect(output.contains("Master keys     \(data).key: back them up"))
        #expect(output.hasSuffix("\nNext: keyway serve --data-dir \(data)\n"))
    }

    @Test("is refused where it was done before, and changes nothing then")
    func twice() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let keys = directory.text(of: "data.key")
        let transcript = try await keyway("init", "--data-dir", data, exits: 73)
        #expect(transcript.output.isEmpty)
        #expect(
            transcript.errors == """
                keyway: \(data) is initialised already; its keys can't be shown again
                Try: keyway serve --data-dir \(data)

                """
        )
        #expect(directory.text(of: "data.key") == keys)
    }

    @Test("goes on where it was interrupted after it made the master keys")
    func resumedWithKeys() async throws {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        let keys = directory.text(of: "data.key")
        try FileManager.default.removeItem(atPath: data)
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        #expect(directory.text(of: "data.key") == keys)
    }

    @Test("goes on where it was interrupted before it made them; until then serve says to run it")
    func resumedWithoutKeys() async throws {
        let unwritable = directory("nowhere/key")
        let failure = try await keyway("init", "--data-dir", data, "--master-key-file", unwritable, exits: 73)
        #expect(failure.errors.contains(unwritable))
        let serve = try await keyway("serve", "--data-dir", data, exits: 78)
        #expect(serve.errors.hasSuffix("\nTry: keyway init --data-dir \(data)\n"))
        _ = try await keyway("init", "--data-dir", data, exits: 0)
    }

    @Test("does not go on with a key file that is damaged or open to others", arguments: ["damaged", "open"])
    func badKeyFile(_ fault: String) async throws {
        let file = directory("data.key")
        try Data("nonsense".utf8).write(to: URL(filePath: file))
        chmod(file, fault == "open" ? 0o644 : 0o600)
        let transcript = try await keyway("init", "--data-dir", data, exits: 73)
        #expect(transcript.errors.contains(file))
        #expect(directory.text(of: "data.key") == "nonsense")
    }

    @Test("refuses a master key file inside the data directory, however it is written")
    func keyFileInside() async throws {
        mkdir(data, 0o700)
        mkdir(directory("other"), 0o700)
        symlink(data, directory("link"))
        for (dataDirectory, file) in [
            (data, data + "/key"), (data, data + "/a/b"), (data, directory("other/../data/key")),
            (data + "/", data + "/./key"), (data, directory("link/key")), (directory("link"), data + "/key"),
        ] {
            let transcript = try await keyway("init", "--data-dir", dataDirectory, "--master-key-file", file, exits: 78)
            #expect(transcript.errors.contains("is inside the data directory"))
        }
        #expect(directory.names(in: "data").isEmpty)
    }

    @Test("puts the master keys beside the directory, whatever its path ends with", arguments: ["", "/", "//", "/."])
    func beside(_ ending: String) async throws {
        _ = try await keyway("init", "--data-dir", data + ending, exits: 0)
        #expect(directory.names() == ["data", "data.key"])
    }

    @Test("takes a path that is relative")
    func relative() async throws {
        await #expect(processExitsWith: .exitCode(0)) { [path = directory.path as String] in
            chdir(path)
            exit(await KeywayCommand.run(["init", "--data-dir", "data"]))
        }
        #expect(directory.names() == ["data", "data.key"])
        mkdir(directory("inner"), 0o700)
        await #expect(processExitsWith: .exitCode(0)) { [path = directory("inner") as String] in
            chdir(path)
            exit(await KeywayCommand.run(["init", "--data-dir", "."]))
        }
        #expect(directory.names() == ["data", "data.key", "inner", "inner.key"])
    }

    @Test("refuses a directory that can't be one of its own", arguments: ["/", "//", "/./", "/tmp/.."])
    func noDirectory(_ path: String) async throws {
        _ = try await keyway("init", "--data-dir", path, exits: 64)
    }

    @Test(
        "finds its directory by the variables of XDG and of Keyway",
        arguments: [
            (["XDG_DATA_HOME": "DIR"], "keyway"),
            (["XDG_DATA_HOME": "relative", "HOME": "DIR"], ".local/share/keyway"),
            (["XDG_DATA_HOME": "", "HOME": "DIR"], ".local/share/keyway"), (["KEYWAY_DATA_DIR": "DIR/own"], "own"),
            (["KEYWAY_DATA_DIR": "DIR/own", "XDG_DATA_HOME": "DIR"], "own"),
        ] as [([String: String], String)]
    )
    func variables(_ variables: [String: String], _ place: String) async throws {
        let environment = variables.mapValues { $0.replacingOccurrences(of: "DIR", with: directory.path) }
        _ = try await keyway("init", environment: environment, exits: 0)
        #expect(directory.mode(of: place) == 0o700)
        #expect(directory.mode(of: place + ".key") == 0o600)
    }

    @Test("takes the master keys from a variable, and then makes no file and names none")
    func keysInVariable() async throws {
        _ = try await keyway("init", "--data-dir", directory("other"), exits: 0)
        let environment = ["KEYWAY_MASTER_KEYS": directory.text(of: "other.key")]
        let transcript = try await keyway("init", "--data-dir", data, environment: environment, exits: 0)
        #expect(directory.mode(of: "data.key") == nil)
        #expect(transcript.output.contains("Master keys     those in KEYWAY_MASTER_KEYS: back them up"))
    }

    @Test("says so when the keys could not be printed: nothing else has them")
    func fullOutput() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(74),
            observing: [\.standardErrorContent]
        ) { [data = data as String] in
            dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO)
            exit(await KeywayCommand.run(["init", "--data-dir", data]))
        }
        let errors = printed(result.standardErrorContent)
        #expect(errors.contains("The keys are lost. Remove \(data), then try: keyway init again"))
    }
}
