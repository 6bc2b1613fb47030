import DatadogClient
import Documents

extension Command {
    static let apply = Command(
        name: "apply",
        summary: "Bring a server to the state that files describe",
        discussion: [
            """
            The files are those of keyway export, or your own in the same form: responses to GET, with secrets empty \
            or left out. All errors in all files are reported before anything is done. Each file is matched with the \
            server's documents by its id, else by integration and name, by the number of an AWS account, or by the URL of a \
            token issuer; if that is ambiguous, nothing is done.
            """,
            """
            The plan is shown first. Secrets are asked for if they are needed: for new documents, and where the type \
            of credentials or the destination of secrets changes. They may be given by --secrets or --secret. Ids, \
            external ids, audiences and times are the server's: those in the files are not sent.
            """,
            """
            Documents that no file describes stay, unless you say --prune. To finish an interrupted run, run it \
            again; a second run has nothing to do.
            """,
            ServerOptions.discussion,
        ],
        options: [
            StateOptions.stateDirectory, StateOptions.plan, StateOptions.detailedExitCode, StateOptions.prune,
            StateSecrets.fileOption, StateSecrets.option, .yes,
        ],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway apply -f state --plan", "keyway apply -f state --secrets secrets.json --yes"]
    ) { arguments in
        guard let path = arguments[StateOptions.stateDirectory] else {
            throw CommandError.usage("keyway apply needs -f DIR", of: arguments.command)
        }
        let files: [StateFile]
        let plan: StatePlan
        let secrets = try StateSecrets(arguments)
        let session = try ClientSession(arguments, retries: .standard)
        do {
            files = try StateDirectory(path: path).read()
            try secrets.check(against: files)
            plan = try await StatePlan(
                files: files,
                server: session.understoodDocuments(files: files),
                prunes: arguments.has(StateOptions.prune)
            )
        } catch let error as InvalidState {
            let issues = error.issues.map { "\n  " + $0.text }.joined()
            throw CommandError(.data, "nothing was done, because of these errors:\(issues)")
        }
        try Terminal.print(plan.text)
        if plan.changes.isEmpty { return }
        if arguments.has(StateOptions.plan) {
            guard arguments.has(StateOptions.detailedExitCode) else { return }
            throw CommandError(.changes, "there is something to do", try: "keyway apply -f \(path)")
        }
        let collected = try secrets.collect(for: plan)
        try arguments.confirm("Make these changes on \(session.server)?")
        try await StateApplication(session: session, plan: plan, secrets: collected).run()
    }
}

extension ClientSession {
    /// Reads the server's documents, except those of a kind that this version does not know: they are left alone.
    ///
    /// - Throws: ``InvalidState`` if a file describes one of those.
    fileprivate func understoodDocuments(files: [StateFile]) async throws -> [StateDocument] {
        var understood: [StateDocument] = []
        var issues: [StateIssue] = []
        let listed = try await serverDocuments()
        let described = files.compactMap { file in
            file.document.id.map { DocumentReference(kind: file.document.kind, id: $0) }
        }
        for document in listed + (try await overlooked(described, by: listed)) {
            if let known = try? document.understood() {
                understood.append(known)
                continue
            }
            let id = document.json["data"]?["id"]?.text ?? ""
            Terminal.printError(
                "keyway: \(id) on \(server) is of a kind that this version does not know: it is not touched"
            )
            let described = files.filter { $0.document.id?.description == id }
            issues += described.map {
                StateIssue(
                    file: $0.name,
                    pointer: "/data/id",
                    "is the id of a document that this version does not know"
                )
            }
        }
        guard issues.isEmpty else { throw InvalidState(issues: issues) }
        return understood
    }
}
