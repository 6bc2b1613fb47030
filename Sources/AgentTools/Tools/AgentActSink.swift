import ActService
import Documents
import Synchronization

/// Takes the response to an act, and sends it to an agent as the result of a tool.
final class AgentActSink: ActSink {
    private let call: ToolCall
    private let connection: Identifier
    private let view: ResponseView
    private let reply: any DoorReply

    init(of call: ToolCall, through connection: Identifier, showing view: ResponseView, to reply: any DoorReply) {
        self.call = call
        self.connection = connection
        self.view = view
        self.reply = reply
    }

    /// Links become paths, as the tool takes them.
    func address(of connection: Identifier) -> DoorAddress { DoorAddress(origin: "", path: "") }

    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void) { reply.whenCallerLeaves(body) }

    func send(_ response: ActResponse) {
        let body = AgentActBody(of: response, for: self)
        _ = body.write(response.body)
        body.finish()
    }

    func begin(_ response: ActResponse, length: Int?, for caller: ActCaller) -> any ActBodySink {
        let body = AgentActBody(of: response, for: self, from: caller)
        call.bodies.add(body)
        return body
    }

    func fail(_ error: ActError) { reply.send(call.failure(error, through: connection)) }

    // MARK: The body

    /// The longest part of a body that is shown.
    var shownAtMost: Int { view.count }

    func keep(_ kind: BodyKind, isText: Bool) -> String {
        call.kept.begin(kind.mediaType, isText: isText, of: connection, for: call.actor)
    }

    func append(_ bytes: [UInt8], to kept: String) -> Bool { call.kept.append(bytes, to: kept) }

    func ended(_ body: AgentActBody) { call.bodies.remove(body) }

    func send(
        _ response: ActResponse,
        _ kind: BodyKind,
        isText: Bool,
        _ head: [UInt8],
        total: Int,
        kept: String?,
        cut: ActedResponse.Cut?
    ) {
        let end = isText ? BodyKind.wholeCharacters(of: head, atMost: view.count) : 0
        // It may have had to make room meanwhile.
        let isThere = kept.flatMap { call.kept.count(of: $0) }.map { $0 > end } ?? false
        let acted = ActedResponse(
            status: response.upstreamStatus,
            headers: view.shown(response.headers),
            kind: kind,
            shown: Array(head.prefix(end)),
            isText: isText,
            total: total,
            kept: isThere ? kept : nil,
            cut: cut
        )
        reply.send(call.responder.result(of: acted.result(hasLinks: call.responder.version.hasResourceLinks)))
    }
}

/// Gathers the body of a response: what is shown of it, and the whole where that is not all.
final class AgentActBody: ActBodySink {
    private struct State {
        /// The beginning: a byte more than is shown, so that the end of the last character is known.
        var head: [UInt8] = []
        var total = 0
        /// Whether it is text; decided by the beginning.
        var isText: Bool?
        var kept: String?
        var cut: ActedResponse.Cut?
        var isOver = false
    }

    private let response: ActResponse
    private let sink: AgentActSink
    private let caller: ActCaller?
    private let kind: BodyKind
    private let state = Mutex(State())

    init(of response: ActResponse, for sink: AgentActSink, from caller: ActCaller? = nil) {
        self.response = response
        self.sink = sink
        self.caller = caller
        kind = BodyKind(response.headers)
    }

    func write(_ piece: [UInt8]) -> Bool {
        let isFull = state.withLock { state in
            guard !state.isOver, state.cut == nil, !piece.isEmpty else { return false }
            state.total += piece.count
            let before = state.head
            let limit = sink.shownAtMost + 1
            if state.head.count < limit { state.head += piece.prefix(limit - state.head.count) }
            if !kind.mayBeText {
                state.isText = false
            } else if state.isText == nil, state.head.count == limit {
                state.isText = BodyKind.isText(state.head)
            }
            // All of it is shown, as far as is known.
            if state.isText != false, state.head.count < limit { return false }
            if let kept = state.kept { return !sink.append(piece, to: kept) }
            let kept = sink.keep(kind, isText: state.isText ?? false)
            state.kept = kept
            return !sink.append(before + piece, to: kept)
        }
        if isFull { cutOff(.length) }
        return true
    }

    func finish() { end(by: nil) }

    func abort() { end(by: .brokenOff) }

    /// Gives the rest up; the end comes from the third party's side.
    func cutOff(_ cut: ActedResponse.Cut) {
        let isFirst = state.withLock { state in
            guard !state.isOver, state.cut == nil else { return false }
            state.cut = cut
            return true
        }
        if isFirst { caller?.leaves() }
    }

    private func end(by cut: ActedResponse.Cut?) {
        let end = state.withLock { state -> State? in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.cut = state.cut ?? cut
            if state.isText == nil {
                state.isText = BodyKind.isText(state.head)
                // A short body that is no text after all.
                if state.isText == false, !state.head.isEmpty {
                    let kept = sink.keep(kind, isText: false)
                    state.kept = sink.append(state.head, to: kept) ? kept : nil
                }
            }
            return state
        }
        guard let end else { return }
        sink.ended(self)
        sink.send(
            response,
            kind,
            isText: end.isText ?? false,
            end.head,
            total: end.total,
            kept: end.kept,
            cut: end.cut
        )
    }
}
