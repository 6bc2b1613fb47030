import Platform
import Testing
import TestSupport
import Vault

@Suite("A master key file")
struct MasterKeyFileTests {
    let directory = TemporaryDirectory()

    @Test("is created with a key, for its owner alone")
    func creates() throws {
        let keyring = try MasterKeyring.create(at: directory.file("key"))
        #expect(directory.mode(of: "key") == 0o600)
        #expect(try MasterKeyring.load(from: directory.file("key")).ids == keyring.ids)
        let lines = directory.text(of: "key").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 2)
        #expect(lines.first == "keyway-master-keys-v1")
        #expect(lines.last?.count == 8 + 1 + 64)
    }

    @Test("opens what was sealed before it was read again")
    func reopens() throws {
        let sealed = try Fixture(keyring: MasterKeyring.create(at: directory.file("key"))).seal([("a", "1")])
        let later = Fixture(keyring: try MasterKeyring.load(from: directory.file("key")))
        #expect(try later.open(sealed, "a") == "1")
    }

    @Test("is never overwritten")
    func createsOnce() throws {
        directory.save("anything", as: "key")
        #expect(throws: MasterKeyError.exists(path: directory.file("key"))) {
            try MasterKeyring.create(at: directory.file("key"))
        }
        #expect(directory.text(of: "key") == "anything")
    }

    @Test("must not be open to others", arguments: [0o640, 0o604, 0o620, 0o660, 0o644, 0o700, 0o777, 0o4600])
    func refusesModes(mode: Int) throws {
        _ = try MasterKeyring.create(at: directory.file("key"))
        chmod(directory.file("key"), mode_t(mode))
        let path = directory.file("key")
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyring.load(from: path) }
        #expect(error == .openToOthers(path: path, mode: "0" + String(mode, radix: 8)))
        #expect(error?.description.contains("`chmod 600 \(path)`") == true)
        #expect(error?.description.contains("mode 0\(String(mode, radix: 8))") == true)
    }

    @Test("may be closed to writing")
    func acceptsStricterMode() throws {
        _ = try MasterKeyring.create(at: directory.file("key"))
        chmod(directory.file("key"), 0o400)
        #expect(throws: Never.self) { try MasterKeyring.load(from: directory.file("key")) }
    }

    @Test("may be reached by a link")
    func followsLinks() throws {
        let keyring = try MasterKeyring.create(at: directory.file("key"))
        symlink(directory.file("key"), directory.file("link"))
        #expect(try MasterKeyring.load(from: directory.file("link")).ids == keyring.ids)
    }

    @Test("is missed with what to do")
    func missing() {
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyring.load(from: directory.file("key")) }
        #expect(error == .missing(path: directory.file("key")))
        #expect(error?.description.contains("keyway init") == true)
    }

    @Test("is a regular file")
    func regular() {
        mkdir(directory.file("directory"), 0o600)
        #expect(throws: MasterKeyError.noRegularFile(path: directory.file("directory"))) {
            try MasterKeyring.load(from: directory.file("directory"))
        }
        mkfifo(directory.file("key"), 0o600)
        #expect(throws: MasterKeyError.noRegularFile(path: directory.file("key"))) {
            try MasterKeyring.load(from: directory.file("key"))
        }
    }

    @Test("cannot be made where there is no directory")
    func noDirectory() {
        let path = directory.file("none/key")
        let error = #expect(throws: MasterKeyError.self) { try MasterKeyring.create(at: path) }
        #expect(error == .system(path: path, action: "create", code: ENOENT))
        #expect(error?.description == "cannot create \(path): No such file or directory")
    }

    @Test("takes a new active key, and keeps the old ones")
    func rotates() throws {
        let first = try MasterKeyring.create(at: directory.file("key"))
        let second = try MasterKeyring.addActiveKey(at: directory.file("key"))
        let third = try MasterKeyring.addActiveKey(at: directory.file("key"))
        #expect(second.ids.dropFirst().elementsEqual(first.ids))
        #expect(third.ids.dropFirst().elementsEqual(second.ids))
        #expect(try MasterKeyring.load(from: directory.file("key")).ids == third.ids)
        #expect(directory.mode(of: "key") == 0o600)
        #expect(access(directory.file("key.new"), F_OK) != 0)
    }

    @Test("is changed by one at a time")
    func oneRotation() throws {
        let keyring = try MasterKeyring.create(at: directory.file("key"))
        directory.save("", as: "key.new")
        #expect(
            throws: MasterKeyError.changeUnderWay(path: directory.file("key"), temporaryPath: directory.file("key.new"))
        ) {
            try MasterKeyring.addActiveKey(at: directory.file("key"))
        }
        #expect(try MasterKeyring.load(from: directory.file("key")).ids == keyring.ids)
    }

    @Test("is left alone by a change that fails")
    func failedRotation() {
        directory.save("nothing good", as: "key")
        #expect(throws: MasterKeyError.self) { try MasterKeyring.addActiveKey(at: directory.file("key")) }
        #expect(directory.text(of: "key") == "nothing good")
        #expect(access(directory.file("key.new"), F_OK) != 0)
    }
}
