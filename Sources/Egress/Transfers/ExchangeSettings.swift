import CCurl
import Threads

/// The settings that all exchanges of a client share.
///
/// Used on the client's thread alone, once it has begun.
final class ExchangeSettings {
    let addressGuard: AddressGuard
    /// Stands for it where a request may go to public hosts alone.
    let publicAddressGuard: AddressGuard
    let headerBytes: Int
    let answerBytes: Int
    /// In nanoseconds, as those that follow.
    let connectTimeout: UInt64
    private let firstByteTimeout: UInt64
    private let idleTimeout: UInt64
    private let hasUsualTimeouts: Bool
    private let totalTimeout: UInt64
    /// A handle that serves no transfer: those that do begin as copies of it.
    private let original: UnsafeMutableRawPointer
    /// The places that stand for hosts, to which all handles point.
    private let standIns: UnsafeMutablePointer<curl_slist>?

    /// - Returns: `nil` if libcurl lacks an option that is needed, or memory.
    init?(_ configuration: EgressConfiguration) {
        guard let original = curl_easy_init() else { return nil }
        self.original = original
        addressGuard = AddressGuard(allowing: configuration.allowedNetworks)
        publicAddressGuard = AddressGuard(allowing: configuration.networksTakenForPublic)
        headerBytes = configuration.headerBytes
        answerBytes = configuration.answerBytes
        connectTimeout = MonotonicClock.nanoseconds(configuration.connectTimeout)
        firstByteTimeout = MonotonicClock.nanoseconds(configuration.firstByteTimeout)
        idleTimeout = MonotonicClock.nanoseconds(configuration.idleTimeout)
        hasUsualTimeouts = configuration.hasUsualTimeouts
        totalTimeout = MonotonicClock.nanoseconds(configuration.totalTimeout)
        var standIns: UnsafeMutablePointer<curl_slist>?
        for standIn in configuration.standIns { standIns = curl_slist_append(standIns, standIn) ?? standIns }
        self.standIns = standIns
        guard Self.apply(configuration, to: original),
            standIns == nil || keyway_curl_set_pointer(original, CURLOPT_CONNECT_TO, standIns) == CURLE_OK
        else { return nil }
    }

    deinit {
        curl_easy_cleanup(original)
        curl_slist_free_all(standIns)
    }

    /// A new handle for one transfer, with all that stays the same from one to the next.
    func makeHandle() -> UnsafeMutableRawPointer? { curl_easy_duphandle(original) }

    /// Sets what stays the same from one transfer to the next.
    ///
    /// - Returns: Whether libcurl knows all of it.
    private static func apply(_ configuration: EgressConfiguration, to handle: UnsafeMutableRawPointer) -> Bool {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_NETRC, 0),
            (CURLOPT_HTTPAUTH, 0),
            (CURLOPT_HTTP09_ALLOWED, 0),
            (CURLOPT_PATH_AS_IS, 1),
            // Version 2 would share a connection between transfers, and one that is paused stop the others; and its
            // compression keeps headers, credentials too, as long as the connection lives.
            (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1),
            (CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSL_SESSIONID_CACHE, 0),
            (CURLOPT_TCP_KEEPALIVE, 1),
            // A transfer that ends while a name is resolved does not wait for the resolver.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_CONNECTTIMEOUT_MS, milliseconds(MonotonicClock.nanoseconds(configuration.connectTimeout))),
        ]
        var texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, configuration.allowsPlaintext ? "http,https" : "https"),
            (CURLOPT_USERAGENT, configuration.userAgent),
            // Neither the environment's proxy nor any other.
            (CURLOPT_PROXY, ""),
            (CURLOPT_NOPROXY, "*"),
        ]
        if let certificateAuthorityFile = configuration.certificateAuthorityFile {
            // The system's are found by name in its directory, which libcurl knows.
            texts.append((CURLOPT_CAINFO, certificateAuthorityFile))
        } else if keyway_curl_version()?.pointee.cainfo != nil {
            // The system's in one file: with a directory beside it libcurl would read all of it for each connection,
            // which takes 15 ms, instead of once.
            guard keyway_curl_set_pointer(handle, CURLOPT_CAPATH, nil) == CURLE_OK else { return false }
        }
        var callbacks = CurlExchange.callbacks
        return keyway_curl_set_callbacks(handle, &callbacks) == CURLE_OK
            && numbers.allSatisfy { keyway_curl_set_number(handle, $0, $1) == CURLE_OK }
            && texts.allSatisfy { keyway_curl_set_pointer(handle, $0, $1) == CURLE_OK }
    }

    /// How long a response may take to begin, and between two pieces of it, in nanoseconds.
    func timeouts(of request: EncodedRequest) -> (firstByte: UInt64, idle: UInt64) {
        guard let own = ownTimeout(of: request) else { return (firstByteTimeout, idleTimeout) }
        return (own, own)
    }

    /// How long a transfer may take in all, in nanoseconds: longer where its response may take longer to begin. `nil`
    /// where the body is passed on while it comes, which takes as long as it takes.
    func totalTimeout(of request: EncodedRequest) -> UInt64? {
        request.isBoundedInTime ? totalTimeout + (ownTimeout(of: request) ?? 0) : nil
    }

    private func ownTimeout(of request: EncodedRequest) -> UInt64? {
        switch request.timeout {
        case .exact(let seconds): MonotonicClock.nanoseconds(seconds)
        case .usual(let seconds) where hasUsualTimeouts: MonotonicClock.nanoseconds(seconds)
        case .usual, nil: nil
        }
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> Int {
        max(1, Int(nanoseconds / 1_000_000))
    }
}
