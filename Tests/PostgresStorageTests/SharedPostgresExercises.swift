import Platform
import PostgresStorage
import PostgresTesting
import Secrets
import Storage
import StorageTesting
import Testing

@Suite("A PostgreSQL store, as every store", .timeLimit(.minutes(10)))
struct SharedPostgresExercises {
    @Test("does what is required", arguments: StoreExercise.all)
    func does(_ exercise: StoreExercise) async throws {
        let configuration = try Databases.fresh()
        let store = try PostgresStore.open(configuration, digest: testDigest)
        try await exercise.run(on: store)
        await store.close()
        try Databases.giveBack(configuration)
    }
}

@Suite("A PostgreSQL store behind PgBouncer, as every store", .timeLimit(.minutes(10)))
struct PooledPostgresExercises {
    private static let pooler = Result { try Databases.server().startPooler() }

    /// Some of each kind; all of them where there is time.
    private static let exercises = StoreExercise.all.enumerated()
        .filter { getenv("KEYWAY_LONG") != nil || $0.offset.isMultiple(of: 6) }
        .map(\.element)

    @Test("does what is required", arguments: exercises)
    func does(_ exercise: StoreExercise) async throws {
        var configuration = try Databases.fresh()
        let direct = configuration.address
        let database = direct.withBytes { String(decoding: $0, as: UTF8.self) }
            .dropFirst("postgresql:///".count).prefix { $0 != "?" }
        configuration.address = Secret(
            copying: "postgresql:///\(database)?host=\(try Self.pooler.get())&port=6432&user=keyway".utf8
        )
        configuration.directAddress = direct
        let store = try PostgresStore.open(configuration, digest: testDigest)
        try await exercise.run(on: store)
        await store.close()
        configuration.address = direct
        try Databases.giveBack(configuration)
    }
}
