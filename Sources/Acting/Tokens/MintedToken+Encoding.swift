import Documents
import Secrets

// The form in which servers share tokens: a version, the kind, two times, and the parts, each with its length.
extension MintedToken {
    private static let version: UInt8 = 1
    private static let headLength = 18

    /// The kinds of content, as they are encoded.
    private enum Kind: UInt8 {
        case bearer = 1
        case session = 2
        case sessionWithToken = 3

        var partCount: Int {
            switch self {
            case .bearer: 1
            case .session: 2
            case .sessionWithToken: 3
            }
        }
    }

    /// The token as bytes.
    var encoded: Secret {
        let (kind, parts): (Kind, [Secret]) =
            switch content {
            case .bearer(let token): (.bearer, [token])
            case .session(let session):
                (
                    session.sessionToken == nil ? .session : .sessionWithToken,
                    [Secret(copying: session.accessKeyID.utf8), session.secretAccessKey]
                        + (session.sessionToken.map { [$0] } ?? [])
                )
            }
        let count = Self.headLength + parts.reduce(0) { $0 + 4 + $1.count }
        let buffer = SecretBuffer(count: count) { memory in
            memory[0] = Self.version
            memory[1] = kind.rawValue
            memory.storeBytes(of: issued.microseconds.bigEndian, toByteOffset: 2, as: Int64.self)
            memory.storeBytes(of: expiry.microseconds.bigEndian, toByteOffset: 10, as: Int64.self)
            var offset = Self.headLength
            for part in parts {
                memory.storeBytes(of: UInt32(part.count).bigEndian, toByteOffset: offset, as: UInt32.self)
                let place = UnsafeMutableRawBufferPointer(rebasing: memory[(offset + 4)...].prefix(part.count))
                part.withBytes { place.copyMemory(from: $0) }
                offset += 4 + part.count
            }
        }
        return Secret(buffer)
    }

    /// - Returns: `nil` if the bytes are none of this form.
    init?(decoding secret: Secret) {
        let read: (kind: Kind, issued: Int64, expiry: Int64, parts: [Secret])? = secret.withBytes { bytes in
            guard bytes.count >= Self.headLength, bytes[0] == Self.version, let kind = Kind(rawValue: bytes[1]) else {
                return nil
            }
            let issued = Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: Int64.self))
            let expiry = Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: 10, as: Int64.self))
            var parts: [Secret] = []
            var offset = Self.headLength
            while offset < bytes.count {
                guard bytes.count - offset >= 4 else { return nil }
                let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
                guard length <= bytes.count - offset - 4 else { return nil }
                parts.append(Secret(copying: bytes[(offset + 4)...].prefix(length)))
                offset += 4 + length
            }
            return parts.count == kind.partCount ? (kind, issued, expiry, parts) : nil
        }
        guard let read else { return nil }
        let content: Content =
            switch read.kind {
            case .bearer: .bearer(read.parts[0])
            case .session, .sessionWithToken:
                .session(
                    AWSCredentials(
                        accessKeyID: read.parts[0].withBytes { String(decoding: $0, as: UTF8.self) },
                        secretAccessKey: read.parts[1],
                        sessionToken: read.kind == .session ? nil : read.parts[2]
                    )
                )
            }
        self.init(
            content: content,
            issued: Timestamp(microseconds: read.issued),
            expiry: Timestamp(microseconds: read.expiry)
        )
    }
}
