import Threads

/// Standard input as lines.
enum StandardInput {
    /// The lines as they come, without their newlines. They are read by a thread of their own, which may wait.
    static func lines() -> AsyncThrowingStream<[UInt8], any Error> {
        let (lines, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        DetachedThread.start {
            do {
                var reader = try LineReader(path: "-")
                while let line = try reader.next({ line, _ in Array(line) }) { continuation.yield(line) }
                continuation.finish()
            } catch is LineReader.TooLong {
                continuation.finish(throwing: CommandError(.data, "a line has more than 16 MiB"))
            } catch {
                continuation.finish(throwing: error)
            }
        }
        return lines
    }
}
