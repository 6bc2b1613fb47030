import Documents
import Platform
import Secrets

/// A database of PostgreSQL that holds a store, as an operator names it: by a URI, as libpq reads it.
struct DatabaseLocation: Sendable {
    static let storeOption = Option.setting(
        "store",
        "URI",
        "Database of PostgreSQL instead of a directory, such as postgresql://db.example.com/keyway, without a password"
    )
    static let fileOption = Option.setting(
        "store-file",
        "FILE",
        "File of mode 0600 that has the URI of --store, and may have a password in it",
        values: .file
    )
    static let directOption = Option.setting(
        "store-direct",
        "URI",
        "Database behind a pooler that --store names, for notifications: these pass no pooler"
    )
    static let stalenessOption = Option.setting(
        "store-staleness",
        "MILLISECONDS",
        "Longest time until a change of keys or access on another node holds here; 1000 if not given"
    )

    /// The options of each command that works on a store.
    static let options = [storeOption, fileOption, directOption]
    private static let schemes = ["postgresql://", "postgres://"]
    /// The longest file with a URI, in bytes.
    private static let longestFile = 16_384

    /// The URI; it may hold a password.
    let uri: Secret
    /// That of the database itself, where `uri` is a pooler's.
    let directURI: Secret?
    /// The longest time until a change of access on another node holds here.
    let staleness: Duration
    /// The database as messages name it, without passwords and parameters.
    let name: String
    /// The options that name it, for a command to try next.
    let options: String

    /// - Returns: `nil` if no option or variable names a database.
    /// - Throws: ``CommandError`` if what does is no URI of PostgreSQL, or shows a password to everyone.
    init?(_ arguments: Arguments) throws(CommandError) {
        let text = arguments[Self.storeOption]
        let file = arguments[Self.fileOption]
        guard text != nil || file != nil else { return nil }
        let direct = arguments[Self.directOption]
        let lines: [String]
        if let file, text == nil || arguments.isOnCommandLine(Self.fileOption) {
            guard !arguments.isOnCommandLine(Self.storeOption) else {
                throw CommandError(.usage, "--store and --store-file name one database: give one of them")
            }
            lines = try Self.lines(of: file)
            options = "--store-file \(file)"
        } else {
            lines = [text ?? ""]
            options = "--store \(Self.name(of: text ?? ""))"
        }
        try Self.check(lines[0], file: file)
        for (option, value) in [(Self.storeOption, text), (Self.directOption, direct)] {
            guard let value, arguments.isOnCommandLine(option), Self.hasPassword(value) else { continue }
            throw CommandError(
                .usage,
                "a password in --\(option.name) would be seen by everyone who lists the machine's processes: put the "
                    + "URI into a file that only you can read (chmod 600), and give that with --store-file, or the "
                    + "password into ~/.pgpass"
            )
        }
        let second = direct ?? lines.dropFirst().first
        if let second { try Self.check(second, file: direct == nil ? file : nil) }
        uri = Secret(copying: Self.protected(lines[0]).utf8)
        directURI = second.map { Secret(copying: Self.protected($0).utf8) }
        staleness = try Self.staleness(arguments)
        name = Self.name(of: lines[0])
        for option in [Self.storeOption, Self.directOption] where !arguments.isOnCommandLine(option) {
            for variable in option.variables { Environment.erase(variable) }
        }
    }

    /// The database that a text names: by its URI, without a password, or by the path of a file with the URI.
    ///
    /// - Returns: `nil` if the text is neither, but perhaps a directory.
    /// - Throws: ``CommandError`` if the URI shows a password to everyone, or the file has none.
    init?(place text: String, of option: Option) throws(CommandError) {
        let line: String
        if Self.schemes.contains(where: text.hasPrefix) {
            guard !Self.hasPassword(text) else {
                throw CommandError(
                    .usage,
                    "a password in --\(option.name) would be seen by everyone who lists the machine's processes: put the "
                        + "URI into a file that only you can read (chmod 600), and give that file instead"
                )
            }
            line = text
            options = "--store \(Self.name(of: text))"
        } else {
            var status = stat()
            guard stat(text, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            line = try Self.lines(of: text)[0]
            try Self.check(line, file: text)
            options = "--store-file \(text)"
        }
        uri = Secret(copying: Self.protected(line).utf8)
        directURI = nil
        staleness = .seconds(1)
        name = Self.name(of: line)
    }

    /// Whether any option or variable names a database, and on the command line.
    static func isNamed(by arguments: Arguments) -> (at: Bool, onCommandLine: Bool) {
        let naming = [storeOption, fileOption]
        return (naming.contains { arguments[$0] != nil }, naming.contains(where: arguments.isOnCommandLine))
    }

    /// The lines of a file with a URI, and perhaps a second one for notifications.
    private static func lines(of file: String) throws(CommandError) -> [String] {
        let content = try PrivateFile.read(file, holding: "a store's URI")
        let lines = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimming(while: \.isWhitespace) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard content.count <= longestFile, (1...2).contains(lines.count) else {
            throw CommandError(
                .input,
                "\(file) must hold a URI such as postgresql://keyway:PASSWORD@db.example.com/keyway, and on a second "
                    + "line, if at all, that of --store-direct"
            )
        }
        return lines
    }

    private static func check(_ text: String, file: String?) throws(CommandError) {
        guard !schemes.contains(where: text.hasPrefix) || text.contains("\0") else { return }
        let place = file ?? "--store"
        throw CommandError(
            .usage,
            "\(place) must be the URI of a database of PostgreSQL, such as postgresql://db.example.com/keyway"
        )
    }

    private static func staleness(_ arguments: Arguments) throws(CommandError) -> Duration {
        guard let text = arguments[stalenessOption] else { return .seconds(1) }
        guard text.utf8.allSatisfy(\.isASCIIDigit), let number = Int(text), (100...60_000).contains(number) else {
            throw CommandError(.usage, "--store-staleness must be a whole number of milliseconds from 100 to 60000")
        }
        return .milliseconds(number)
    }

    // MARK: The parts of a URI

    /// The URI with TLS and a certificate that is checked, where it names another machine and does not say otherwise:
    /// libpq by itself would do without where the server, or someone in its place, has none.
    static func protected(_ uri: String) -> String {
        let parts = Parts(uri)
        func values(of name: String) -> [Substring] {
            parts.parameters.filter { $0.hasPrefix("\(name)=") }.map { $0.dropFirst(name.count + 1) }
        }
        guard values(of: "sslmode").isEmpty, values(of: "service").isEmpty, !Environment.has("PGSSLMODE") else {
            return uri
        }
        let named = parts.hosts.split(separator: ",").map { host in
            host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
        }
        let others = (values(of: "host") + values(of: "hostaddr")).flatMap { $0.split(separator: ",") }
        let isElsewhere = (named + others).contains { host in
            !host.isEmpty && !host.hasPrefix("/") && !host.lowercased().hasPrefix("%2f")
                && !LoopbackAddress.isLoopback(String(host))
        }
        guard isElsewhere else { return uri }
        return uri + (uri.contains("?") ? "&" : "?") + "sslmode=verify-full"
    }

    /// Whether a URI has a password: behind the user, or among the parameters.
    static func hasPassword(_ uri: String) -> Bool {
        let parts = Parts(uri)
        if parts.user.contains(":") { return true }
        return parts.parameters.contains { parameter in
            let name = parameter.prefix { $0 != "=" }
            // An encoded name may be any.
            return name.lowercased().hasSuffix("password") || name.contains("%")
        }
    }

    /// The scheme, hosts and database alone.
    static func name(of uri: String) -> String {
        let parts = Parts(uri)
        return "postgresql://\(parts.hosts)\(parts.database)"
    }

    /// The parts of a URI, as libpq tells them apart; what it would refuse counts as part of the user.
    private struct Parts {
        let user: Substring
        let hosts: Substring
        /// With the slash before it.
        let database: Substring
        let parameters: [Substring]

        init(_ uri: String) {
            var rest = uri[...]
            if let scheme = DatabaseLocation.schemes.first(where: uri.hasPrefix) { rest = rest.dropFirst(scheme.count) }
            let first = rest.firstIndex { $0 == "@" || $0 == "/" }
            let at = rest.prefix { $0 != "?" }.lastIndex(of: "@") ?? first.flatMap { rest[$0] == "@" ? $0 : nil }
            user = at.map { rest[..<$0] } ?? ""
            let place = at.map { rest[rest.index(after: $0)...] } ?? rest
            let query = place.firstIndex(of: "?") ?? place.endIndex
            parameters = place[query...].dropFirst().split(separator: "&")
            let slash = place[..<query].firstIndex(of: "/") ?? query
            hosts = place[..<slash]
            database = place[slash..<query]
        }
    }
}

extension Substring {
    /// The text without such characters at its ends.
    fileprivate func trimming(while isRemoved: (Character) -> Bool) -> String {
        var text = drop(while: isRemoved)
        while let last = text.last, isRemoved(last) { text.removeLast() }
        return String(text)
    }
}
