import CCurl

// Bodies that are sent while they come.
extension CurlExchange {
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
