import Access
import Cryptography
import Documents

/// The result of verifying an exported audit log.
struct AuditProof {
    let file: String
    let organization: Identifier?
    /// How many events are whole, from the first on.
    let count: Int64
    let lastDigest: String
    /// Sequences of the events of this log that heads vouch for.
    let vouched: [Int64]
    let publicKey: String
    let fault: AuditFault?

    /// Reads and proves a log, in the same memory whatever its length.
    ///
    /// - Parameters:
    ///   - file: Its path, or `-` for standard input.
    ///   - heads: What is known of it.
    /// - Throws: ``CommandError`` if it can't be read.
    init(of file: String, with heads: SignedHeads) throws {
        var verifier = AuditChainVerifier(heads: heads.digests) { SHA256.digest(of: $0).description }
        var reader = try LineReader(path: file)
        var fault: AuditFault?
        do {
            while fault == nil, let found = try reader.next({ verifier.take($0, isCutOff: !$1) }) { fault = found }
        } catch is LineReader.TooLong {
            fault = verifier.take(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        self.fault = fault ?? verifier.finish()
        self.file = file == "-" ? "standard input" : file
        organization = verifier.organization
        count = verifier.count
        lastDigest = verifier.lastDigest
        vouched = verifier.organization.flatMap { heads.digests[$0]?.keys.sorted() } ?? []
        publicKey = heads.publicKey
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("whole", .boolean(fault == nil)), .init("events", .integer(count)),
            .init("organization_id", organization.map { .string($0.description) } ?? .null),
            .init("last_digest", .string(lastDigest)), .init("heads", .integer(Int64(vouched.count))),
        ]
        if let newest = vouched.last {
            members.append(.init("newest_head", .integer(newest)))
            members.append(.init("public_key", .string(publicKey)))
        }
        if let fault {
            members.append(
                .init(
                    "fault",
                    [
                        "kind": .string(fault.kind.rawValue), "event": .integer(fault.event),
                        "through": .integer(fault.through), "line": .integer(fault.line),
                        "explanation": .string(fault.explanation),
                    ]
                )
            )
        }
        return .object(members)
    }

    /// For people, of a log that is whole.
    func text(keyIsGiven: Bool) -> String {
        let owner = organization?.description ?? "nobody"
        let chain = """
            \(file) is whole: \(count) events of organisation \(owner)
            Last digest  \(lastDigest)

            """
        guard let newest = vouched.last else {
            return chain + """
                No head was given, so it is not known whether events are missing at the end, or all were rewritten.

                """
        }
        let key = keyIsGiven ? "" : " (compare it with one that you kept, or give that with --public-key)"
        return chain + """
            Signed heads \(vouched.count), the newest of event \(newest)
            Signed by    \(publicKey)\(key)

            """
    }
}
