import Dispatch

/// Threads that may wait, for reads that take long: network threads must not.
enum WaitingQueue {
    private static let queue = DispatchQueue(label: "keyway.waiting", attributes: .concurrent)

    static func run(_ body: @escaping @Sendable () -> Void) {
        queue.async(execute: body)
    }
}
