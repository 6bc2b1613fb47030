/// The work that a message makes, by the thread for it.
package enum DoorWork: Sendable {
    /// None: this is the response.
    case done(DoorResponse)
    /// A read by id: done at once if the store answers at once.
    case lookup(@Sendable () -> DoorResponse)
    /// A read that may take long, for a thread that may wait.
    case search(@Sendable () -> DoorResponse)
    /// A question to a third party, which is given up when the caller leaves.
    case question(@Sendable () async -> DoorResponse)
    /// An act, whose response comes later.
    case act(@Sendable (any DoorReply) -> Void)
}

/// The response to a message.
package struct DoorResponse: Sendable, Equatable {
    package let status: Int
    /// JSON, or nothing.
    package let body: [UInt8]

    package init(status: Int, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }
}

/// Takes the one response to a message that is an act.
package protocol DoorReply: AnyObject, Sendable {
    /// Has `body` called, once, if the caller leaves before there is a response.
    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void)
    func send(_ response: DoorResponse)
}
