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
