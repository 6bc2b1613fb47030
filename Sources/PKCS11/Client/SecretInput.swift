import Platform
import Secrets

/// Frames that come from a socket, in memory that is zeroed.
final class SecretInput {
    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * HelperMessage.maximumLength,
        alignment: 16
    )
    private var count = 0

    deinit {
        clear()
        memory.deallocate()
    }

    /// Forgets what came so far.
    func clear() {
        if let start = memory.baseAddress { explicit_bzero(start, memory.count) }
        count = 0
    }

    /// Reads what there is.
    ///
    /// - Returns: `false` at the end.
    func read(_ socket: Int32) -> Bool {
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
        let received = recv(socket, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        if received < 0 { return errno == EAGAIN || errno == EINTR }
        count += received
        return received > 0
    }

    /// The next frame, if it is there as a whole.
    func next() -> (HelperMessage.Head, Secret)? {
        guard count >= HelperMessage.headLength else { return nil }
        let head = HelperMessage.Head(UnsafeRawBufferPointer(rebasing: memory[..<HelperMessage.headLength]))
        let end = HelperMessage.headLength + min(head.length, HelperMessage.maximumLength)
        guard count >= end else { return nil }
        let content = Secret(copying: memory[HelperMessage.headLength..<end])
        guard let start = memory.baseAddress else { return nil }
        memmove(start, start + end, count - end)
        explicit_bzero(start + (count - end), end)
        count -= end
        return (head, content)
    }
}
