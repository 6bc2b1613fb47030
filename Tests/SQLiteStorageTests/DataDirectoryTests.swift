import Platform
import SQLiteStorage
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The data directory", .timeLimit(.minutes(10)))
struct DataDirectoryTests {
    private let directory = TemporaryDirectory()

    @Test("is created for its owner alone, with its parents")
    func modes() async throws {
        let path = directory.path + "/parent/data"
        let store = try SQLiteStore.create(in: path, digest: testDigest)
        _ = try await Tenant.create(in: store)
        #expect(mode(directory.path + "/parent") == 0o700)
        #expect(mode(path) == 0o700)
        for file in ["keyway.db", "keyway.db-wal", "keyway.lock"] {
            #expect(mode(path + "/" + file) == 0o600, "\(file)")
        }
        await store.close()
    }

    @Test("is opened by one store at a time")
    func lock() async throws {
        let store = try directory.store()
        let refusal = #expect(throws: StoreError.self) { try directory.store() }
        #expect(refusal?.says("\(directory.path) is in use by another Keyway process: stop that one first") == true)
        await store.close()
        await #expect(throws: Never.self) { try await directory.store().close() }
    }

    @Test("is opened by one process at a time")
    func processes() async throws {
        let store = try directory.store()
        await #expect(processExitsWith: .exitCode(3)) { [path = directory.path as String] in
            do throws(StoreError) {
                _ = try SQLiteStore(directory: path, digest: testDigest)
            } catch {
                exit(error.says("in use by another Keyway process") ? 3 : 4)
            }
        }
        await store.close()
    }

    @Test("is not there: says to create it")
    func missing() {
        let path = directory.path + "/none"
        let refusal = #expect(throws: StoreError.self) { try SQLiteStore(directory: path, digest: testDigest) }
        #expect(refusal?.says("there is no directory \(path): create it with `keyway init --data-dir \(path)`") == true)
    }

    @Test("is empty: says to create the database, and leaves nothing behind")
    func empty() {
        let refusal = #expect(throws: StoreError.self) {
            try SQLiteStore(directory: directory.path, digest: testDigest)
        }
        #expect(refusal?.says("\(directory.path) holds no Keyway database") == true)
        #expect(mode(directory.path + "/keyway.lock") == nil)
    }

    @Test("is a file: says so")
    func file() {
        let path = directory.path + "/file"
        write([], toFile: path)
        let refusal = #expect(throws: StoreError.self) { try SQLiteStore(directory: path, digest: testDigest) }
        #expect(refusal?.says("\(path) is no directory") == true)
    }

    @Test("cannot be written: says who should own it", arguments: [true, false])
    func readOnly(hasDatabase: Bool) async throws {
        if hasDatabase { try await directory.store().close() }
        chmod(directory.path, 0o555)
        await #expect(processExitsWith: .exitCode(3)) { [path = directory.path as String] in
            // The superuser may write anywhere.
            if geteuid() == 0 { setuid(65534) }
            do throws(StoreError) {
                _ = try SQLiteStore.create(in: path, digest: testDigest)
            } catch {
                exit(error.says(path) && error.says("let the server's user own the data directory") ? 3 : 4)
            }
        }
        chmod(directory.path, 0o700)
    }
}

/// The permissions of a file, or `nil` if there is none.
private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

extension StoreError {
    /// Whether its text contains `part`.
    func says(_ part: String) -> Bool {
        switch self {
        case .unavailable(let text), .corrupt(let text): text.contains(part)
        case .closed: false
        }
    }
}
