import Acting
import Egress
import LinkRewriting
import NetworkTypes
import Scrubbing
import Threads

/// Carries a third party's answer to the caller: masked, and as it comes unless it is short.
///
/// A short answer of known length is held until it is there as a whole. All other answers are streamed from their first
/// byte on. One that is broken off is broken off here as well, after its status: what it answers may have been done.
///
/// Nothing that outlives the transfer holds it, as it holds secrets: the caller's side of a stream is an object of its
/// own, ``ActCaller``.
///
/// Safe to share: all that changes is the egress client's thread's.
package final class ProxiedResponse: @unchecked Sendable {
    /// The fate of a response.
    enum Delivery: ~Copyable, Sendable {
        /// All of it is with the caller but its end, which the error breaks off.
        case begun(ActBody, EgressError?)
        /// Nothing of it is with the caller.
        case unbegun(Finding)
    }

    /// The next step where nothing was passed on yet.
    enum Finding: Sendable {
        /// It is there as a whole.
        case whole(ActResponse)
        /// It was not passed on: the third party refused a token that can be renewed.
        case tokenRefused
        /// It was not passed on: it redirects to another host, and that is to be followed.
        case redirected(WebLink, location: String)
        /// It was not passed on: it redirects to another host.
        case redirectRefused(RedirectRefusal)
        /// It was not passed on: it is a part of a coded body, and the whole is to be asked for.
        case codedPart
        /// There is none.
        case failed(EgressError)
    }

    /// The facts of a response, whatever became of it.
    package struct Facts: Sendable {
        var status: Int?
        /// Whether the request may have been carried out.
        var wasSent = false
        /// Whether the third party refused a token that can be renewed, but the request can't be sent again.
        var refusesToken = false
        /// From the request to the answer's head.
        var upstreamNanoseconds: UInt64 = 0
        /// The length of the body as it was passed on, in bytes.
        var bytes = 0
        /// How often a secret was masked in it.
        var masked = 0
    }

    typealias Completion = @Sendable (consuming Delivery, Facts) -> Void

    private enum Passage {
        case none
        case holding(ActResponse, ResponseHead)
        /// All that arrives goes to ``body``.
        case streaming
        /// The answer is not passed on; so many bytes of its body have come.
        case dropping(Int, Finding)
    }

    private let caller = ActCaller()
    private let act: AuthenticatedAct
    private let range: RequestedRange?
    private let asksForWhole: Bool
    private let acceptedCodings: String
    /// By how much more than the range is asked for on either side, in bytes.
    private let margin: Int
    private let sink: any ActSink
    /// The authenticator that tells whether a response refuses a token; `nil` if another is not to be tried.
    private let renewer: ActAuthenticator?
    private let links: ActLinks
    private let patterns: ScrubPatterns
    private let isHead: Bool
    private let startedAt = MonotonicClock.now()

    // Of the egress client's thread.
    private var facts = Facts()
    private var completion: Completion?
    private var passage = Passage.none
    /// The body of a response that was begun.
    private var body: ActBody?
    private var scrubber: Scrubber
    private var linkRewriter: JSONLinkRewriter?
    /// A body that is passed on in the coding in which it came.
    private var coded: CodedBody?
    private var codedLength: Int?
    /// The part that is passed on, where a range was asked for.
    private var cut: RangeCut?
    private var losesItsWay = false

    /// The longest answer that is held, in bytes.
    private static let heldAtMost = 64 * 1_024

    /// - Parameters:
    ///   - act: The request, and what is masked in its answer.
    ///   - plan: The request as it was planned.
    ///   - asksForWhole: Whether the whole is asked for where the caller asked for a part.
    ///   - links: What becomes of its links and redirects.
    ///   - sink: Where a streamed answer goes.
    ///   - renewer: Tells whether an answer refuses the request's token; `nil` if no other is to be tried.
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
    ///   - completion: Told when the answer has come to its end, on the client's thread, which it must not block.
    func send(by egress: EgressClient, then completion: @escaping Completion) {
        self.completion = completion
        var request = act.request
        request.headers.append(.init(name: "Accept-Encoding", text: acceptedCodings))
        if let range, !asksForWhole {
            request.headers.append(.init(name: range.header, text: range.text(widenedBy: margin)))
            if let condition = range.condition { request.headers.append(.init(name: "If-Range", text: condition)) }
        }
        caller.waits(for: egress.send(request, to: self))
    }

    /// Ends it, on any thread, as a caller does who leaves. Holds nothing of the answer.
    var abandonment: @Sendable () -> Void { { [caller] in caller.leaves() } }
}

// MARK: - The upstream's side

extension ProxiedResponse: ResponseReceiver {
    func requestLeaves() {
        facts.wasSent = true
    }

    func received(_ head: ResponseHead) -> Demand {
        facts.status = head.status
        facts.upstreamNanoseconds = MonotonicClock.now() - startedAt
        // A switch of protocols, which can't be passed on.
        guard head.status >= 200 else { return .more }
        if let renewer, renewer.shouldRenew(after: head, of: act) {
            guard !act.isRepeatable else {
                passage = .dropping(0, .tokenRefused)
                return .more
            }
            facts.refusesToken = true
        }
        let linkRewriter = links.bodyRewriter(for: head)
        let outcome = range.map { RangeCut.of($0, in: head, widenedBy: margin) } ?? .none
        // What Keyway has to change is decoded, and what is stored nowhere.
        var isDecoded = head.isCoded && (linkRewriter != nil || head.status >= 400)
        if case .cut = outcome { isDecoded = false }
        var response = response(to: head, isDecoded: isDecoded)
        if (300..<400).contains(head.status), head.status != 304,
            let location = response.headers.first(where: Self.isUpstreamLocation), !location.value.isEmpty
        {
            switch links.redirection(to: location) {
            case .inside(let location):
                response.headers.removeAll(where: Self.isUpstreamLocation)
                response.headers.append(.init(name: "Location", value: location))
            case .followed(let link):
                passage = .dropping(0, .redirected(link, location: location.value))
                return .more
            case .refused(let refusal):
                passage = .dropping(0, .redirectRefused(refusal))
                return .more
            }
        }
        switch outcome {
        case .none: break
        case .cut(var cut):
            ProxiedHeaders.describePart(&cut, &response)
            self.cut = cut
            if head.isCoded { return passCoded(response, head) }
            scrubber = Scrubber(patterns, style: .sameLength)
            if isHeld(head) { passage = .holding(response, head) } else { begin(response) }
            return .more
        case .unsatisfiable(let length):
            ProxiedHeaders.describeUnsatisfiable(length, &response)
            passage = .dropping(0, .whole(response))
            return .more
        case .coded:
            let error = EgressError.malformedResponse("its part can't be passed on: the whole does not come")
            passage = .dropping(0, asksForWhole ? .failed(error) : .codedPart)
            return .more
        case .unreadable(let reason):
            passage = .dropping(0, .failed(.malformedResponse("its part can't be passed on: \(reason)")))
            return .more
        }
        if ProxiedHeaders.isJSON(head) { scrubber = Scrubber(patterns, style: .json) }
        self.linkRewriter = linkRewriter
        if head.isCoded, !isDecoded, !isHead { return passCoded(response, head) }
        if isHeld(head) { passage = .holding(response, head) } else { begin(response) }
        return .more
    }

    /// Begins to pass on a coded body as it comes. Until something is let out, a secret that is found can be told with
    /// an error of Keyway's own.
    private func passCoded(_ response: ActResponse, _ head: ResponseHead) -> Demand {
        coded = CodedBody(patterns)
        codedLength = cut?.length ?? Self.length(in: head)
        passage = .holding(response, head)
        return .moreAsCoded
    }

    private static func isUpstreamLocation(_ header: HeaderField) -> Bool {
        header.name == ProxiedHeaders.upstreamLocation
    }

    /// Begins to answer with what comes.
    private func begin(_ response: ActResponse) {
        body = begun(response)
        passage = .streaming
    }

    private func begun(_ response: ActResponse) -> ActBody {
        var response = response
        // Whether a link will be rewritten shows when the headers have left.
        if linkRewriter != nil { ProxiedHeaders.describeChangedBody(&response.headers) }
        return ActBody(sink.begin(response, length: codedLength ?? cut?.length, for: caller))
    }

    /// Masks secrets, and then cuts out the part that was asked for, or rewrites links.
    private func filter(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard linkRewriter != nil || cut != nil else { return scrubber.scrub(piece, into: &output) }
        if cut?.losesItsWay(piece) == true { losesItsWay = true }
        var masked: [UInt8] = []
        scrubber.scrub(piece, into: &masked)
        if let part = cut?.take(masked) { return output.append(contentsOf: part) }
        masked.withUnsafeBytes { linkRewriter?.rewrite($0, into: &output) }
    }

    private func finishFiltering(into output: inout [UInt8]) {
        guard linkRewriter != nil || cut != nil else { return scrubber.finish(into: &output) }
        var masked: [UInt8] = []
        scrubber.finish(into: &masked)
        if let part = cut?.take(masked) { return output.append(contentsOf: part) }
        masked.withUnsafeBytes { linkRewriter?.rewrite($0, into: &output) }
        linkRewriter?.finish(into: &output)
    }

    /// Whether an answer waits until it is there as a whole: a short one, and one whose body may yet say that a token
    /// is no longer taken.
    private func isHeld(_ head: ResponseHead) -> Bool {
        if isHead || head.status == 204 || head.status == 304 { return true }
        if let length = Self.length(in: head) { return length <= Self.heldAtMost }
        return renewer != nil && (head.status == 400 || head.status == 403)
    }

    func received(_ piece: UnsafeRawBufferPointer) -> Demand {
        if coded != nil {
            coded?.takeText(piece)
            return coded?.fault == nil ? .more : .cancel
        }
        var masked: [UInt8] = []
        switch passage {
        case .none: return .more
        case .dropping(let count, let finding):
            passage = .dropping(count + piece.count, finding)
            // Reading on keeps the connection for the next request, which no long body is worth.
            return count + piece.count > Self.heldAtMost ? .cancel : .more
        case .streaming: filter(piece, into: &masked)
        case .holding(var response, let head):
            passage = .none
            filter(piece, into: &response.body)
            guard response.body.count > Self.heldAtMost else {
                passage = .holding(response, head)
                return .more
            }
            // Longer than it said, as a compressed body is.
            swap(&masked, &response.body)
            begin(response)
        }
        if caller.hasLeft || losesItsWay { return .cancel }
        let demand = pass(on: masked)
        // What is left of the whole is of no use to a caller who asked for a part.
        if case .streaming = passage, let cut, cut.isOfWhole, cut.isComplete { return .cancel }
        return demand
    }

    func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand {
        var output: [UInt8] = []
        coded?.take(piece, decoded: decoded, into: &output)
        if coded?.fault != nil || caller.hasLeft { return .cancel }
        if let part = cut?.take(output) { output = part }
        let demand = passOrHold(output)
        return cut?.isComplete == true ? .cancel : demand
    }

    /// Passes on what was let out of a coded body, but holds a short one until it is there as a whole.
    private func passOrHold(_ output: [UInt8]) -> Demand {
        var output = output
        guard !output.isEmpty, case .holding(var response, let head) = passage else { return pass(on: output) }
        passage = .none
        response.body += output
        if let codedLength, codedLength <= Self.heldAtMost {
            passage = .holding(response, head)
            return .more
        }
        output = response.body
        response.body = []
        begin(response)
        return pass(on: output)
    }

    private func finishCoded(into output: inout [UInt8]) {
        var rest: [UInt8] = []
        coded?.finish(into: &rest)
        output += cut?.take(rest) ?? rest
    }

    /// Why a coded body is not passed on.
    private var codingError: EgressError? {
        switch coded?.fault {
        case nil: nil
        case .secret: .secretInCoding
        case .tooMuchHeld: .malformedResponse("its content coding can't be searched in pieces")
        }
    }

    func finished(_ error: EgressError?) {
        let delivery = delivery(after: error)
        let completion = completion
        self.completion = nil
        passage = .none
        caller.waitsNoMore()
        completion?(delivery, facts)
    }

    private func delivery(after error: EgressError?) -> Delivery {
        defer { facts.masked = scrubber.maskedCount }
        var error = codingError ?? error
        if losesItsWay { error = .malformedResponse("its part begins where it can't be told how to read it") }
        switch passage {
        case .none: return .unbegun(.failed(error ?? .malformedResponse("there was no answer")))
        case .dropping(_, let finding):
            // However its body ended, its head said all that matters.
            return .unbegun(error == .stopped ? .failed(.stopped) : finding)
        case .holding(let response, _) where coded != nil && cut?.isComplete == true && codingError == nil:
            facts.bytes = response.body.count
            return .unbegun(.whole(response))
        case .holding(var response, let head):
            if losesItsWay, let error { return .unbegun(.failed(error)) }
            if error == nil, coded != nil {
                finishCoded(into: &response.body)
                error = codingError
            }
            // Other methods may have done something, of which the status tells.
            if error == .secretInCoding, act.request.method == "GET" { return .unbegun(.failed(.secretInCoding)) }
            if let error, error != .cancelled, !isHead, response.status != 204, response.status != 304 {
                // The act may have been done: the caller learns the status, and that the body is not whole.
                return .begun(begun(response), error)
            }
            if error == .cancelled { return .unbegun(.failed(.cancelled)) }
            if coded == nil { finishFiltering(into: &response.body) }
            if let cut, !cut.isComplete {
                return .unbegun(.failed(.malformedResponse("its part is shorter than it says")))
            }
            if linkRewriter?.rewrittenCount ?? 0 > 0 { ProxiedHeaders.describeChangedBody(&response.headers) }
            let refusesToken = response.body.withUnsafeBytes { body in
                renewer?.shouldRenew(after: head, bodyStart: body, of: act) ?? false
            }
            if refusesToken, act.isRepeatable { return .unbegun(.tokenRefused) }
            if refusesToken { facts.refusesToken = true }
            facts.bytes = response.body.count
            guard isHead, head.status != 204, head.status != 304 else { return .unbegun(.whole(response)) }
            // The length is that of an answer to GET. A body that would be changed for it has another, and none is
            // told.
            let isPassedAsItIs = linkRewriter == nil && !(head.isCoded && head.status >= 400)
            let length = isPassedAsItIs ? Self.length(in: head) : nil
            return .begun(ActBody(sink.begin(response, length: length, for: caller)), nil)
        case .streaming:
            if let cut, cut.isComplete, !losesItsWay, codingError == nil {
                error = nil
            } else if error == nil {
                var rest: [UInt8] = []
                if coded == nil { finishFiltering(into: &rest) } else { finishCoded(into: &rest) }
                error = codingError
                _ = pass(on: rest)
            }
            if let cut, !cut.isComplete, error == nil { error = .malformedResponse("its part is shorter than it says") }
            guard let body = body.take() else { return .unbegun(.failed(error ?? .cancelled)) }
            return .begun(body, error)
        }
    }

    private func pass(on bytes: [UInt8]) -> Demand {
        guard case .streaming = passage, !bytes.isEmpty else { return .more }
        facts.bytes += bytes.count
        return body?.write(bytes) == false ? .pause : .more
    }

    private static func length(in head: ResponseHead) -> Int? {
        head["Content-Length"].flatMap { Int($0) }
    }

    private func response(to head: ResponseHead, isDecoded: Bool) -> ActResponse {
        var headers = ProxiedHeaders.passedOn(head, scrubbedOf: patterns, isDecoded: isDecoded)
        links.rewrite(&headers)
        if !isHead, isDecoded { ProxiedHeaders.describeChangedBody(&headers) }
        return ActResponse(status: head.status, headers: headers, upstreamNanoseconds: facts.upstreamNanoseconds)
    }
}
