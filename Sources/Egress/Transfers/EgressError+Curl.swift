import CCurl

extension EgressError {
    /// Translates libcurl's result; `nil` for success.
    ///
    /// - Parameters:
    ///   - code: libcurl's result.
    ///   - details: libcurl's own words; they name hosts and certificates, but may also quote a response. They are used
    ///     only where nothing was received yet.
    init?(_ code: CURLcode, details: String) {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OK:
            return nil
        case CURLE_URL_MALFORMAT:
            self = .malformedURL
        case CURLE_COULDNT_RESOLVE_HOST:
            self = .unresolvableHost
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            self = .insecure(Self.isOfTheLibraries(details) ? details : text)
        case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_OUT_OF_MEMORY, CURLE_NO_CONNECTION_AVAILABLE:
            self = .connectionFailed(text)
        default:
            self = .malformedResponse(text)
        }
    }

    /// Whether the details are the libraries' own words on a certificate or a handshake: some quote the certificate.
    private static func isOfTheLibraries(_ details: String) -> Bool {
        ["SSL certificate problem: ", "error:", "OpenSSL SSL_connect: "].contains { details.hasPrefix($0) }
            && details.utf8.count <= 200
    }
}
