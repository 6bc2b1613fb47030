import Access
import Cryptography
import Documents
import JSONReading
import Platform

/// Heads of audit logs that someone kept, with their signatures checked.
struct SignedHeads {
    /// The digests of events by their sequence, for each organisation.
    private(set) var digests: [Identifier: [Int64: String]] = [:]
    /// The key that signed all of them.
    private(set) var publicKey = ""
    private(set) var count = 0

    /// No heads: only the chain itself is looked at.
    init() {}

    /// Reads heads from a file, or from the text itself: lines in which a head stands alone, or as the member `head`,
    /// as it does in the server's log. Other lines are passed over.
    ///
    /// - Parameters:
    ///   - source: The file or the text.
    ///   - publicKey: What they must be signed by; if `nil`, all must be signed by one key.
    /// - Throws: ``CommandError``: 66 if there is no head, 65 if one is not what was signed, or two contradict each
    ///   other.
    init(_ source: String, publicKey: String?) throws {
        self.publicKey = publicKey?.lowercased() ?? ""
        if source.hasPrefix("{") {
            for line in source.split(separator: "\n") { try add(Array(line.utf8)) }
        } else {
            var reader = try LineReader(path: source)
            do {
                while let line = try reader.next({ line, _ in [UInt8](line) }) { try add(line) }
            } catch is LineReader.TooLong {
                throw CommandError(.input, "\(source) holds a line of more than 16 MiB: give only the heads")
            }
        }
        guard count > 0 else {
            throw CommandError(
                .input,
                "--head names nothing with a signed head: give a line of GET /api/v2/audit/head, or lines with "
                    + "\"event\":\"audit head\" of the server's log"
            )
        }
    }

    private mutating func add(_ line: [UInt8]) throws(CommandError) {
        guard let json = try? JSONReader.read(line), let signed = SignedAuditHead(json: json["head"] ?? json) else {
            return
        }
        let head = signed.head
        let name = "the head of event \(head.sequence)"
        if publicKey.isEmpty { publicKey = signed.publicKey }
        guard signed.publicKey == publicKey else {
            throw CommandError(
                .data,
                "\(name) is signed by another key than it must be: compare its public_key with that of the server's "
                    + "\"audit key\" log line, and give the right one with --public-key"
            )
        }
        guard let key = Hex.bytes(publicKey).flatMap({ VerificationKey($0) }),
            let signature = Hex.bytes(signed.signature), key.verifies(signature, of: head.signedBytes)
        else { throw CommandError(.data, "\(name) was altered: its signature does not match") }
        let known = digests[head.organization, default: [:]].updateValue(head.digest, forKey: head.sequence)
        guard known == nil || known == head.digest else {
            throw CommandError(
                .data,
                "there are two signed heads of event \(head.sequence) that differ: the log was rewritten"
            )
        }
        count += 1
    }
}
