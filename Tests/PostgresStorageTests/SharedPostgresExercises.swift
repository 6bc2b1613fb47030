import PostgresStorage
import Storage
import StorageTesting
import Testing

@Suite("A PostgreSQL store, as every store", .timeLimit(.minutes(10)))
struct SharedPostgresExercises {
    @Test("does what is required", arguments: StoreExercise.all)
    func does(_ exercise: StoreExercise) async throws {
        let store = try PostgresStore.open(try Databases.fresh(), digest: testDigest)
        try await exercise.run(on: store)
        await store.close()
    }
}
