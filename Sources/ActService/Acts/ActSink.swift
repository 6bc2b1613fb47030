package import Documents

/// A door's side of one act: takes the response, and knows whether the caller is still there.
///
/// A response is begun once, by ``send(_:)``, ``begin(_:length:for:)`` or ``fail(_:)``. One that was begun without its
/// body is fed and ended through an ``ActBody``.
package protocol ActSink: AnyObject, Sendable {
    /// The address that a caller of this door uses for what a connection reaches. Asked for only where a response has
    /// links.
    func address(of connection: Identifier) -> DoorAddress

    /// Has `body` called, once, if the caller leaves before there is a response; a response that was begun ends with
    /// its caller.
    func whenCallerLeaves(_ body: @escaping @Sendable () -> Void)

    /// Takes a response that is there as a whole.
    func send(_ response: ActResponse)

    /// Takes the beginning of a response.
    ///
    /// - Parameters:
    ///   - response: Status and headers; its body is empty.
    ///   - length: The length of the body in bytes, if it is known.
    ///   - caller: Told when there is room again, and when the caller has left or has read all.
    /// - Returns: Where the body goes.
    func begin(_ response: ActResponse, length: Int?, for caller: ActCaller) -> any ActBodySink

    /// Takes the error that stands in the place of a response.
    func fail(_ error: ActError)
}

/// Takes the body of a response as it comes.
package protocol ActBodySink: AnyObject, Sendable {
    /// Takes a piece.
    ///
    /// - Returns: Whether more may follow at once. If not, the ``ActCaller`` is told when there is room again; a piece
    ///   that comes nevertheless is taken.
    func write(_ piece: [UInt8]) -> Bool
    /// The body is complete.
    func finish()
    /// The body will not be complete, and the caller learns it.
    func abort()
}

/// The body of a response that was begun. It ends once: complete by ``finish()``, else broken off when it is dropped.
struct ActBody: ~Copyable, Sendable {
    private let sink: any ActBodySink
    private var isComplete = false

    init(_ sink: any ActBodySink) {
        self.sink = sink
    }

    /// Writes a piece.
    ///
    /// - Returns: Whether more may follow at once.
    borrowing func write(_ piece: [UInt8]) -> Bool { sink.write(piece) }

    consuming func finish() {
        isComplete = true
        sink.finish()
    }

    deinit {
        if !isComplete { sink.abort() }
    }
}

/// The address by which callers reach a connection through a door.
package struct DoorAddress: Sendable {
    /// Scheme, host and port; `nil` if the request does not tell.
    package let origin: String?
    /// The path that stands for the connection's base URL, without a final slash.
    package let path: String
    /// Whether callers use the third party's own addresses, so that links stay as they are.
    package let isThirdPartys: Bool

    package init(origin: String?, path: String) {
        self.origin = origin
        self.path = path
        isThirdPartys = false
    }

    /// The address of a door whose callers use the third party's own.
    package static let ofThirdParty = DoorAddress()

    private init() {
        origin = nil
        path = ""
        isThirdPartys = true
    }
}
