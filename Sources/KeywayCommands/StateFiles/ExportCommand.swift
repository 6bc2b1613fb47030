import DatadogClient

extension Command {
    static let export = Command(
        name: "export",
        summary: "Write connections, AWS accounts and token issuers as files, without secrets",
        discussion: [
            """
            Each document is a JSON file of its own, named after its content and its id, so that a change shows in \
            version control as a change of one file. A file that holds a document already, under a name of your own, is \
            written again where it is; edits that were not applied are lost. Without --dir all documents are printed as \
            one JSON array.
            """,
            """
            The files of an earlier export whose documents are gone are named, and removed with --prune; files with names \
            of your own never are.
            """,
            "Token issuers are among them where the caller may manage them.",
            "keyway apply brings a server to the state that the files describe.", ServerOptions.discussion,
        ],
        options: [StateOptions.exportDirectory, StateOptions.pruneFiles],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway export -o state", "keyway export -o state --prune"]
    ) { arguments in
        let session = try ClientSession(arguments, retries: .standard)
        var documents = try await session.serverDocuments()
        guard let path = arguments[StateOptions.exportDirectory] else {
            try Terminal.print(DocumentText.json(.array(documents.map(\.json))))
            return
        }
        if arguments.has(StateOptions.pruneFiles) {
            let held = try StateDirectory(path: path).references()
            documents += try await session.overlooked(held, by: documents)
        }
        let exported = try documents.map { document throws(CommandError) in try document.exported() }
        let summary = try StateDirectory(path: path).write(exported, prunes: arguments.has(StateOptions.pruneFiles))
        try Terminal.print(
            "\(path): \(summary.created) new, \(summary.changed) changed, \(summary.unchanged) unchanged, "
                + "\(summary.removed.count) removed\n"
        )
        guard !summary.stale.isEmpty else { return }
        let list = summary.stale.map { "\n  \($0)" }.joined()
        Terminal.printError(
            "keyway: \(session.server) has no documents with the ids in these files:\(list)\n"
                + "Try: --prune, which removes those that an export named; or remove them yourself"
        )
    }
}
