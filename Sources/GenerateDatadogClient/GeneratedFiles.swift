import Connections

/// All that is generated, by file name.
enum GeneratedFiles {
    static var all: [(name: String, text: String)] {
        let models = IntegrationCatalogue.all.map(IntegrationModel.init)
        let integrations = models.map { (name: "\($0.integration.type).swift", text: $0.file) }
        return [
            ("Integration.swift", text(of: integration(models, .whole))),
            ("IntegrationUpdate.swift", text(of: integration(models, .update))),
        ] + integrations
    }

    private static func text(of union: Union) -> String {
        var source = SourceText()
        source.line("// Written by GenerateDatadogClient from the integration catalogue.")
        source.line("// swift-format-ignore-file")
        source.line()
        union.write(to: &source)
        return source.text
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
