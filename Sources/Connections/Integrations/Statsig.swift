import Documents

extension Integration {
    package static let statsig = Integration(
        type: "Statsig",
        title: "Statsig",
        reference: "https://docs.statsig.com/console-api/introduction",
        baseURL: .fixed("https://statsigapi.net"),
        standardHeaders: [StandardHeader("STATSIG-API-VERSION", "20240601", setting: "api_version")],
        credentials: [
            CredentialType(
                "StatsigAPIKey",
                help: "Console API key",
                [
                    .secret("api_key", "Statsig Console API key")
                ],
                authentication: .headers(("STATSIG-API-KEY", "{api_key}")),
                probe: .get("/console/v1/gates?limit=1")
            )
        ],
        settings: [.apiVersion("Version of the API that requests ask for by STATSIG-API-VERSION, 20240601 by default")],
        setup: .code(
            #"requests.get(BASE + "/console/v1/gates", headers={"STATSIG-API-KEY": TOKEN})"#,
            removing: "STATSIG_API_KEY"
        )
    )
}
