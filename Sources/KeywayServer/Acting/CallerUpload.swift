import Egress
import HTTPServer

/// The body of a caller's request, sent on while it comes.
final class CallerUpload: UploadSource {
    private let body: RequestBodyStream

    init(_ body: RequestBodyStream) {
        self.body = body
    }

    var length: Int? { body.length }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadReading {
        switch body.read(into: buffer) {
        case .bytes(let count): .bytes(count)
        case .pending: .pending
        case .end: .end
        case .broken: .failed(.cancelled)
        case .tooLong: .failed(.bodyTooLarge)
        }
    }

    func whenReadable(_ wake: @escaping @Sendable () -> Void) { body.whenReadable(wake) }

    func close() { body.close() }
}
