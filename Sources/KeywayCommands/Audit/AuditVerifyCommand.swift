import Access
import Documents

extension Command {
    static let auditVerify = Command(
        name: "audit verify",
        summary: "Prove an exported audit log, without a server",
        discussion: [
            "Each line has the digest of the line before: a changed, dropped, inserted or moved event shows, and the first\n"
                + "is named. Events that are missing at the end, or a log that was rewritten as a whole, show only against\n"
                + "a signed head that was kept elsewhere.",
            "FILE may be - for standard input. The exit code is 0 for a log that is whole, 65 for one that is not, and 66\n"
                + "if something can't be read.",
        ],
        operands: [AuditVerification.file],
        options: [AuditVerification.head, AuditVerification.publicKey, .json],
        examples: ["keyway audit verify audit.jsonl --head heads.jsonl"]
    ) { arguments in
        try AuditVerification(arguments).run()
    }
}

/// Performs `keyway audit verify`.
private struct AuditVerification {
    static let file = Operand(name: "FILE", help: "The exported log, or - for standard input", values: .file)
    static let head = Option(
        name: "head",
        placeholder: "HEAD",
        help: "A signed head, or a file with some, such as the server's log",
        values: .file
    )
    static let publicKey = Option(
        name: "public-key",
        placeholder: "KEY",
        help: "The key that must have signed the heads: 64 hexadecimal digits"
    )

    private let file: String
    private let publicKey: String?
    private let head: String?
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = arguments[Self.file]
        publicKey = arguments[Self.publicKey]
        head = arguments[Self.head]
        printsJSON = arguments.has(.json)
        if let publicKey, publicKey.utf8.count != 64 || !publicKey.utf8.allSatisfy(\.isHexadecimal) {
            throw CommandError(
                .usage,
                "--public-key must be 64 hexadecimal digits, as in the server's \"audit key\" log line"
            )
        }
        if publicKey != nil, head == nil {
            throw CommandError(.usage, "--public-key says who signed a head: give the head with --head")
        }
    }

    func run() throws {
        let heads = try head.map { try SignedHeads($0, publicKey: publicKey) } ?? SignedHeads()
        let proof = try AuditProof(of: file, with: heads)
        if printsJSON {
            try Terminal.print(String(decoding: JSONWriter.bytes(of: proof.json), as: UTF8.self) + "\n")
        }
        if let fault = proof.fault {
            throw CommandError(.data, "\(proof.file) is not whole: \(fault.explanation) (line \(fault.line))")
        }
        if head != nil, proof.vouched.isEmpty, let organization = proof.organization {
            throw CommandError(.input, "none of the signed heads is of organisation \(organization), whose log this is")
        }
        if !printsJSON { try Terminal.print(proof.text(keyIsGiven: publicKey != nil)) }
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
