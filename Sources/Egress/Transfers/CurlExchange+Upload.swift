import Threads
import CCurl

// Bodies that are sent while they come.
extension CurlExchange {
    var upload: (any UploadSource)? { request?.upload }

    /// There is nothing of the body to send: the third party can't be expected to do anything.
    func waitForUpload() {
        waitsForUpload = true
        deadline = .max
    }

    /// Goes on sending in the next round.
    func waitForTurn() {
        waitsForUpload = true
        transfer?.goOnSending()
    }

    /// Whether the head of the response is there.
    var hasHead: Bool { head.isComplete }

    /// Passes on the response of a third party that has broken the connection, if it is there as a whole: the transfer
    /// has then not failed.
    func readLastWords() {
        guard
            failure == nil, result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR, upload != nil, !head.hasBegun,
            let response = lastWords?.response()
        else { return }
        result = CURLE_OK
        for line in response.head { guard receivedHeader(line) else { return } }
        if !response.body.isEmpty { _ = receivedBody(response.body) }
    }

    func fail(_ error: EgressError) {
        if failure == nil { failure = error }
    }

    /// There is more of the body, or an end of it.
    func goOnSending() {
        guard waitsForUpload else { return }
        waitsForUpload = false
        deadline = MonotonicClock.now() + timeouts.firstByte
        curl_easy_pause(handle, isHeld ? CURLPAUSE_RECV : CURLPAUSE_CONT)
    }

    /// Makes the handle ready for a body that comes piece by piece.
    ///
    /// It goes over a connection of its own: a kept one may turn out to be closed when a part of the body was sent,
    /// which can't be had again. It may take as long as it takes, as long as something happens.
    func prepare(_ upload: any UploadSource, of transfer: Transfer) -> Bool {
        upload.whenReadable { [weak transfer] in transfer?.goOnSending() }
        return keyway_curl_set_number(handle, CURLOPT_UPLOAD, 1) == CURLE_OK
            && keyway_curl_set_length(handle, CURLOPT_INFILESIZE_LARGE, upload.length ?? -1) == CURLE_OK
            && keyway_curl_set_number(handle, CURLOPT_FRESH_CONNECT, 1) == CURLE_OK
    }

    /// libcurl wants more of the body.
    ///
    /// - Returns: The number of bytes, 0 at the end, or one of libcurl's marks.
    func readUpload(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let upload else { return 0 }
        // A third party that answers without reading all closes its side: to send more would break the connection
        // before its response is read. What there is to read comes first.
        if !hasHead, keyway_curl_has_input(handle) != 0 {
            waitForTurn()
            return Int(CURL_READFUNC_PAUSE)
        }
        switch upload.read(into: buffer) {
        case .bytes(let count): return count
        case .end: return 0
        case .pending:
            waitForUpload()
            return Int(CURL_READFUNC_PAUSE)
        case .failed(let error):
            fail(error)
            return Int(CURL_READFUNC_ABORT)
        }
    }
}
