import Documents

extension Integration {
    package static let http = Integration(
        type: "HTTP",
        title: "HTTP",
        fields: [
            .destination("base_url", "URL that the paths of requests are joined to", format: .baseURL, by: .origin)
        ],
        baseURL: .integrationMember("base_url"),
        credentials: [
            CredentialType(
                "HTTPTokenAuth",
                help: "Named tokens, which headers, URL parameters and body refer to as {{ name }}",
                [
                    .optionalObject(
                        "body",
                        "Body sent with each request",
                        [
                            .optionalText("content", "The body itself, as text", format: .any),
                            .optionalText("content_type", "Media type of the body", format: .headerValue),
                        ]
                    ),
                    .optionalList(
                        "headers",
                        "Headers sent with each request",
                        KeyedList(
                            name: .headerName,
                            ignoresCase: true,
                            [.text("value", "Value of the header; may hold placeholders", format: .headerValue)]
                        )
                    ),
                    .optionalList(
                        "tokens",
                        "Secrets that placeholders refer to by name",
                        KeyedList(
                            name: .tokenName,
                            [
                                .constant("type", "SECRET", "Kind of the token"),
                                .secret("value", "The token itself"),
                            ]
                        )
                    ),
                    .optionalList(
                        "url_parameters",
                        "Query parameters added to each request",
                        KeyedList(
                            name: .line,
                            [.text("value", "Value of the parameter; may hold placeholders", format: .any)]
                        )
                    ),
                ],
                authentication: .placeholders,
                probe: .setting
            )
        ],
        settings: [
            .optionalTexts(
                "link_members",
                "Members of JSON responses whose links are to lead through the connection, such as nextLink or links.next",
                format: .memberPath,
                countAtMost: 16
            )
        ],
        setup: .code(
            #"requests.get(BASE + "/", headers={"Authorization": "Bearer " + TOKEN})"#
        )
    )
}
