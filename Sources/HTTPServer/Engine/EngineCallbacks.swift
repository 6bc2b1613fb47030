import CMicrohttpd
import Platform

/// The engine's callbacks, as C functions. Their context is the ``Engine``, which outlives the daemon; a connection's
/// context is its ``Connection``, retained from open to close; a request's is its ``Request``, kept by the connection.
enum EngineCallbacks {
    static func settings(for engine: Engine) -> keyway_daemon_settings {
        var settings = keyway_daemon_settings()
        settings.context = Unmanaged.passUnretained(engine).toOpaque()
        settings.connection_changed = { context, handle, slot, event in
            guard let engine = EngineCallbacks.engine(context), let handle, let slot else { return }
            if event == .CONNECTION_NOTIFY_STARTED {
                slot.pointee = engine.opened(handle).map { Unmanaged.passRetained($0).toOpaque() }
            } else if let connection = slot.pointee {
                slot.pointee = nil
                engine.closed(Unmanaged<Connection>.fromOpaque(connection).takeRetainedValue())
            }
        }
        settings.request_started = { context, target, handle in
            guard let engine = EngineCallbacks.engine(context), let target, let handle,
                let connection = EngineCallbacks.connection(handle)
            else { return nil }
            let bytes = UnsafeRawBufferPointer(start: target, count: strlen(target))
            let request = bytes.withMemoryRebound(to: UInt8.self) {
                engine.started($0, on: connection, handle: handle)
            }
            return Unmanaged.passUnretained(request).toOpaque()
        }
        // The engine unescapes in place and would hide encoded slashes and NULs: leave everything as it is.
        settings.unescape = { _, _, text in text.map { strlen($0) } ?? 0 }
        settings.request_progressed = { context, handle, _, method, version, chunk, chunkLength, slot in
            guard let engine = EngineCallbacks.engine(context), let handle, let method, let version, let chunkLength,
                let pointer = slot?.pointee
            else { return .NO }
            let request = Unmanaged<Request>.fromOpaque(pointer).takeUnretainedValue()
            if case .started = request.stage {
                return engine.receivedHeaders(of: request, handle: handle, method: method, version: version)
            }
            if chunkLength.pointee > 0 {
                // The chunk lies in the engine's own buffer, which it does not read again.
                let bytes = UnsafeMutableRawBufferPointer(
                    start: UnsafeMutableRawPointer(mutating: chunk),
                    count: chunkLength.pointee
                )
                chunkLength.pointee = 0
                return engine.received(bytes, of: request)
            }
            return engine.ready(request, handle: handle)
        }
        settings.request_completed = { context, handle, _, end in
            guard let engine = EngineCallbacks.engine(context), let handle,
                let connection = EngineCallbacks.connection(handle)
            else { return }
            engine.completed(on: connection, asIntended: end == .REQUEST_TERMINATED_COMPLETED_OK)
        }
        return settings
    }

    private static func engine(_ context: UnsafeMutableRawPointer?) -> Engine? {
        context.map { Unmanaged<Engine>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func connection(_ handle: OpaquePointer) -> Connection? {
        keyway_connection_context(handle).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
    }
}
