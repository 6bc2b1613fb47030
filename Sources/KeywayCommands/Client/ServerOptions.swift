import DatadogClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which server to speak to, and with which keys.
struct ServerOptions {
    private static let server = Option.setting(
        "server",
        "URL",
        "Address of the server; http://127.0.0.1:8480 if nothing names another"
    )
    private static let site = Option(
        name: "site",
        placeholder: "SITE",
        help: "One of Datadog's own sites, such as datadoghq.eu, instead of a server",
        values: .oneOf(Site.known.compactMap { $0.baseURL.host().map { String($0.dropFirst("api.".count)) } })
    )
    private static let keysFile = Option.setting(
        "keys-file",
        "FILE",
        "File of the keys, as keyway init --json prints them, readable only by you",
        values: .file
    )
    private static let plaintext = Option.flag(
        "allow-plaintext",
        "Send keys over plain HTTP to another machine, where everyone on the way can read them"
    )

    static let title = "Server and keys"
    static let group = OptionGroup(title: title, options: [server, site, keysFile, plaintext])

    /// The paragraph of help and man page on where keys come from.
    static let discussion = """
        The keys come from the variables DD_API_KEY and DD_APP_KEY, or from a file: --keys-file, else, if no DD_ \
        variable is set, .keyway/keys.json (make run writes it) or $XDG_CONFIG_HOME/keyway/keys.json. They are never \
        given as arguments. DD_SITE names the server as it does for the official clients.
        """

    let site: Site
    let keys: KeysFile
    /// The server's URL, for messages.
    var address: String { site.description }

    init(_ arguments: Arguments) throws(CommandError) {
        site = try Self.site(arguments)
        keys = try Self.keys(arguments)
        try Self.requireCover(for: site, arguments)
    }

    /// Makes sure that what is sent to a server can't be read by everyone on the way.
    static func requireCover(for site: Site, _ arguments: Arguments) throws(CommandError) {
        guard
            site.baseURL.scheme?.lowercased() == "https" || arguments.has(Self.plaintext)
                || site.baseURL.host().map({ LoopbackAddress.isLoopback($0) }) ?? false
        else {
            throw CommandError(
                .configuration,
                "the keys would cross the network in the clear to \(site)",
                try: "an https address, or --allow-plaintext if you trust everyone on the way"
            )
        }
    }

    /// The server that is meant.
    static func site(_ arguments: Arguments) throws(CommandError) -> Site {
        if arguments.isOnCommandLine(server), arguments.isOnCommandLine(site) {
            throw .usage("--server and --site name two servers: give one", of: arguments.command)
        }
        if let name = arguments[site], let site = Site(named: name) { return site }
        if let address = arguments[server] {
            guard let site = Site(named: address), site.baseURL.isServerAddress else {
                throw .usage(
                    "--server must be an http or https URL without user, query or fragment, such as "
                        + "http://127.0.0.1:8480",
                    of: arguments.command
                )
            }
            return site
        }
        guard let name = Environment["DD_SITE"] else { return local }
        guard let site = Site(named: name), site.baseURL.isServerAddress else {
            throw CommandError(.configuration, "DD_SITE is neither a URL nor one of Datadog's sites")
        }
        return site
    }

    /// The keys that are meant.
    static func keys(_ arguments: Arguments) throws(CommandError) -> KeysFile {
        if let path = arguments[keysFile] { return try KeysFile(at: path) }
        let variables = (Environment["DD_API_KEY"], Environment["DD_APP_KEY"])
        switch variables {
        case (let apiKey?, let applicationKey?): return KeysFile(apiKey: apiKey, applicationKey: applicationKey)
        case (nil, nil): break
        default:
            throw CommandError(.configuration, "DD_API_KEY and DD_APP_KEY go together: only one of them is set")
        }
        // Keys that nobody named must not go where a variable points.
        if !Environment.has("DD_SITE"), let path = KeysFile.standardPaths.first(where: KeysFile.exists) {
            return try KeysFile(at: path)
        }
        throw CommandError(
            .configuration,
            "there are no keys",
            try: "keyway init --json > keys.json with umask 077, then --keys-file keys.json; or set DD_API_KEY and "
                + "DD_APP_KEY"
        )
    }

    private static var local: Site {
        guard let site = Site(named: "http://127.0.0.1:8480") else { preconditionFailure("the address is a URL") }
        return site
    }
}

extension URL {
    fileprivate var isServerAddress: Bool {
        ["http", "https"].contains(scheme?.lowercased() ?? "") && host()?.isEmpty == false && user() == nil
            && query() == nil && fragment() == nil
    }
}
