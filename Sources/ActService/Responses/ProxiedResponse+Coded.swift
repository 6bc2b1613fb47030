import Egress
import NetworkTypes
import Scrubbing

// A body that is passed on in the coding in which it came.
extension ProxiedResponse {
    /// Begins to pass on a coded body as it comes. Until something is let out, a secret that is found can be told with
    /// an error of Keyway's own.
    func passCoded(_ response: ActResponse, _ head: ResponseHead) -> Demand {
        coded = CodedBody(patterns)
        codedLength = cut?.length ?? Self.length(in: head)
        passage = .holding(response, head)
        return .moreAsCoded
    }

    func receivedCoded(_ piece: UnsafeRawBufferPointer, decoded: Int) -> Demand {
        var output: [UInt8] = []
        coded?.take(piece, decoded: decoded, into: &output)
        if coded?.failure != nil || caller.hasLeft { return .cancel }
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

    func finishCoded(into output: inout [UInt8]) {
        var rest: [UInt8] = []
        coded?.finish(into: &rest)
        output += cut?.take(rest) ?? rest
    }

    /// Why a coded body is not passed on.
    var codingError: EgressError? {
        switch coded?.failure {
        case nil: nil
        case .secret: .secretInCoding
        case .tooMuchHeld: .malformedResponse("its content coding can't be searched in pieces")
        }
    }
}
