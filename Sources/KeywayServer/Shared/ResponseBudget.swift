import Documents
import Threads

/// The memory for responses that are being sent. A client that reads slowly, or not at all, keeps what it asked for
/// here.
///
/// Fair by key: a key may take more as long as it has taken no more than is left. So one key alone gets half of the
/// memory at most, and a caller who has taken nothing yet gets something as long as there is any.
///
/// Safe to share: the counts are only touched with the lock held.
final class ResponseBudget: @unchecked Sendable {
    /// A part of the memory, given back when the last reference to this goes.
    final class Share: Sendable {
        private let budget: ResponseBudget
        private let key: Identifier
        private let bytes: Int

        fileprivate init(of budget: ResponseBudget, _ bytes: Int, for key: Identifier) {
            self.budget = budget
            self.key = key
            self.bytes = bytes
        }

        deinit { budget.giveBack(bytes, of: key) }
    }

    /// Shorter responses are not counted, in bytes: the connections that there may be bound their memory.
    static let leastCounted = 16 * 1_024
    static let standardBytes = 96 * 1_024 * 1_024

    private let lock = Lock()
    private var left: Int
    private var taken: [Identifier: Int] = [:]

    init(bytes: Int = ResponseBudget.standardBytes) {
        left = bytes
    }

    /// The free part, in bytes.
    var free: Int { lock { left } }

    /// Takes memory for a response.
    ///
    /// - Parameters:
    ///   - bytes: How much.
    ///   - key: Whose it is.
    /// - Returns: `nil` if that is more than the key's part.
    func take(_ bytes: Int, for key: Identifier) -> Share? {
        lock {
            guard taken[key, default: 0] + bytes <= left else { return nil }
            left -= bytes
            taken[key, default: 0] += bytes
            return Share(of: self, bytes, for: key)
        }
    }

    private func giveBack(_ bytes: Int, of key: Identifier) {
        lock {
            left += bytes
            let rest = taken[key, default: 0] - bytes
            taken[key] = rest > 0 ? rest : nil
        }
    }
}
