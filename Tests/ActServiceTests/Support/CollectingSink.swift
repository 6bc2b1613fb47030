import Egress
import ActService
import Documents
import NetworkTypes
import Synchronization

/// The response to an act, as a door has it.
struct CollectedResponse: Sendable {
    /// Status and headers; `nil` where there is an error instead.
    var head: ActResponse?
    var error: ActError?
    var body: [UInt8] = []
    var isStreamed = false
    var isBrokenOff = false

    var status: Int? { head?.status }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        head?.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A door of a few lines: collects the one response to an act, and counts how often it began and ended.
final class CollectingSink: ActSink, ActBodySink {
    private struct State {
        var response = CollectedResponse()
        var begins = 0
        var ends = 0
        var caller: ActCaller?
        var leave: (@Sendable () -> Void)?
        var continuation: CheckedContinuation<CollectedResponse, Never>?
    }

    private let state = Mutex(State())
    /// Says whether there is room for more after so many bytes.
    private let takesMore: @Sendable (_ count: Int, ActCaller) -> Bool

    init(takesMore: @escaping @Sendable (_ count: Int, ActCaller) -> Bool = { _, _ in true }) {
        self.takesMore = takesMore
    }

    /// How often a response began, and how often one ended.
    var begins: Int { state.withLock { $0.begins } }
    var ends: Int { state.withLock { $0.ends } }

    /// The caller hangs up before there is a response.
    func hangUp() { state.withLock { $0.leave }?() }

    /// The response, once it has ended.
    func response(to act: (CollectingSink) -> Void) async -> CollectedResponse {
        await withCheckedContinuation { continuation in
            state.withLock { $0.continuation = continuation }
            act(self)
        }
    }

    // MARK: ActSink

    func address(of connection: Identifier) -> DoorAddress {
        DoorAddress(origin: "https://door.example", path: "/through/\(connection)")
    }

    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.leave = body } }

    func send(_ response: ActResponse) {
        begin { state in
            state.response.head = response
            state.response.body = response.body
        }
        end()
    }

    func begin(_ response: ActResponse, length: Int?, for caller: ActCaller) -> any ActBodySink {
        begin { state in
            state.response.head = response
            state.response.isStreamed = true
            state.caller = caller
        }
        return self
    }

    func fail(_ error: ActError) {
        begin { $0.response.error = error }
        end()
    }

    // MARK: ActBodySink

    func write(_ piece: [UInt8]) -> Bool {
        let (count, caller) = state.withLock { state in
            state.response.body += piece
            return (state.response.body.count, state.caller)
        }
        return caller.map { takesMore(count, $0) } ?? true
    }

    func finish() { end() }

    func abort() {
        state.withLock { $0.response.isBrokenOff = true }
        end()
    }

    private func begin(_ change: (inout State) -> Void) {
        state.withLock { state in
            state.begins += 1
            change(&state)
        }
    }

    private func end() {
        let (continuation, response) = state.withLock { state in
            state.ends += 1
            defer { state.continuation = nil }
            return (state.continuation, state.response)
        }
        continuation?.resume(returning: response)
    }
}
