import Threads

/// The spans that wait to be exported. Beyond a bound they are dropped and counted: nobody waits for a collector.
final class SpanQueue: SpanCollector, @unchecked Sendable {
    // Safe to share: the lock guards what varies.
    private let lock = Lock()
    private var spans: [FinishedSpan] = []
    private var dropped: UInt64 = 0
    private let capacity: Int
    private let batch: Int
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - capacity: Spans that wait at most.
    ///   - batch: Spans for which the exporter is woken.
    ///   - wake: Wakes it; must return at once.
    init(capacity: Int, batch: Int, wake: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.batch = batch
        self.wake = wake
    }

    func collect(_ span: FinishedSpan) {
        let isBatch = lock {
            guard spans.count < capacity else {
                dropped += 1
                return false
            }
            spans.append(span)
            return spans.count == batch
        }
        if isBatch { wake() }
    }

    /// Takes the oldest spans, as many as a batch has at most.
    func take() -> [FinishedSpan] {
        lock {
            let taken = Array(spans.prefix(batch))
            spans.removeFirst(taken.count)
            return taken
        }
    }

    /// Takes spans back that were taken, before all others.
    func putBack(_ taken: [FinishedSpan]) {
        lock { spans.insert(contentsOf: taken, at: 0) }
    }

    /// Counts spans that were taken and could not be delivered.
    func drop(_ count: Int) {
        lock { dropped += UInt64(count) }
    }

    var droppedCount: UInt64 { lock { dropped } }
}
