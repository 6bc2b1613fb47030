import Egress
import LinkRewriting

extension ProxiedResponse {
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
        /// From the request to the response's head.
        var upstreamNanoseconds: UInt64 = 0
        /// The length of the body as it was passed on, in bytes.
        var bytes = 0
        /// How often a secret was masked in it.
        var masked = 0
    }
}
