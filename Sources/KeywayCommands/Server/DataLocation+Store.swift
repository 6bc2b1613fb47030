import Access
import ActService
import Cryptography
import PostgresStorage
import SQLiteStorage
import Storage

// The one place that chooses a store: all else knows stores by their protocols. (What a backup is depends on the store
// too, so `keyway backup` and `keyway restore` name the embedded one's files.)
extension DataLocation {
    private static let digest: DigestFunction = { KeyDigest(SHA256.digest(of: $0)) }

    /// Whether there is a store.
    var hasStore: Bool {
        switch store {
        case .directory(let directory): SealedSecretsFile.exists(in: directory)
        case .database: true
        }
    }

    /// Opens the store, which must exist.
    func openStore(observer: (any StoreObserver)? = nil) throws(CommandError) -> any Store {
        do throws(StoreError) {
            switch store {
            case .directory(let directory): return try Self.openStore(in: directory, observer: observer)
            case .database(let database):
                return try PostgresStore.open(database.configuration, digest: Self.digest, observer: observer)
            }
        } catch {
            throw CommandError(.unavailable, error.reason)
        }
    }

    /// Opens the embedded store in a directory, which must exist.
    static func openStore(
        in directory: String,
        observer: (any StoreObserver)? = nil
    ) throws(StoreError) -> any Store {
        try SQLiteStore(directory: directory, digest: digest, observer: observer)
    }

    /// Creates the store, or opens one that exists.
    func createStore() throws(CommandError) -> any Store {
        do throws(StoreError) {
            switch store {
            case .directory(let directory): return try SQLiteStore.create(in: directory, digest: Self.digest)
            case .database(let database):
                return try PostgresStore.create(database.configuration, digest: Self.digest)
            }
        } catch {
            throw CommandError(.cannotCreate, error.reason)
        }
    }

    /// Opens the sealed secrets, beside a server or without one.
    func openSealedSecrets() throws(CommandError) -> any SealedRecords & ServerKeyStore {
        do throws(StoreError) {
            switch store {
            case .directory(let directory): return try SealedSecretsFile(directory: directory)
            case .database(let database):
                return try PostgresStore.open(database.configuration, digest: Self.digest)
            }
        } catch {
            throw CommandError(.input, error.reason)
        }
    }

    /// Opens the audit logs, beside a server or without one.
    func openAuditLogs() throws(CommandError) -> any AuditLogs {
        do throws(StoreError) {
            switch store {
            case .directory(let directory): return try AuditLogFile(directory: directory)
            case .database(let database):
                return try PostgresStore.open(database.configuration, digest: Self.digest)
            }
        } catch {
            throw CommandError(.input, error.reason)
        }
    }
}

extension StoreLocation {
    /// Opens all of a store, which nobody else may write meanwhile.
    func openRows() throws(CommandError) -> any StoredRows {
        do throws(StoreError) {
            switch self {
            case .directory(let directory): return try SQLiteRows(directory: directory)
            case .database(let database): return try PostgresRows(database.configuration, at: name)
            }
        } catch {
            throw CommandError(.input, error.reason)
        }
    }

    /// Opens what becomes a store: new, or as far as an earlier process filled it, unless that is to begin again.
    func openFillable(restarting: Bool) throws(CommandError) -> any FillableStore {
        do throws(StoreError) {
            switch self {
            case .directory(let directory): return try SQLiteTarget(into: directory, restarting: restarting)
            case .database(let database):
                return try PostgresTarget(database.configuration, at: name, restarting: restarting)
            }
        } catch {
            throw CommandError(.cannotCreate, error.reason)
        }
    }

    /// Opens a store for a look at what is wrong with it.
    func openExamination() throws(StoreError) -> any ExaminableStore {
        switch self {
        case .directory(let directory): try SQLiteExamination(directory: directory)
        case .database(let database): try PostgresExamination(database.configuration, at: name)
        }
    }
}

extension DatabaseLocation {
    fileprivate var configuration: PostgresConfiguration {
        var configuration = PostgresConfiguration(address: uri)
        configuration.directAddress = directURI
        configuration.accessStaleness = staleness
        return configuration
    }
}
