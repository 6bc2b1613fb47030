import Secrets

/// Puts a text together of which parts are secret: they are copied nowhere but into the result.
struct SecretText {
    private enum Piece {
        case text(String)
        case secret(Secret)

        var count: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .secret(let secret): secret.count
            }
        }
    }

    private var pieces: [Piece] = []

    mutating func append(_ text: String) {
        pieces.append(.text(text))
    }

    mutating func append(_ secret: Secret) {
        pieces.append(.secret(secret))
    }

    func joined() -> Secret {
        Secret(buffer())
    }

    func buffer() -> SecretBuffer {
        SecretBuffer(count: pieces.reduce(0) { $0 + $1.count }) { memory in
            var start = 0
            for piece in pieces {
                let room = UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + piece.count])
                switch piece {
                case .text(var text): text.withUTF8 { room.copyMemory(from: UnsafeRawBufferPointer($0)) }
                case .secret(let secret): secret.withBytes { room.copyMemory(from: $0) }
                }
                start += piece.count
            }
        }
    }
}
