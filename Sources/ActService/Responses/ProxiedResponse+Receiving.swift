import Acting
import Egress
import LinkRewriting
import NetworkTypes
import Scrubbing
import Threads

// The upstream's side: head and body as they come.
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

    private static func isUpstreamLocation(_ header: HeaderField) -> Bool {
        header.name == ProxiedHeaders.upstreamLocation
    }

    /// Begins to pass on what comes.
    func begin(_ response: ActResponse) {
        body = begun(response)
        passage = .streaming
    }

    func begun(_ response: ActResponse) -> ActBody {
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

    func finishFiltering(into output: inout [UInt8]) {
        guard linkRewriter != nil || cut != nil else { return scrubber.finish(into: &output) }
        var masked: [UInt8] = []
        scrubber.finish(into: &masked)
        if let part = cut?.take(masked) { return output.append(contentsOf: part) }
        masked.withUnsafeBytes { linkRewriter?.rewrite($0, into: &output) }
        linkRewriter?.finish(into: &output)
    }

    /// Whether a response waits until all of it is there: a short one, and one whose body may yet say that a token
    /// is no longer taken.
    private func isHeld(_ head: ResponseHead) -> Bool {
        if isHead || head.status == 204 || head.status == 304 { return true }
        if let length = Self.length(in: head) { return length <= Self.heldAtMost }
        return renewer != nil && (head.status == 400 || head.status == 403)
    }

    func received(_ piece: UnsafeRawBufferPointer) -> Demand {
        if coded != nil {
            coded?.takeText(piece)
            return coded?.failure == nil ? .more : .cancel
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

    func pass(on bytes: [UInt8]) -> Demand {
        guard case .streaming = passage, !bytes.isEmpty else { return .more }
        facts.bytes += bytes.count
        return body?.write(bytes) == false ? .pause : .more
    }

    static func length(in head: ResponseHead) -> Int? {
        head["Content-Length"].flatMap { Int($0) }
    }

    private func response(to head: ResponseHead, isDecoded: Bool) -> ActResponse {
        var headers = ProxiedHeaders.passedOn(head, scrubbedOf: patterns, isDecoded: isDecoded)
        links.rewrite(&headers)
        if !isHead, isDecoded { ProxiedHeaders.describeChangedBody(&headers) }
        return ActResponse(status: head.status, headers: headers, upstreamNanoseconds: facts.upstreamNanoseconds)
    }
}
