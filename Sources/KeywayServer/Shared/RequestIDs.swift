import Synchronization

/// Issues the ids by which a response, its log line and its audit event name one request.
final class RequestIDs: Sendable {
    private let last = Atomic<UInt64>(.random(in: 0...UInt64.max))

    /// 15 hexadecimal digits: rising from a random start, so that they differ between runs.
    func next() -> String {
        let number = last.wrappingAdd(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 15) { buffer in
            let digits: StaticString = "0123456789abcdef"
            for position in 0..<15 {
                buffer[position] = digits.utf8Start[Int(number >> UInt64(56 - 4 * position) & 0xf)]
            }
            return 15
        }
    }
}
