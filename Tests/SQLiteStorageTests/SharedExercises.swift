import SQLiteStorage
import Storage
import StorageTesting
import Testing
import TestSupport

@Suite("An SQLite store, as every store", .timeLimit(.minutes(10)))
struct SharedExercises {
    @Test("does what is required", arguments: StoreExercise.all)
    func does(_ exercise: StoreExercise) async throws {
        let directory = TemporaryDirectory()
        let store = try directory.store()
        try await exercise.run(on: store)
        await store.close()
    }
}
