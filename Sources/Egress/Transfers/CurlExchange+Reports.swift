import CCurl
import NetworkTypes
import Platform
import Threads

// The reports of libcurl before the body: sockets, the request, the head of the response.
extension CurlExchange {
    /// A socket is to be opened for a connection to `address`.
    func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        let reason = reasonToRefuse(IPAddress(keyway_curl_address(address)))
        guard reason == nil else {
            refusedAddress = reason
            return -1
        }
        hasOpenedSocket = true
        let kind = address.pointee
        let socket = socket(kind.family, kind.socktype, kind.`protocol`)
        if socket >= 0 { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        if upload != nil, request?.isSecure == false {
            lastWords = lastWords ?? LastWords()
            lastWords?.keep(socket)
        }
        return socket
    }

    /// The request is about to be sent over a connection to `address`, new or not.
    func mayAsk(_ address: UnsafePointer<CChar>) -> Bool {
        if let reason = reasonToRefuse(IPAddress(String(cString: address))) {
            failure = .refusedAddress(reason)
        } else if hasAsked, request?.isIdempotent != true, keyway_curl_written(handle) > 0 {
            // libcurl asks again when a kept connection turns out to be closed. Where it has written something, that
            // may have been read; where the connection was reset before, it has not.
            failure = .connectionFailed("the connection was closed before the response; the request was not repeated")
        }
        if failure == nil { transfer?.receiver?.requestLeaves() }
        hasAsked = true
        deadline = MonotonicClock.now() + timeouts.firstByte
        return failure == nil
    }

    private func reasonToRefuse(_ address: IPAddress?) -> String? {
        guard let address else { return "an address that is not of IP" }
        let addressGuard = request?.isForPublicHosts == true ? settings.publicAddressGuard : settings.addressGuard
        return addressGuard.refusal(of: address).map { "\(address), \($0)" }
    }

    /// - Returns: Whether to go on.
    func receivedHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        do throws(EgressError) {
            guard case .complete(let answer) = try head.read(line), let request, let receiver = transfer?.receiver
            else {
                // An interim response begins no final one that could be late while the caller's body stands still.
                if !isPaused, !waitsForUpload { deadline = MonotonicClock.now() + timeouts.idle }
                return true
            }
            do throws(EgressError) {
                decoder = try answer.bodyDecoder(forHead: request.isHead, atMost: settings.answerBytes)
            } catch {
                // The status first, whatever is wrong with what follows.
                failure = error
            }
            // libcurl sends no more after a refusal, but would wait for the rest of what it has paused to send.
            if answer.status >= 300 { goOnSending() }
            if !request.isHead { ownLength = answer.lengthBesideIdentity }
            return obey(receiver.received(answer), at: MonotonicClock.now()) && ownLength != 0 && holdIfNeeded()
        } catch {
            failure = error
            return false
        }
    }
}
