import DatadogClient

extension Command {
    static let validate = Command(
        name: "validate",
        summary: "Check that the server responds, and accepts both keys",
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway validate", "keyway validate --site datadoghq.eu"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let (apiKey, both) = try await session.perform("Validating") {
            let apiKey = try await session.client.validation.isAPIKeyValid()
            return (apiKey, apiKey ? try await session.client.validation.areKeysValid() : false)
        }
        guard apiKey, both else {
            throw CommandError(
                .forbidden,
                "\(session.server) does not take the \(apiKey ? "application key" : "API key")",
                try: "other keys: DD_API_KEY and DD_APP_KEY, or --keys-file; keyway recover makes new ones"
            )
        }
        guard session.output.format == .table else { return try session.output.document(["valid": true]) }
        try Terminal.print("Both keys are valid on \(session.server).\n")
    }
}
