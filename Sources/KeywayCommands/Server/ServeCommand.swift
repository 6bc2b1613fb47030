extension Command {
    static let serve = Command(
        name: "serve",
        summary: "Serve the API",
        discussion: [
            "Logs are lines of JSON on standard error. SIGTERM ends the server after the requests in progress.",
            "The master keys may be given as the content of KEYWAY_MASTER_KEYS instead of a file.",
        ],
        options: DataLocation.storeOptions + [DatabaseLocation.stalenessOption] + DataLocation.masterKeyOptions
            + ServeOptions.all,
        examples: [
            "keyway serve --data-dir /var/lib/keyway --listen 127.0.0.1:8480",
            "keyway serve --store postgresql://keyway@db.example.com/keyway --master-key-file /etc/keyway/master.key",
        ]
    ) { arguments in
        let options = try ServeOptions(arguments)
        try await RunningServer(options, location: try DataLocation(arguments)).run()
    }
}
