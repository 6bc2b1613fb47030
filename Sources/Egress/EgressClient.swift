import Platform
import Threads

/// Sends requests to third parties, with the checks that keep them from reaching anything else.
///
/// Each connection's address is checked when its socket opens, and again before each request over it. No proxy is used,
/// no redirect followed, no cookie kept, and nothing read from the environment. Requests go out as HTTP/1.1.
package final class EgressClient: @unchecked Sendable {
    // Safe to share: the lock guards the thread, everything else is constant.
    private let inbox: Inbox
    /// Whether `http://` may be used at all.
    package let allowsPlaintext: Bool
    /// `User-Agent` of requests that have none of their own.
    package let userAgent: String
    private let lock = Lock()
    private var thread: pthread_t?

    /// Starts the client's thread.
    ///
    /// - Throws: ``EgressError/insecure(_:)`` for a file of certificates that cannot be used, and
    ///   ``EgressError/connectionFailed(_:)`` if libcurl or the thread cannot be started.
    package init(configuration: EgressConfiguration) throws(EgressError) {
        if let file = configuration.certificateAuthorityFile { try CertificateFile.check(file) }
        allowsPlaintext = configuration.allowsPlaintext
        userAgent = configuration.userAgent
        inbox = try Inbox()
        let loop = try TransferLoop(configuration: configuration, inbox: inbox)
        thread = try Self.startThread(loop)
    }

    deinit { stop() }

    /// Sends the request. Never blocks: the receiver is told of everything, also of a request that cannot be sent, on
    /// the client's own thread. If the client was stopped it is told at once, by the caller's thread.
    @discardableResult
    package func send(_ request: OutgoingRequest, to receiver: any ResponseReceiver) -> Transfer {
        let encoded = Result { () throws(EgressError) in
            try EncodedRequest(request, allowsPlaintext: allowsPlaintext)
        }
        let transfer = Transfer(encoded, receiver: receiver, inbox: inbox)
        if !inbox.append(.start(transfer)) { transfer.finish(.stopped) }
        return transfer
    }

    /// Does something on the client's own thread, soon: what leads to a ``send(_:to:)`` is done there without a further
    /// change of threads. It must not block. If the client was stopped it is done at once, by the caller's thread.
    package func run(_ body: @escaping @Sendable () -> Void) {
        if !inbox.append(.run(body)) { body() }
    }

    /// Ends all transfers with ``EgressError/stopped``, and the thread. Returns when that is done, at once if it is
    /// called from a receiver or a second time.
    package func stop() {
        inbox.shut()
        let thread = lock {
            defer { self.thread = nil }
            return self.thread
        }
        guard let thread else { return }
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    private static func startThread(_ loop: TransferLoop) throws(EgressError) -> pthread_t {
        let context = Unmanaged.passRetained(loop)
        // The thread and the resolvers that it starts inherit the mask: signals are for others, and a connection that
        // the other side closed is not worth one.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            },
            context.toOpaque()
        )
        guard status == 0 else {
            context.release()
            throw .connectionFailed("no thread could be started")
        }
        return thread
    }
}
