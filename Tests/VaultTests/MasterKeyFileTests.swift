import Platform
import Testing
import TestSupport
import Vault

@Suite("A master key file")
struct MasterKeyFileTests {
    let directory = TemporaryDirectory()

    @Test("is created with a key, for its owner alone")
    func creates() throws {
        let keyring = try MasterKeyList.create(at: directory("key"))
        #expect(directory.mode(of: "key") == 0o600)
        #expect(try MasterKeyList.load(from: directory("key")).ids == keyring.ids)
        let lines = directory.text(of: "key").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 2)
        #expect(lines.first == "keyway-master-keys-v1")
        #expect(lines.last?.count == 8 + 1 + 64)
    }

    @Test("opens what was sealed before it was read again")
    func reopens() async throws {
        let sealed = try await Fixture(keyring: MasterKeyList.create(at: directory("key")).keyring())
            .seal([("a", "1")])
        let later = Fixture(keyring: try MasterKeyList.load(from: directory("key")).keyring())
        #expect(try await later.open(sealed, "a") == "1")
    }

    @Test("is never overwritten")
    func createsOnce() throws {
        directory.save("anything", as: "key")
        #expect(throws: MasterKeyError.exists(path: directory("key"))) {
            try MasterKeyList.create(at: directory("key"))
        }
        #expect(directory.text(of: "key") == "anything")
    }

    @Test("must not be open to others", arguments: [0o640, 0o604, 0o620, 0o660, 0o644, 0o700, 0o777, 0o4600])
    func refusesModes(mode: Int) throws {
        _ = try MasterKeyList.create(at: directory("key"))
        chmod(directory("key"), mode_t(mode))
        let path = directory("key")
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyList.load(from: path) }
        #expect(error == .openToOthers(path: path, mode: "0" + String(mode, radix: 8)))
        #expect(error?.description.contains("`chmod 600 \(path)`") == true)
        #expect(error?.description.contains("mode 0\(String(mode, radix: 8))") == true)
    }

    @Test("may be closed to writing")
    func acceptsStricterMode() throws {
        _ = try MasterKeyList.create(at: directory("key"))
        chmod(directory("key"), 0o400)
        #expect(throws: Never.self) { try MasterKeyList.load(from: directory("key")) }
    }

    @Test("may be reached by a link")
    func followsLinks() throws {
        let keyring = try MasterKeyList.create(at: directory("key"))
        symlink(directory("key"), directory("link"))
        #expect(try MasterKeyList.load(from: directory("link")).ids == keyring.ids)
    }

    @Test("is missed with what to do")
    func missing() {
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyList.load(from: directory("key")) }
        #expect(error == .missing(path: directory("key")))
        #expect(error?.description.contains("keyway init") == true)
    }

    @Test("is a regular file")
    func regular() {
        mkdir(directory("directory"), 0o600)
        #expect(throws: MasterKeyError.noRegularFile(path: directory("directory"))) {
            try MasterKeyList.load(from: directory("directory"))
        }
        mkfifo(directory("key"), 0o600)
        #expect(throws: MasterKeyError.noRegularFile(path: directory("key"))) {
            try MasterKeyList.load(from: directory("key"))
        }
    }

    @Test("cannot be made where there is no directory")
    func noDirectory() {
        let path = directory("none/key")
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyList.create(at: path) }
        #expect(error == .system(path: path, action: "create", code: ENOENT))
        #expect(error?.description == "cannot create \(path): No such file or directory")
    }

    @Test("takes a new active key, and keeps the old ones")
    func rotates() throws {
        let first = try MasterKeyList.create(at: directory("key"))
        let second = try MasterKeyList.activate(at: directory("key"))
        let third = try MasterKeyList.activate(at: directory("key"))
        #expect(second.ids.dropFirst().elementsEqual(first.ids))
        #expect(third.ids.dropFirst().elementsEqual(second.ids))
        #expect(try MasterKeyList.load(from: directory("key")).ids == third.ids)
        #expect(directory.mode(of: "key") == 0o600)
        #expect(access(directory("key.new"), F_OK) != 0)
    }

    @Test("is changed by one at a time")
    func oneRotation() throws {
        let keyring = try MasterKeyList.create(at: directory("key"))
        directory.save("", as: "key.new")
        #expect(
            throws: MasterKeyError.changeUnderWay(path: directory("key"), temporaryPath: directory("key.new"))
        ) {
            try MasterKeyList.activate(at: directory("key"))
        }
        #expect(try MasterKeyList.load(from: directory("key")).ids == keyring.ids)
    }

    @Test("is left alone by a change that fails")
    func failedRotation() {
        directory.save("nothing good", as: "key")
        #expect(throws: MasterKeyError.self) { try MasterKeyList.activate(at: directory("key")) }
        #expect(directory.text(of: "key") == "nothing good")
        #expect(access(directory("key.new"), F_OK) != 0)
    }

    @Test("takes a key in hardware as the active one, and then says that it needs a version that knows such keys")
    func hardware() throws {
        let first = try MasterKeyList.create(at: directory("key"))
        let uri = try HardwareKeyURI(parsing: HardwareKeyURITests.uri)
        let second = try MasterKeyList.activate(uri, at: directory("key"))
        #expect(second.hardware == [uri])
        #expect(second.ids == first.ids)
        guard case .hardware(uri)? = second.entries.first else {
            Issue.record("the key in hardware is not the active one")
            return
        }
        let lines = directory.text(of: "key").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.prefix(2) == ["keyway-master-keys-v2", "\(uri)"])
        // And back: both stay at hand.
        let third = try MasterKeyList.activate(at: directory("key"))
        #expect(third.hardware == [uri])
        #expect(third.ids.count == 2)
        #expect(try MasterKeyList.load(from: directory("key")).description == third.description)
        // A key in hardware that is named again comes first, and stands there once.
        let fourth = try MasterKeyList.activate(uri, at: directory("key"))
        #expect(fourth.entries.count == 3)
    }

    @Test("is made for a key in hardware that was used without one, which then stands in it")
    func madeForHardware() throws {
        let uri = try HardwareKeyURI(parsing: HardwareKeyURITests.uri)
        #expect(try MasterKeyList.read(directory("key"), naming: uri).hardware == [uri])
        let list = try MasterKeyList.activate(at: directory("key"), naming: uri)
        #expect(list.ids.count == 1)
        #expect(list.hardware == [uri])
        #expect(directory.mode(of: "key") == 0o600)
        // From then on the file's order counts.
        let read = try MasterKeyList.read(directory("key"), naming: uri)
        #expect(read.description == list.description)
    }
}
