import Access
import Acting
import Egress
import LinkRewriting

/// An act under way, and the caller who waits for its response.
///
/// It ends once, by ``fail(_:isRecorded:facts:)``, ``refuse(_:_:)`` or ``conclude(_:error:)``.
final class Act: Sendable {
    let use: ConnectionUse
    let sink: any ActSink
    let links: ActLinks
    let caller: CallerPresence

    init(_ use: ConnectionUse, to sink: any ActSink, _ links: ActLinks, caller: CallerPresence = CallerPresence()) {
        self.use = use
        self.sink = sink
        self.links = links
        self.caller = caller
    }

    /// The same act after a redirect was followed.
    func following(_ link: WebLink) -> Act {
        Act(use, to: sink, links.following(link), caller: caller)
    }

    /// Ends it with an error: nothing was passed on.
    func fail(_ error: any Error, isRecorded: Bool = true, facts: ProxiedResponse.Facts? = nil) {
        let isPerhapsDone = facts?.wasSent == true && !OutgoingRequest.isIdempotent(use.plan.method)
        let error = ActError(error, for: use.connection.clients, perhapsDone: isPerhapsDone)
        use.end(isRecorded ? .init(status: facts?.status, error: error.code) : nil, code: error.code)
        sink.fail(error)
    }

    /// Ends it with a redirect that is not passed on.
    func refuse(_ refusal: RedirectRefusal, _ facts: ProxiedResponse.Facts) {
        let isPerhapsDone = !OutgoingRequest.isIdempotent(use.plan.method)
        let error = ActError(.redirect(refusal, perhapsDone: isPerhapsDone), for: use.connection.clients)
        var outcome = AuditedAct.Outcome(status: facts.status, error: error.code)
        outcome.redirects = links.followed.map(\.origin)
        use.end(outcome, code: error.code, facts)
        sink.fail(error)
    }

    /// Ends it with a response, if perhaps not to the end. The response's own end comes after this: anyone who has it
    /// finds the outcome.
    func conclude(_ facts: ProxiedResponse.Facts, error: EgressError?) {
        var outcome = AuditedAct.Outcome(status: facts.status, error: error?.code)
        outcome.bytes = facts.bytes
        outcome.masked = facts.masked
        outcome.redirects = links.followed.map(\.origin)
        use.end(outcome, code: error?.code ?? "answered", facts)
    }
}
