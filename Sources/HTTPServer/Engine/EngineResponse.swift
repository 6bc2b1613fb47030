import CMicrohttpd
import NetworkTypes

/// The engine's form of a ``Response``.
enum EngineResponse {
    /// Queues the response to the connection's request.
    ///
    /// - Returns: Whether the engine took it: not if a header cannot be sent or the status is none.
    static func queue(_ response: Response, on connection: OpaquePointer, closing: Bool) -> Bool {
        if response.status == 304 { return queueUnmodified(response, on: connection, closing: closing) }
        let body = response.hasBody ? response.body : []
        guard let made = body.count < leastShared && response.kept == nil ? copying(body) : sharing(body, response.kept)
        else { return false }
        return queue(made, for: response, on: connection, closing: closing)
    }

    /// Shorter bodies are copied, which costs less than to share them, in bytes.
    private static let leastShared = 16 * 1_024

    private static func copying(_ body: [UInt8]) -> OpaquePointer? {
        body.withUnsafeBytes { body in
            MHD_create_response_from_buffer(
                body.count,
                UnsafeMutableRawPointer(mutating: body.baseAddress),
                .RESPMEM_MUST_COPY
            )
        }
    }

    /// A body and what is kept with it, for as long as the engine sends it.
    private final class Shared {
        let body: [UInt8]
        let kept: (any AnyObject & Sendable)?

        init(_ body: [UInt8], _ kept: (any AnyObject & Sendable)?) {
            self.body = body
            self.kept = kept
        }
    }

    private static func sharing(_ body: [UInt8], _ kept: (any AnyObject & Sendable)?) -> OpaquePointer? {
        let shared = Unmanaged.passRetained(Shared(body, kept))
        // The array is constant and its elements stay where they are as long as it lives, which the engine's release
        // ends.
        let made = body.withUnsafeBytes { body in
            MHD_create_response_from_buffer_with_free_callback_cls(
                body.count,
                UnsafeMutableRawPointer(mutating: body.baseAddress),
                { context in
                    if let context { Unmanaged<Shared>.fromOpaque(context).release() }
                },
                shared.toOpaque()
            )
        }
        if made == nil { shared.release() }
        return made
    }

    /// Queues a response whose body is read from a stream, in pieces of what the engine has room for.
    static func queue(
        _ response: Response,
        length: Int?,
        _ body: BodyStream.State,
        on connection: OpaquePointer,
        isHead: Bool,
        closing: Bool
    ) -> Bool {
        let made = MHD_create_response_from_callback(
            length.map { UInt64($0) } ?? .max,
            blockSize,
            { context, _, buffer, count in
                guard let context, let buffer else { return BodyStream.State.brokenMark }
                let body = Unmanaged<BodyStream.State>.fromOpaque(context).takeUnretainedValue()
                return body.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
            },
            Unmanaged.passRetained(body).toOpaque(),
            { context in
                if let context { Unmanaged<BodyStream.State>.fromOpaque(context).release() }
            }
        )
        guard let made else { return false }
        // To HEAD the engine would send the last chunk of a body that is not there.
        if isHead, length == nil { _ = keyway_refuse_chunks(made) }
        return queue(made, for: response, on: connection, closing: closing)
    }

    /// Queues a 304, which has no body but may state the length of the one that it spares (RFC 9110, section 8.6). The
    /// engine would state a length of 0; with none to state it has to close the connection.
    private static func queueUnmodified(_ response: Response, on connection: OpaquePointer, closing: Bool) -> Bool {
        var response = response
        let isLength = { (header: HeaderField) in header.name.lowercased() == "content-length" }
        let length = response.headers.first(where: isLength).flatMap { UInt64($0.value) }
        response.headers.removeAll(where: isLength)
        let made = MHD_create_response_from_callback(
            length ?? .max,
            blockSize,
            { _, _, _, _ in BodyStream.State.brokenMark },
            nil,
            nil
        )
        guard let made else { return false }
        if length == nil { _ = keyway_refuse_chunks(made) }
        return queue(made, for: response, on: connection, closing: closing)
    }

    /// How much of a streamed body the engine holds at a time, in bytes.
    private static let blockSize = 16 * 1_024

    /// Queues what the engine has made of a response, and lets go of it.
    private static func queue(
        _ made: OpaquePointer,
        for response: Response,
        on connection: OpaquePointer,
        closing: Bool
    ) -> Bool {
        defer { MHD_destroy_response(made) }
        for header in response.headers where response.hasBody || header.name != "Content-Type" {
            guard add(header, to: made) else { return false }
        }
        if closing {
            guard add(Self.closing, to: made) else { return false }
        }
        return MHD_queue_response(connection, UInt32(clamping: response.status), made) == .YES
    }

    private static let closing = HeaderField(name: "Connection", value: "close")

    private static func add(_ header: HeaderField, to response: OpaquePointer) -> Bool {
        // Passing the strings themselves would copy each into an array first: 1 µs for eight headers.
        header.name.withCString { name in
            if let bytes = header.rawValue {
                guard !bytes.contains(0) else { return false }
                return (bytes + [0]).withUnsafeBytes { bytes in
                    MHD_add_response_header(response, name, bytes.bindMemory(to: CChar.self).baseAddress) == .YES
                }
            }
            // The engine takes no empty value. Blanks around a value are no part of it (RFC 9110, section 5.5).
            return (header.value.isEmpty ? " " : header.value).withCString { value in
                MHD_add_response_header(response, name, value) == .YES
            }
        }
    }
}
