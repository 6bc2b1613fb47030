package import Documents

extension DocumentSchema {
    /// The settings of a connection of that integration: what of acting Datadog's document of a connection has no room
    /// for. They are replaced as a whole.
    package static func settings(of integration: Integration) -> DocumentSchema {
        DocumentSchema(
            type: "connection_settings",
            attributes: integration.settings + integration.destinationSettings + [
                .flag(
                    "follow_redirects",
                    "true lets Keyway follow redirects of GET and HEAD to other hosts, without credentials",
                    standard: false
                ),
                .flag(
                    "pass_trace_context",
                    "true passes the trace of a request on to the third party: traceparent, tracestate and baggage",
                    standard: false
                ),
                .optionalText("probe_path", "Path of the request that a test of the connection sends", format: .path),
                .optionalText(
                    "mode",
                    "Whether rules are enforced, or only observed: what they would refuse is logged",
                    format: .oneOf("enforce", "observe")
                ).with(standard: "enforce"),
                .optionalList(
                    "rules",
                    "What may be done through the connection, and what may not: the first rule that matches decides; if "
                        + "there are rules, what none allows may not",
                    KeyedList(name: .name, .rule)
                ).with(standard: []),
                .optionalNumber("concurrency", "How many acts may go on at once", in: 1...10_000).with(standard: 100),
                .optionalNumber("rate", "How many acts may begin in a second, no limit by default", in: 1...100_000),
                .optionalNumber(
                    "timeout",
                    "How many seconds a response may take to begin, and between two pieces of it, "
                        + (integration.timeout.map { "\($0) by default" } ?? "as many as the server has it by default"),
                    in: 1...3600
                ),
            ]
        )
    }

    /// Where a connection's secrets are sent, and what they are sealed for: what its document decides, and what its
    /// settings decide.
    ///
    /// Without a setting that decides it, it is the destination that the document names alone.
    ///
    /// `custom_domain` is no part of it. By itself it sends no secret anywhere else: the host stands in the document or
    /// in another setting, and is a part. But it takes down the fence around hosts; see ``allowsCustomDomain(_:)``.
    ///
    /// - Parameters:
    ///   - document: The connection's stored document, the inner `data` object.
    ///   - settings: The stored document of its settings, `nil` if it has none.
    /// - Returns: The destination; secrets are sealed for its text.
    package static func connectionDestination(document: JSONValue, settings: JSONValue?) -> DocumentDestination {
        let destination = connection.destination(of: document)
        guard
            let settings, let type = document["attributes"]?["integration"]?["type"]?.text?.string,
            let integration = IntegrationCatalogue.all.first(where: { $0.type == type })
        else { return destination }
        return destination.adding(self.settings(of: integration).destination(of: settings))
    }

    /// Whether a connection's hosts may be others than its integration's own.
    ///
    /// To set it on a connection with secrets needs the permission `connections_redirect`, as a change of the
    /// destination does: otherwise who may write connections could move the secret of an integration whose hosts are
    /// pinned, without knowing it. To take it back needs nothing.
    ///
    /// - Parameter settings: The stored document of the connection's settings, `nil` if it has none.
    /// - Returns: Whether `custom_domain` is set.
    package static func allowsCustomDomain(_ settings: JSONValue?) -> Bool {
        settings?["attributes"]?["custom_domain"] == true
    }
}

extension Integration {
    /// The settings that change the hosts of requests. AWS has none: its hosts follow from service and region, and
    /// signatures hold for one host alone.
    fileprivate var destinationSettings: [Field] {
        guard type != Integration.aws.type else { return [] }
        return [
            .optionalDestination(
                "base_url",
                "URL that the paths of requests are joined to instead of the integration's own",
                format: .baseURL,
                by: .origin
            ),
            .flag(
                "custom_domain",
                "true allows hosts that are not the integration's own, such as a domain of the customer's",
                standard: false
            ),
        ]
    }
}

extension [Field] {
    /// The members of a rule beside its name.
    fileprivate static let rule: [Field] = [
        .optionalText(
            "effect",
            "Whether what matches may be done (allow, the default), or may not be done (deny)",
            format: .oneOf("allow", "deny")
        ),
        .optionalTexts(
            "principals",
            "Who it is for, each as user:ID, role:ID or org:ID; everyone by default",
            format: .rulePrincipal,
            countAtMost: 100
        ).nonEmpty(),
        .optionalTexts("methods", "Methods that it is for; all by default", format: .ruleMethod, countAtMost: 10)
            .nonEmpty(),
        .texts(
            "paths",
            "Paths below the base URL that it is for; * stands for one segment, ** at the end for any rest",
            format: .rulePath,
            countAtMost: 100
        ).nonEmpty(),
        .optionalList(
            "body",
            "Members of a JSON body that must all be there, each with one of some values",
            of: Choice([
                .text("pointer", "Where the member stands, as a JSON Pointer (RFC 6901)", format: .jsonPointer),
                .scalars("values", "The values that it may have", countAtMost: 1000).nonEmpty(),
            ]),
            countAtMost: 20
        ),
    ]
}
