import Synchronization

/// Tells a person at the terminal that work goes on, once it has taken a second. Programs are told nothing.
final class Progress: Sendable {
    private struct State {
        var title: String
        var count: Int?
    }

    private let state: Mutex<State>
    private static let frames = ["|", "/", "-", "\\"]

    private init(_ title: String) {
        state = Mutex(State(title: title))
    }

    /// Shows progress while the work is done.
    ///
    /// - Parameters:
    ///   - title: What is done, such as `Listing connections`.
    ///   - work: The work, which may say how far it is.
    /// - Returns: What the work returns.
    /// - Throws: What the work throws.
    static func showing<Result: Sendable>(
        _ title: String,
        _ work: (Progress) async throws -> Result
    ) async throws -> Result {
        let progress = Progress(title)
        guard Terminal.showsErrors else { return try await work(progress) }
        let display = Task { await progress.display() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await work(progress))
        } catch {
            result = .failure(error)
        }
        display.cancel()
        await display.value
        return try result.get()
    }

    /// Notes how many are done.
    func advance(to count: Int) {
        state.withLock { $0.count = count }
    }

    /// Goes on with another part of the work.
    func begin(_ title: String) {
        state.withLock { $0 = State(title: title) }
    }

    private func display() async {
        guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
        var step = 0
        while !Task.isCancelled {
            let current = state.withLock { $0 }
            let done = current.count.map { " \($0)" } ?? ""
            // What an earlier line had more is wiped away.
            show("\r\(Self.frames[step % Self.frames.count]) \(current.title)…\(done)\u{1b}[K")
            step += 1
            try? await Task.sleep(for: .milliseconds(100))
        }
        show("\r\u{1b}[K")
    }

    private func show(_ text: String) {
        _ = Terminal.write(text, to: 2)
    }
}
