package import Documents

extension DocumentSchema {
    /// The body of a new session of the forward proxy.
    package static let proxySession = DocumentSchema(
        type: "proxy_sessions",
        attributes: [
            .texts(
                "connections",
                "Ids of the connections whose hosts it opens",
                format: .connectionID,
                countAtMost: 100
            )
            .nonEmpty(),
            .number("lifetime", "How long it is good for, in seconds", in: 1...86_400),
            .flag(
                "add_credentials",
                "Whether the connection's credential is added to requests that carry none",
                standard: false
            ),
        ]
    )
}
