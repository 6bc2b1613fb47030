import Access
import Documents
import Storage

extension Command {
    static let auditExport = Command(
        name: "audit export",
        summary: "Write an organisation's audit log as lines of JSON",
        discussion: [
            "The server may be running: nothing is locked or changed. Over HTTP, GET /api/v2/audit/log gives the same lines.",
            "To extend an earlier export, pass the number of its lines to --after.",
        ],
        options: DataLocation.storeOptions + [AuditExport.organization, AuditExport.after, AuditExport.output],
        examples: ["keyway audit export --data-dir /var/lib/keyway --output audit.jsonl"]
    ) { arguments in
        try AuditExport(arguments).run()
    }
}

/// Performs `keyway audit export`.
private struct AuditExport {
    static let organization = Option.setting(
        "organization",
        "NAME",
        "Name of the organisation; needed if there are several"
    )
    static let after = Option(name: "after", placeholder: "N", help: "Only events after that one")
    static let output = Option(
        name: "output",
        placeholder: "FILE",
        help: "New file to write; standard output if not given",
        values: .file
    )

    /// Lines that are read at a time.
    private static let batch = 2000

    private let location: DataLocation
    private let organization: String?
    private let start: Int64
    private let output: String?

    init(_ arguments: Arguments) throws(CommandError) {
        location = try DataLocation(arguments)
        organization = arguments[Self.organization]
        output = arguments[Self.output]
        let after = arguments[Self.after] ?? "0"
        guard after.utf8.count <= 12, after.utf8.allSatisfy(\.isASCIIDigit), let start = Int64(after) else {
            throw CommandError(.usage, "--after must be the number of an event, or 0 for all")
        }
        self.start = start
    }

    func run() throws {
        let logs = try location.openAuditLogs()
        let organization = try organization(in: logs)
        let file = try output.map { path throws(CommandError) in try ByteOutput(creating: path) } ?? ByteOutput.standard
        var sequence = start
        while true {
            let lines = try logs.auditLog(of: organization.id, after: sequence, atMost: Self.batch)
            guard !lines.isEmpty else { break }
            sequence += Int64(lines.count)
            try file.append(Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")])
        }
        try file.finish()
        if let output {
            try Terminal.print(
                "\(output) has \(sequence - start) events of \(organization.name), up to event \(sequence)\n"
            )
        }
    }

    private func organization(in logs: any AuditLogs) throws -> Organization {
        let all = try logs.organizations()
        let names = all.map(\.name).joined(separator: ", ")
        guard let organization else {
            if all.count == 1 { return all[0] }
            guard !all.isEmpty else {
                throw CommandError(.input, "\(location.name) holds no organisation yet, and no audit log")
            }
            throw CommandError(
                .usage,
                "there are several organisations: give one of them with --organization: \(names)"
            )
        }
        if let named = all.first(where: { $0.name == organization }) { return named }
        throw CommandError(.input, "there is no organisation named \(organization); there are: \(names)")
    }
}
