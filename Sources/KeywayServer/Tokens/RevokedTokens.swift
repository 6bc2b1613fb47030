import Documents
import Synchronization

/// Remembers which tokens were revoked last, so that a client that repeats a revocation is told of its success.
final class RevokedTokens: Sendable {
    private struct Token: Hashable {
        let id: Identifier
        let organization: Identifier
    }

    private struct Memory {
        var tokens: Set<Token> = []
        var order: [Token] = []
    }

    private static let remembered = 1_024
    private let memory = Mutex(Memory())

    func note(_ id: Identifier, of organization: Identifier) {
        memory.withLock { memory in
            let token = Token(id: id, organization: organization)
            guard memory.tokens.insert(token).inserted else { return }
            memory.order.append(token)
            if memory.order.count > Self.remembered { memory.tokens.remove(memory.order.removeFirst()) }
        }
    }

    func contains(_ id: Identifier, of organization: Identifier) -> Bool {
        memory.withLock { $0.tokens.contains(Token(id: id, organization: organization)) }
    }
}
