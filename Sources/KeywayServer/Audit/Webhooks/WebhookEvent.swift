import Cryptography
import Documents
import JSONReading
import Storage

/// An audit event as webhooks receive it.
struct WebhookEvent {
    let action: String
    private let line: AuditLine

    /// How many digits of a line's digest an id has.
    private static let digits = 16

    /// - Returns: `nil` if the line can't be read.
    init?(_ line: AuditLine) {
        guard let event = try? JSONReader.read(line.bytes), let action = event["action"]?.text?.string else {
            return nil
        }
        self.action = action
        self.line = line
    }

    /// Its place in the log, and the beginning of its line's digest: after a store was restored, another event may have
    /// the same place, and receivers leave out ids that they had.
    var id: String { "\(line.sequence)_\(SHA256.digest(of: line.bytes).description.prefix(Self.digits))" }

    /// `type`, `timestamp` and `data`, which is the line of the log as it is: its digest can be checked.
    var body: [UInt8] {
        var writer = JSONWriter(capacity: line.bytes.count + 128)
        writer.write(raw: "{\"type\":")
        writer.write(action)
        writer.write(raw: ",\"timestamp\":")
        writer.write(line.time)
        writer.write(raw: ",\"data\":")
        writer.write(raw: line.bytes)
        writer.write(raw: "}")
        return writer.bytes
    }
}
