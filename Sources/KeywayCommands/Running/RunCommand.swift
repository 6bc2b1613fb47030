import AmbientCredentials
import Connections
import DatadogClient
import Documents
import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Command {
    private static let command = Operand(
        name: "COMMAND",
        help: "The command to run, with its arguments, behind --",
        isOptional: true,
        isRepeatable: true
    )
    private static let withoutProxy = Option.flag(
        "without-proxy",
        "Set no proxy, although the server has one for tools whose host is fixed"
    )
    private static let addingCredentials = Option.flag(
        "add-credentials",
        "Let the proxy add credentials to requests that carry none"
    )
    private static let printing = Option.flag("print", "Print the variables for eval, and run nothing")

    static let runWithToken = Command(
        name: "run",
        summary: "Run a command whose clients act through connections, with the SDKs that it has",
        discussion: [
            "The command gets an act token and the variables by which the vendors' clients find address and credential. "
                + "Keyway's own keys and real credentials of vendors are removed from its environment. The token is revoked "
                + "when the command ends; should keyway be killed, it expires.",
            "If the server has a forward proxy (keyway serve --proxy-listen), the command gets HTTPS_PROXY and a certificate "
                + "authority, so that tools whose host is fixed act through it. Requests to hosts of no connection are refused.",
            "Without --connection it is for all connections of which no two are of one integration.",
            "The exit code is the command's; 127 if there is no such command, 126 if it can't be started. Signals are "
                + "passed on to it.",
        ],
        operands: [command],
        options: [.actedConnection, .lifetime, withoutProxy, addingCredentials, printing],
        sharedOptions: [ServerOptions.group],
        examples: [
            "keyway run --connection OpenAI -- python3 chat.py",
            "keyway run --connection OpenAI --connection GitLab --for 8h -- bash",
            "eval \"$(keyway run --connection OpenAI --for 15m --print)\"",
        ]
    ) { arguments in
        let words = arguments.all(command)
        guard words.isEmpty == arguments.has(printing) else {
            let reason = words.isEmpty ? "needs a command behind --, or --print" : "takes no command with --print"
            throw CommandError.usage("keyway run \(reason)", of: arguments.command)
        }
        let lifetime = try arguments.lifetime()
        let session = try ClientSession(arguments)
        let targets = try await session.targets(arguments.all(.actedConnection))
        let new = NewActToken(connections: targets.map(\.connection.id), lifetime: lifetime, name: words.first)
        let token = try await session.perform("Creating the token") { try await session.client.actTokens.create(new) }
        guard let secret = token.token else { throw CommandError(.protocol, "the server gave no token") }
        var variables = RunVariables(targets, token: secret, isPlaintext: session.server.hasPrefix("http://"))
        variables.set(RunVariables.server, session.server)
        if arguments.has(printing) {
            for line in variables.code { Terminal.printError("keyway: in code: \(line)") }
            return try Terminal.print(variables.shellText)
        }
        let run = RunningCommand(session: session, token: token, connections: new.connections, lifetime: lifetime)
        let end: ChildProcess.End
        var proxy: RunProxy?
        do {
            let listener = try run.listen(for: targets, &variables)
            defer { listener?.stop() }
            if !arguments.has(withoutProxy) {
                proxy = try await run.openProxy(addingCredentials: arguments.has(addingCredentials), &variables)
            }
            for line in variables.code { Terminal.printError("keyway: in code: \(line)") }
            let environment = ChildEnvironment(without: variables.isRemoved, adding: variables.values)
            end = try await ChildProcess().run(words, in: environment)
        } catch let error as ChildProcess.StartError {
            await run.close(proxy)
            await run.revoke()
            Terminal.printError("keyway: \(error.description)")
            exit(error.exitCode)
        } catch {
            await run.close(proxy)
            await run.revoke()
            throw error
        }
        await run.close(proxy)
        await run.revoke()
        switch end {
        case .exit(let code): exit(code)
        case .signal(let number): Interruption.endProcess(by: number)
        }
    }
}

extension ClientSession {
    /// The connections that a command may act through, by ids or names; without any, all.
    fileprivate func targets(_ names: [String]) async throws -> [RunVariables.Target] {
        var connections: [Connection] = []
        if names.isEmpty {
            connections = try await collect("Listing connections", client.connections.all(), limit: nil)
            guard !connections.isEmpty else {
                throw CommandError(.notFound, "there are no connections on \(server)", try: "keyway connections create")
            }
        }
        for name in names {
            connections.append(try await onConnection("Looking up", name) { try await client.connections.get($0) })
        }
        let targets = connections.map { connection in
            let setup = IntegrationCatalogue.all.first { $0.type == connection.integration.type }?.setup
            return RunVariables.Target(
                connection: connection,
                setup: setup ?? .none,
                address: "\(server)/api/v2/actions/connections/\(connection.id)/proxy"
            )
        }
        for target in targets { try target.requireNoOverride() }
        for (type, alike) in Dictionary(grouping: targets, by: \.type).sorted(by: { $0.key < $1.key })
        where alike.count > 1 {
            let names = alike.map { "\($0.connection.name) (\($0.connection.id))" }.joined(separator: ", ")
            throw CommandError(
                .usage,
                "\(alike.count) connections are of \(type), whose clients can have one address alone: \(names)",
                try: "keyway run --connection \(alike[0].connection.id) -- COMMAND, and once more for the other"
            )
        }
        return targets
    }
}

/// The tokens of one run, which end with it.
private struct RunningCommand {
    let session: ClientSession
    let token: ActToken
    let connections: [Connection.ID]
    let lifetime: Duration

    /// Serves credentials for clouds' own tools, if a connection is of a cloud.
    func listen(
        for targets: [RunVariables.Target],
        _ variables: inout RunVariables
    ) throws -> AmbientListener? {
        let clouds = targets.compactMap(\.setup.cloud)
        guard !clouds.isEmpty else { return nil }
        let project = Environment["GOOGLE_CLOUD_PROJECT"] ?? "keyway"
        let listener = try AmbientListener(tokens: AmbientTokens(source: self), project: project)
        var directHosts: Set<String> = []
        for (cloud, ambient) in zip(
            [.aws, .google, .azure] as [ClientSetup.Cloud],
            listener.variables(project: project)
        )
        where clouds.contains(cloud) {
            variables.add(ambient, directHosts: &directHosts)
        }
        if clouds.contains(.aws), !Environment.has("AWS_REGION"), !Environment.has("AWS_DEFAULT_REGION") {
            variables.set("AWS_REGION", "us-east-1")
        }
        for name in ["NO_PROXY", "no_proxy"] where !directHosts.isEmpty {
            let before = Environment[name].map { [$0] } ?? []
            variables.set(name, (before + directHosts.sorted()).joined(separator: ","))
        }
        return listener
    }

    /// Opens a session of the server's forward proxy, if it has one that can be reached from here.
    func openProxy(addingCredentials: Bool, _ variables: inout RunVariables) async throws -> RunProxy? {
        let new = NewProxySession(connections: connections, lifetime: lifetime, addsCredentials: addingCredentials)
        let opened: ProxySession
        do {
            opened = try await session.client.proxySessions.create(new)
        } catch let error as DatadogError where [.conflict, .notFound].contains(error.code) {
            return nil
        } catch let error as DatadogError {
            throw CommandError(error, from: session.server)
        }
        let server = URL(string: session.server)?.host()
        guard Self.canReach(opened.proxy, of: server), let secret = token.token else {
            try? await session.client.proxySessions.end(opened.id)
            return nil
        }
        let proxy: RunProxy
        do throws(CommandError) {
            proxy = try RunProxy(opened, of: server)
        } catch {
            try? await session.client.proxySessions.end(opened.id)
            throw error
        }
        let before = variables.values["NO_PROXY"] ?? Environment["NO_PROXY"] ?? Environment["no_proxy"]
        for (name, value) in proxy.variables(token: secret, server: server, directHosts: before) {
            variables.set(name, value)
        }
        return proxy
    }

    /// Whether a proxy can be reached from here: one of a server on another machine can't at its loopback.
    private static func canReach(_ proxy: String, of server: String?) -> Bool {
        let host: String
        switch RunRelay.Target(proxy, of: server) {
        case .unixSocket(let path): return access(path, W_OK) == 0
        case .tls(let name, _): host = name
        case nil: host = String(proxy[..<(proxy.lastIndex(of: ":") ?? proxy.endIndex)])
        }
        return !LoopbackAddress.isLoopback(host) || server.map(LoopbackAddress.isLoopback) ?? false
    }

    /// Ends the session of the proxy, and tells what came through it. Should that fail, it expires.
    func close(_ proxy: RunProxy?) async {
        guard let proxy else { return }
        proxy.remove()
        let last = try? await session.client.proxySessions.get(proxy.session.id)
        try? await session.client.proxySessions.end(proxy.session.id)
        if let summary = last?.summary { Terminal.printError("keyway: \(summary)") }
    }

    /// Revokes the token. Should that fail, it expires.
    func revoke() async {
        do {
            try await session.client.actTokens.revoke(token.id)
        } catch {
            Terminal.printError("keyway: the act token \(token.id) could not be revoked; it expires by itself")
        }
    }
}

extension RunningCommand: AmbientTokenSource {
    /// The one token of the run: it is revoked with the command.
    func newToken() async throws -> AmbientToken {
        guard let text = token.token?.revealed, let date = token.expiresAt?.date else {
            throw CommandError(.protocol, "the server gave no token")
        }
        let expiresAt = Documents.Timestamp(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000))
        return AmbientToken(text: text, keyPair: token.keyPair, expiresAt: expiresAt)
    }
}

extension ActToken {
    /// The token as a pair of AWS keys, if the server gave one.
    fileprivate var keyPair: AmbientToken.KeyPair? {
        guard let accessKeyID, let secretAccessKey else { return nil }
        return AmbientToken.KeyPair(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey.revealed)
    }
}
