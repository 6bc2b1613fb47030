import Acting
import Egress
import LinkRewriting
import Scrubbing

// The end of a response, and the fate of the rest.
extension ProxiedResponse {
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
        case .none: return .unbegun(.failed(error ?? .malformedResponse("there was no response")))
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
            // The length is that of a response to GET. A body that would be changed for it has another, and none is
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
}
