import HTTPServer

/// The one answer to an act: Keyway's own, or that of a third party. Exactly one of the first four is called, once;
/// an act that throws calls none.
struct ActReply: Sendable {
    /// Answers by Keyway itself.
    let own: @Sendable (Response) -> Void
    /// Answers by Keyway itself that there is no answer, and why.
    let failed: @Sendable (any Error) -> Void
    /// Answers with what the third party answered, all of it at hand.
    let proxied: @Sendable (Response) -> Void
    /// Answers with what the third party answers, as it comes: status and headers, and the length of the body if it is
    /// known.
    let stream: @Sendable (Response, Int?, any BodyStreamOwner) -> any ServiceBodyStream
    /// Has a closure called, once, if the caller leaves before there is an answer; a streamed one ends with its caller.
    let whenCallerLeaves: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// To be called when a streamed answer of that status is over, before its end is sent.
    let streamed: @Sendable (Int) -> Void
}
