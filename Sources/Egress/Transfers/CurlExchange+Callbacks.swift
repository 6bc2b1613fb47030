import CCurl

/// The functions that libcurl calls, each passed on to the exchange that it was set up with.
extension CurlExchange {
    static let callbacks = keyway_curl_callbacks(
        open_socket: { context, _, address in
            guard let address else { return -1 }
            return exchange(context)?.openSocket(address) ?? -1
        },
        before_request: { context, address, _, _, _ in
            guard let address, exchange(context)?.mayAsk(address) == true else { return CURL_PREREQFUNC_ABORT }
            return CURL_PREREQFUNC_OK
        },
        received_header: { bytes, size, count, context in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return exchange(context)?.receivedHeader(line) == true ? line.count : refusal(of: line)
        },
        read_upload: { buffer, size, count, context in
            exchange(context)?.readUpload(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
                ?? Int(CURL_READFUNC_ABORT)
        },
        received_body: { bytes, size, count, context in
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return exchange(context)?.receivedBody(piece) == true ? piece.count : refusal(of: piece)
        }
    )

    /// A count that is not the piece's own ends the transfer.
    private static func refusal(of piece: UnsafeRawBufferPointer) -> Int {
        piece.isEmpty ? 1 : 0
    }

    private static func exchange(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }
}
