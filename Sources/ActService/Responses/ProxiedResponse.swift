import Acting
import Egress
import LinkRewriting
import NetworkTypes
import Scrubbing
import Threads

/// Carries a third party's response to the caller: masked, and as it comes unless it is short.
///
/// A short response of known length is held until all of it is there. All other responses are streamed from their first
/// byte on. One that is broken off is broken off here as well, after its status: the request may have been carried out.
///
/// Nothing that outlives the transfer holds it, as it holds secrets: the caller's side of a stream is an object of its
/// own, ``ActCaller``.
///
/// Safe to share: all that changes is the egress client's thread's.
package final class ProxiedResponse: @unchecked Sendable {
    typealias Completion = @Sendable (consuming Delivery, Facts) -> Void

    enum Passage {
        case none
        case holding(ActResponse, ResponseHead)
        /// All that arrives goes to ``body``.
        case streaming
        /// The response is not passed on; this many bytes of its body have come.
        case dropping(Int, Finding)
    }

    let caller = ActCaller()
    let act: AuthenticatedAct
    let range: RequestedRange?
    let asksForWhole: Bool
    private let acceptedCodings: String
    /// By how much more than the range is asked for on either side, in bytes.
    let margin: Int
    let sink: any ActSink
    /// The authenticator that tells whether a response refuses a token; `nil` if another is not to be tried.
    let renewer: ActAuthenticator?
    let links: ActLinks
    let patterns: ScrubPatterns
    let isHead: Bool
    let startedAt = MonotonicClock.now()

    // Of the egress client's thread.
    var facts = Facts()
    var completion: Completion?
    var passage = Passage.none
    /// The body of a response that was begun.
    var body: ActBody?
    var scrubber: Scrubber
    var linkRewriter: JSONLinkRewriter?
    /// A body that is passed on in the coding in which it came.
    var coded: CodedBody?
    var codedLength: Int?
    /// The part that is passed on, where a range was asked for.
    var cut: RangeCut?
    var losesItsWay = false

    /// The longest response that is held, in bytes.
    static let heldAtMost = 64 * 1_024

    /// - Parameters:
    ///   - act: The request, and what is masked in its response.
    ///   - plan: The request as it was planned.
    ///   - asksForWhole: Whether the whole is asked for where the caller asked for a part.
    ///   - links: What becomes of its links and redirects.
    ///   - sink: The destination of a streamed response.
    ///   - renewer: Tells whether a response refuses the request's token; `nil` if no other is to be tried.
    init(
        of act: AuthenticatedAct,
        plan: PlannedAct,
        asksForWhole: Bool = false,
        _ links: ActLinks,
        to sink: any ActSink,
        renewing renewer: ActAuthenticator?
    ) {
        self.act = act
        range = plan.range
        self.asksForWhole = asksForWhole
        acceptedCodings = plan.acceptedCodings
        self.links = links
        self.sink = sink
        self.renewer = act.hasToken ? renewer : nil
        isHead = act.request.method == "HEAD"
        patterns = ScrubPatterns(act.secrets)
        scrubber = Scrubber(patterns)
        margin = patterns.longestWriting + RangeCut.margin
    }

    /// Sends the request.
    ///
    /// - Parameters:
    ///   - egress: By whom.
    ///   - trace: Headers of a trace that go with it.
    ///   - completion: Called when the response has ended, on the client's thread, which it must not block.
    func send(
        by egress: EgressClient,
        adding trace: [OutgoingRequest.Header],
        then completion: @escaping Completion
    ) {
        self.completion = completion
        var request = act.request
        request.headers += trace
        request.headers.append(.init(name: "Accept-Encoding", text: acceptedCodings))
        if let range, !asksForWhole {
            request.headers.append(.init(name: range.header, text: range.text(widenedBy: margin)))
            if let condition = range.condition { request.headers.append(.init(name: "If-Range", text: condition)) }
        }
        caller.waits(for: egress.send(request, to: self))
    }

    /// Ends it, on any thread, as a caller does who leaves. Holds nothing of the response.
    var abandonment: @Sendable () -> Void { { [caller] in caller.leaves() } }
}
