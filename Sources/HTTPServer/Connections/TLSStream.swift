import CMicrohttpd
import NetworkTypes
import Platform
import Threads

/// One end of TLS over a connection, for one thread, which may wait.
package final class TLSStream {
    /// The result of an attempt to read.
    package enum Reading: Equatable {
        case bytes(Int)
        /// Nothing is there yet.
        case pending
        /// The other end has said that no more comes.
        case end
        case failed
    }

    /// The connection's socket, which does not block, and stays the creator's.
    package let socket: Int32
    private let session: OpaquePointer
    private let credentials: TLSCredentials
    /// The name that the session verifies, whose address it keeps.
    private var host: UnsafeMutablePointer<CChar>?

    /// The server's end; `nil` if there is no memory.
    package init?(serving socket: Int32, by credentials: TLSCredentials) {
        guard let session = keyway_tls_session(1, credentials.handle, socket, TLSCredentials.priorities) else {
            return nil
        }
        (self.socket, self.session, self.credentials) = (socket, session, credentials)
    }

    /// The end of a client, which believes no other server than the host's; `nil` if there is no memory.
    package init?(asking host: String, over socket: Int32, by credentials: TLSCredentials) {
        guard let session = keyway_tls_session(0, credentials.handle, socket, TLSCredentials.priorities) else {
            return nil
        }
        (self.socket, self.session, self.credentials) = (socket, session, credentials)
        self.host = strdup(host)
        let isAddress: Int32 = IPAddress(host) == nil ? 0 : 1
        guard self.host != nil, keyway_tls_expect(session, self.host, host.utf8.count, isAddress) == 1 else {
            return nil
        }
    }

    deinit {
        gnutls_deinit(session)
        free(host)
    }

    /// Takes part in the handshake.
    ///
    /// - Parameter seconds: The time that it may take.
    /// - Returns: Whether it has succeeded.
    package func handshake(within seconds: Double) -> Bool {
        let deadline = MonotonicClock.now() + MonotonicClock.nanoseconds(seconds)
        while true {
            switch gnutls_handshake(session) {
            case 0: return true
            case GNUTLS_E_AGAIN, GNUTLS_E_INTERRUPTED:
                let now = MonotonicClock.now()
                guard now < deadline else { return false }
                let events = gnutls_record_get_direction(session) == 0 ? POLLIN : POLLOUT
                var polled = pollfd(fd: socket, events: Int16(events), revents: 0)
                poll(&polled, 1, Int32((deadline - now) / 1_000_000 + 1))
            case let code: if gnutls_error_is_fatal(code) != 0 { return false }
            }
        }
    }

    /// Reads what is there.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        while true {
            let count = gnutls_record_recv(session, buffer.baseAddress, buffer.count)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch Int32(count) {
            case GNUTLS_E_AGAIN: return .pending
            case GNUTLS_E_INTERRUPTED: continue
            case let code:
                guard gnutls_error_is_fatal(code) == 0 else { return .failed }
            }
        }
    }

    /// Writes what has room. What did not is to be written again, with the same bytes first.
    ///
    /// - Returns: How many bytes; `nil` if the connection is none any more.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
        while true {
            let count = gnutls_record_send(session, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            switch Int32(count) {
            case GNUTLS_E_AGAIN: return 0
            case GNUTLS_E_INTERRUPTED: continue
            default: return nil
            }
        }
    }

    /// Says that no more comes.
    package func finish() {
        _ = gnutls_bye(session, GNUTLS_SHUT_WR)
        shutdown(socket, Int32(SHUT_WR))
    }
}
