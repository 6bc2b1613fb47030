import Documents
import Secrets

/// How a value is written so that it stays one value where it stands.
enum TextEscape: Sendable {
    case none
    /// In a query: all but unreserved characters (RFC 3986, section 2.3) as `%` and two digits.
    case percent
    /// In `application/x-www-form-urlencoded`.
    case form
    /// Within a JSON string (RFC 8259, section 7).
    case json

    /// The secret as it is written, in a buffer of its own.
    func escape(_ secret: Secret) -> Secret {
        if case .none = self { return secret }
        return secret.withBytes { bytes in
            var count = 0
            write(bytes) { _ in count += 1 }
            let buffer = SecretBuffer(count: count) { memory in
                var position = 0
                write(bytes) { byte in
                    memory[position] = byte
                    position += 1
                }
            }
            return Secret(buffer)
        }
    }

    func escape(_ text: String) -> String {
        var text = text
        return text.withUTF8 { characters in
            var bytes: [UInt8] = []
            write(UnsafeRawBufferPointer(characters)) { bytes.append($0) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, _ emit: (UInt8) -> Void) {
        for byte in bytes {
            switch self {
            case .none: emit(byte)
            case .percent:
                if Self.isUnreserved(byte) { emit(byte) } else { Self.writePercent(byte, emit) }
            case .form:
                if byte == UInt8(ascii: " ") {
                    emit(UInt8(ascii: "+"))
                } else if Self.isUnreserved(byte) && byte != UInt8(ascii: "~") || byte == UInt8(ascii: "*") {
                    emit(byte)
                } else {
                    Self.writePercent(byte, emit)
                }
            case .json: Self.writeJSON(byte, emit)
            }
        }
    }

    /// Whether a character stands for itself wherever it stands in a URL.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || "-._~".utf8.contains(byte)
    }

    private static func writePercent(_ byte: UInt8, _ emit: (UInt8) -> Void) {
        emit(UInt8(ascii: "%"))
        emit(hexDigit(byte >> 4))
        emit(hexDigit(byte & 0xF))
    }

    private static func writeJSON(_ byte: UInt8, _ emit: (UInt8) -> Void) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            emit(UInt8(ascii: "\\"))
            emit(byte)
        case 0..<0x20:
            "\\u00".utf8.forEach(emit)
            emit(hexDigit(byte >> 4))
            emit(hexDigit(byte & 0xF))
        default: emit(byte)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
