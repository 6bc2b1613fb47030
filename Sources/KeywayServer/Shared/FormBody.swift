import Documents
import Secrets

/// A form as browsers send it (`application/x-www-form-urlencoded`). Its values may be secrets: they stay in memory that
/// is zeroed.
struct FormBody: Sendable {
    private let fields: [(name: String, value: Secret)]

    /// The most fields that a form may have.
    private static let fieldsAtMost = 50

    /// Reads the body of a request.
    init(of request: any ServiceRequest) throws(APIError) {
        let type = request.header("Content-Type")?.split(separator: ";").first ?? ""
        let name = type.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard name == "application/x-www-form-urlencoded" else {
            throw APIError(
                400,
                "The body must be a form, with Content-Type: application/x-www-form-urlencoded.",
                at: .header("Content-Type")
            )
        }
        guard let fields = Self.fields(of: request.body) else {
            throw APIError(400, "The body is no form: it has too many fields, or a malformed percent escape.")
        }
        self.fields = fields
    }

    /// The value of a field that may be sent once; `nil` if it was not sent, or is empty.
    func only(_ name: String) throws(APIError) -> Secret? {
        let values = fields.filter { $0.name == name }
        guard values.count <= 1 else { throw APIError(400, "\(name) may be sent once.") }
        return values.first.flatMap { $0.value.count > 0 ? $0.value : nil }
    }

    /// The same as text. Not for secrets.
    func text(_ name: String) throws(APIError) -> String? {
        try only(name)?.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func fields(of body: SecretBuffer) -> [(name: String, value: Secret)]? {
        let parts = body.bytes.split(separator: UInt8(ascii: "&"))
        guard parts.count <= fieldsAtMost else { return nil }
        var fields: [(name: String, value: Secret)] = []
        for part in parts {
            let end = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = PercentDecoding.decode(part[..<end], plusIsSpace: true),
                let value = decoded(part[end...].dropFirst())
            else { return nil }
            fields.append((String(decoding: name, as: UTF8.self), value))
        }
        return withExtendedLifetime(body) { fields }
    }

    private static func decoded(_ value: Slice<UnsafeRawBufferPointer>) -> Secret? {
        let escapes = value.count { $0 == UInt8(ascii: "%") }
        guard escapes * 3 <= value.count else { return nil }
        var isWellFormed = true
        let buffer = SecretBuffer(count: value.count - 2 * escapes) { room in
            var rest = value
            for place in room.indices {
                guard let byte = rest.popFirst() else { break }
                switch byte {
                case UInt8(ascii: "+"): room[place] = UInt8(ascii: " ")
                case UInt8(ascii: "%"):
                    let escape = [byte] + rest.prefix(2)
                    rest = rest.dropFirst(2)
                    guard let decoded = PercentDecoding.decode(escape)?.first else {
                        isWellFormed = false
                        return
                    }
                    room[place] = decoded
                default: room[place] = byte
                }
            }
        }
        return isWellFormed ? Secret(buffer) : nil
    }
}
