import AWSAccounts
import Connections
import Documents

/// All that is generated, by the path of the file.
enum GeneratedFiles {
    static var all: [(path: String, text: String)] { integrations + awsAccounts }

    private static func file(from source: String, _ declarations: [any Declaration]) -> String {
        var text = SourceText()
        text.line("// Written by GenerateDatadogClient from \(source).")
        for declaration in declarations {
            text.line()
            declaration.write(to: &text)
        }
        return text.text
    }

    // MARK: AWS accounts

    /// A file for each type of accounts and of *Cloud Cost Management*.
    private static var awsAccounts: [(path: String, text: String)] {
        let accounts = DocumentModels(schema: .awsAccount, names: .awsAccount, uses: [.response, .create, .update])
        let configs = DocumentModels(schema: .ccmConfigResponse, names: .ccmConfig, uses: [.response])
        let models = [(accounts, "DocumentSchema.awsAccount"), (configs, "DocumentSchema.ccmConfig")]
        return models.flatMap { models, source in
            models.declarations.map { ("AWSAccounts/\($0.name).swift", file(from: source, [$0])) }
        }
    }

    // MARK: Integrations

    /// A file for each integration, and two for all of them.
    private static var integrations: [(path: String, text: String)] {
        let models = IntegrationCatalogue.all.map(IntegrationModel.init)
        let source = "the integration catalogue"
        return [
            ("Integrations/Integration.swift", file(from: source, [integration(models, .whole)])),
            ("Integrations/IntegrationUpdate.swift", file(from: source, [integration(models, .update)])),
        ]
            + models.map { model in
                ("Integrations/\(model.integration.type).swift", file(from: source, model.declarations))
            }
    }

    private static func integration(_ models: [IntegrationModel], _ use: IntegrationModel.Use) -> Union {
        Union(
            name: "Integration\(use.suffix)",
            help: [
                use == .update
                    ? "Changes to the integration of a connection. It can't become another integration's."
                    : "The system that a connection acts in, and how it authenticates there.",
                "Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/",
            ],
            unknownHelp: "An integration that this version does not know.",
            cases: models.map { $0.unionCase(for: use) }
        )
    }
}
