import Egress

/// The reason why a webhook has not taken an event.
enum DeliveryFailure: Error, Equatable {
    case status(Int)
    case egress(EgressError)
    case unreadable
    /// The webhook is not any more what it was: what is to be done is decided again.
    case changed

    /// The reason for the operator's log, with nothing of what the receiver sent; `nil` where there is none to tell.
    var text: String? {
        switch self {
        case .status(let status): "it responds with status \(status)"
        case .egress(let error): error.ofReceiver
        case .unreadable: "its secret or the audit log can't be read"
        case .changed: nil
        }
    }
}

extension EgressError {
    /// The error in words, without anything that a third party sent.
    fileprivate var ofReceiver: String {
        switch self {
        case .refusedAddress: "its address may not be connected to"
        case .plaintextNotAllowed: "plain HTTP is not allowed"
        case .unresolvableHost: "its host has no address"
        case .connectionFailed: "no connection came about"
        case .insecure: "its certificate is not valid, or TLS failed otherwise"
        case .timedOut: "it takes too long"
        case .cancelled, .stopped: "the server stops"
        default: "its URL or its response is malformed"
        }
    }
}
