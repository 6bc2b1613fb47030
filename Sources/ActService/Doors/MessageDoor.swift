package import Documents
package import NetworkTypes
package import Secrets

/// A door whose messages come by HTTP behind the gate of another one, which carries them: each is a body that is read as
/// a whole, and has one response.
package protocol MessageDoor: Sendable {
    /// Reads a message.
    ///
    /// - Parameters:
    ///   - message: The message. Of its caller the gate knows that they may act.
    ///   - actor: The caller.
    /// - Returns: The work that makes its response, for the thread that suits it.
    func work(for message: DoorMessage, by actor: Actor) -> DoorWork
}

/// A message, as the request for it came.
package struct DoorMessage: Sendable {
    /// The connection that the request's path names; `nil` for all that the caller may act through.
    package let connection: Identifier?
    package let headers: [HeaderField]
    package let body: SecretBuffer

    package init(connection: Identifier?, headers: [HeaderField], body: SecretBuffer) {
        self.connection = connection
        self.headers = headers
        self.body = body
    }

    /// The values of a header, by its name in any case.
    package func values(of name: String) -> [String] {
        headers.filter { HeaderSyntax.isSame($0.name, name) }.map(\.value)
    }
}

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
