import CPKCS11
import Cryptography
import Platform
import Secrets
import Threads

/// The helper: a process of its own that loads a vendor's module, which then neither reads the server's memory nor ends
/// the server with itself.
///
/// It takes requests from a socket and ends as soon as nobody holds the other end, whatever the module does: the thread
/// that reads never calls it.
package final class PKCS11Helper: Sendable {
    private struct Job: Sendable {
        let number: UInt64
        let request: HelperMessage.Request
        let content: Secret
    }

    private let socket: Int32
    private let jobs = JobQueue<Job>()
    private let writing = Lock()

    private init(socket: Int32) {
        self.socket = socket
    }

    /// Serves the process at the other end of a socket, until it closes that.
    package static func serve(_ socket: Int32) -> Never {
        PKCS11Helper(socket: socket).run()
    }

    private func run() -> Never {
        guard let first = nextJob(), first.request == .open, let request = KeyRequest(first.content) else { _exit(64) }
        DetachedThread.start { self.begin(request, replyingTo: first.number) }
        while let job = nextJob() { jobs.put(job) }
        _exit(0)
    }

    // MARK: Messages

    private func nextJob() -> Job? {
        guard let head = bytes(HelperMessage.headLength)?.withBytes(HelperMessage.Head.init),
            head.length <= HelperMessage.maximumLength, let request = HelperMessage.Request(rawValue: head.kind),
            let content = bytes(head.length)
        else { return nil }
        return Job(number: head.number, request: request, content: content)
    }

    private func bytes(_ count: Int) -> Secret? {
        var isWhole = true
        let buffer = SecretBuffer(count: count) { memory in
            var rest = memory[...]
            while !rest.isEmpty, isWhole {
                let part = UnsafeMutableRawBufferPointer(rebasing: rest)
                let count = read(socket, part.baseAddress, part.count)
                if count < 0, errno == EINTR { continue }
                isWhole = count > 0
                rest = rest.dropFirst(max(count, 0))
            }
        }
        return isWhole ? Secret(buffer) : nil
    }

    private func reply(_ number: UInt64, _ reply: HelperMessage.Reply, _ content: Secret) {
        let frame = content.withBytes { HelperMessage.frame(number, reply.rawValue, [$0]) }
        writing {
            frame.withBytes { frame in
                var rest = frame[...]
                while !rest.isEmpty {
                    let part = UnsafeRawBufferPointer(rebasing: rest)
                    let count = send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { _exit(0) }
                    rest = rest.dropFirst(count)
                }
            }
        }
    }

    private func reply(_ number: UInt64, _ failure: HelperFailure) {
        reply(number, failure.reply, Secret(copying: failure.reason.utf8))
    }

    // MARK: Work

    /// Logs in, and starts as many further threads as the token has sessions for.
    private func begin(_ request: KeyRequest, replyingTo number: UInt64) {
        do throws(HelperFailure) {
            let connection = try TokenConnection(request)
            try connection.logIn(after: 0)
            reply(number, .done, Secret(copying: connection.id.utf8))
            for _ in 1..<max(connection.threads, 1) {
                DetachedThread.start { self.work(connection, isFirst: false) }
            }
            work(connection, isFirst: true)
        } catch {
            reply(number, error)
            _exit(1)
        }
    }

    private func work(_ connection: TokenConnection, isFirst: Bool) {
        var session: TokenConnection.Session?
        while true {
            let job = jobs.take()
            do throws(HelperFailure) {
                reply(job.number, .done, try perform(job, connection, isFirst, &session))
            } catch {
                reply(job.number, error)
                // What a login did not mend, a new process may.
                if error.reply != .notAuthentic { _exit(1) }
            }
        }
    }

    /// Does what is asked for; where a session was lost, after another login.
    private func perform(
        _ job: Job,
        _ connection: TokenConnection,
        _ isFirst: Bool,
        _ session: inout TokenConnection.Session?
    ) throws(HelperFailure) -> Secret {
        var tries = 0
        while true {
            let login = connection.currentLogin
            // The number of a session that was lost may be another's by now.
            if session?.login != login { session = nil }
            do throws(HelperFailure) {
                let current: TokenConnection.Session
                if let session { current = session } else { current = try connection.session(isFirst: isFirst) }
                session = current
                return try attempt(job, connection, current)
            } catch {
                tries += 1
                guard error.reply != .notAuthentic, tries < 3 else { throw error }
                try connection.logIn(after: login)
            }
        }
    }

    private func attempt(
        _ job: Job,
        _ connection: TokenConnection,
        _ session: TokenConnection.Session
    ) throws(HelperFailure) -> Secret {
        do throws(CryptokiError) {
            if let done = try answer(job, connection, session) { return done }
        } catch {
            // Modules report what is not authentic by the errors of a device that fails.
            guard job.request == .unwrap, connection.isWorking(session) else { throw error.failure }
        }
        throw HelperFailure(.notAuthentic, "")
    }

    /// - Returns: The content of the reply, or `nil` if what was to be unwrapped is no wrapped key.
    private func answer(
        _ job: Job,
        _ connection: TokenConnection,
        _ session: TokenConnection.Session
    ) throws(CryptokiError) -> Secret? {
        var parts = CountedParts(job.content)
        let associatedData = parts.next().map { $0.withBytes { Array($0) } } ?? []
        switch job.request {
        case .wrap: return Secret(copying: try connection.wrap(parts.rest, associatedData, session))
        case .unwrap:
            return try connection.unwrap(parts.rest.withBytes { Array($0) }, associatedData, session)
        case .probe, .open:
            let dataKey = Secret(SecretBuffer(count: SealingKey.length) { RandomBytes.fill($0) })
            let wrapped = try connection.wrap(dataKey, associatedData, session)
            let unwrapped = try connection.unwrap(wrapped, associatedData, session)
            let isSame = unwrapped?.withBytes { one in dataKey.withBytes { one.elementsEqual($0) } } ?? false
            guard isSame else {
                throw CryptokiError(function: "C_Decrypt", code: CKR_ENCRYPTED_DATA_INVALID)
            }
            return Secret(copying: [])
        }
    }
}
