import Access
import Documents
import Testing

@Suite("A head of an audit log")
struct AuditHeadTests {
    private let signed = SignedAuditHead(
        head: AuditHead(
            organization: Identifier(high: 1, low: 1),
            sequence: 42,
            digest: String(repeating: "ab", count: 32),
            time: Timestamp(microseconds: 1_790_000_000_000_120)
        ),
        keyID: "0123456789abcdef",
        publicKey: String(repeating: "cd", count: 32),
        signature: String(repeating: "ef", count: 64)
    )

    @Test("is signed as five lines")
    func signedBytes() {
        let expected = """
            keyway-audit-head-v1
            00000000-0000-0001-0000-000000000001
            42
            abababababababababababababababababababababababababababababababab
            2026-09-21T14:13:20.000120Z

            """
        #expect(String(decoding: signed.head.signedBytes, as: UTF8.self) == expected)
    }

    @Test("is read as it is written")
    func json() {
        #expect(SignedAuditHead(json: signed.json) == signed)
    }

    @Test(
        "is nothing else",
        arguments: ["organization_id", "sequence", "digest", "time", "key_id", "public_key", "signature"]
    )
    func incomplete(member: String) throws {
        guard case .object(let members) = signed.json else { return }
        #expect(SignedAuditHead(json: .object(members.filter { $0.name != member.text })) == nil)
        let wrong = members.map { $0.name == member.text ? JSONValue.Member($0.name, .boolean(true)) : $0 }
        #expect(SignedAuditHead(json: .object(wrong)) == nil)
        #expect(SignedAuditHead(json: .array([])) == nil)
    }
}

extension String {
    fileprivate var text: JSONText { JSONText(self) }
}
