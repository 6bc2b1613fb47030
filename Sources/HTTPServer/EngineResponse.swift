import CMicrohttpd

/// The engine's form of a ``Response``.
enum EngineResponse {
    /// Queues the answer to the connection's request.
    ///
    /// - Returns: Whether the engine took it: not if a header cannot be sent or the status is none.
    static func queue(_ response: Response, on connection: OpaquePointer, closing: Bool) -> Bool {
        let hasBody = response.hasBody
        let made = response.body.withUnsafeBytes { body in
            MHD_create_response_from_buffer(
                hasBody ? body.count : 0,
                UnsafeMutableRawPointer(mutating: body.baseAddress),
                .RESPMEM_MUST_COPY
            )
        }
        guard let made else { return false }
        defer { MHD_destroy_response(made) }
        for header in response.headers where hasBody || header.name != "Content-Type" {
            guard add(header.name, header.value, to: made) else { return false }
        }
        if closing {
            guard add("Connection", "close", to: made) else { return false }
        }
        return MHD_queue_response(connection, UInt32(clamping: response.status), made) == .YES
    }

    private static func add(_ name: String, _ value: String, to response: OpaquePointer) -> Bool {
        // Passing the strings themselves would copy each into an array first: 1 µs for eight headers.
        name.withCString { name in
            value.withCString { value in MHD_add_response_header(response, name, value) == .YES }
        }
    }
}
