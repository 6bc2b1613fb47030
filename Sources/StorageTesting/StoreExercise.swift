package import Storage

/// One thing that every store must do, tried on a fresh one.
package struct StoreExercise: Sendable {
    /// The requirement, as a sentence.
    package let name: String
    private let body: @Sendable (any Store) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any Store) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Tries it on a store that is open and empty.
    ///
    /// - Parameter store: It is the caller's to close; an exercise may have closed it already.
    /// - Throws: ``Failure`` if the store does otherwise, or what the store throws.
    package func run(on store: any Store) async throws {
        try await body(store)
    }

    /// All that is required of a store.
    package static let all =
        documents + awsAccounts + settings + sealedSecrets + lists + restrictions + visibleLists + users + roles
        + invitations + keys + tokens + revisions + requirements + accessLists + accessFilters + listPositions + changes
        + externalIDs + tokenIssuers + auditWebhooks + audit + isolation + concurrency
}

extension StoreExercise: CustomStringConvertible {
    package var description: String { name }
}

extension StoreExercise {
    /// A store did something else than what is required.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }
}

/// Requires equality.
func expect<Value: Equatable>(_ actual: Value, is expected: Value, _ subject: String) throws {
    guard actual != expected else { return }
    throw StoreExercise.Failure(description: "\(subject): \(actual) instead of \(expected)")
}

/// Requires a condition.
func expect(_ condition: Bool, _ requirement: String) throws {
    guard !condition else { return }
    throw StoreExercise.Failure(description: requirement)
}

/// Requires a value.
func required<Value>(_ value: Value?, _ subject: String) throws -> Value {
    guard let value else { throw StoreExercise.Failure(description: "\(subject) is not there") }
    return value
}
