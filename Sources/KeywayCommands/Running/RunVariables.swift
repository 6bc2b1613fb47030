import AmbientCredentials
import Connections
import DatadogClient
import Platform

/// The variables by which a command's clients act through Keyway, and nowhere else.
struct RunVariables {
    /// One connection that the command may act through.
    struct Target {
        let connection: Connection
        let setup: ClientSetup
        /// The URL that stands for the integration's base URL.
        let address: String

        var type: String { connection.integration.type ?? "" }

        /// Refuses a file that the vendor's clients would prefer to the variables.
        func requireNoOverride() throws(CommandError) {
            guard let file = setup.overridingFile, let home = Environment["HOME"],
                access("\(home)/\(file)", F_OK) == 0
            else { return }
            throw CommandError(
                .configuration,
                "\(type)'s client reads ~/\(file) before its variables, and would go around Keyway",
                try: "the same with HOME set to another directory, or without that file"
            )
        }
    }

    private(set) var values: [String: String] = [:]
    private(set) var removed: Set<String>
    /// The lines of code for clients that have no variables for their addresses.
    private(set) var code: [String] = []

    /// The variable of the token, for what has no variable of its own.
    static let token = "KEYWAY_ACT_TOKEN"

    /// The variable of Keyway's own address, for `keyway` itself.
    static let server = "KEYWAY_SERVER"

    /// - Parameters:
    ///   - targets: The connections; no two of one integration.
    ///   - token: The act token.
    ///   - isPlaintext: Whether Keyway is reached by plain HTTP.
    init(_ targets: [Target], token: Secret, isPlaintext: Bool) {
        // A real credential of any vendor must not be at hand: a client would go around Keyway with it.
        removed = Set(
            IntegrationCatalogue.all.flatMap { integration in
                integration.setup.variables.map(\.name) + integration.setup.removed
            }
        ).union(AmbientVariables.credentials)
        values[Self.token] = token.revealed
        for target in targets {
            let address = Self.addressName(of: target.type)
            values[address] = target.address
            for (name, value) in target.setup.variables {
                switch value {
                case .address(let rest): values[name] = target.address + rest
                case .token: values[name] = token.revealed
                case .text(let text): values[name] = text
                case .plaintext(let text): if isPlaintext { values[name] = text }
                }
            }
            if let line = target.setup.code {
                let spelled = line.replacingWord("BASE", by: "os.environ[\"\(address)\"]")
                    .replacingWord("TOKEN", by: "os.environ[\"\(Self.token)\"]")
                code.append("\(target.connection.name): \(spelled)")
            }
        }
    }

    /// The variable of the address of an integration: `KEYWAY_BASE_GITLAB`.
    static func addressName(of type: String) -> String { "KEYWAY_BASE_\(type.uppercased())" }

    /// Adds what leads a cloud's own tools to credentials.
    mutating func add(_ ambient: AmbientVariables, directHosts: inout Set<String>) {
        values.merge(ambient.values) { _, new in new }
        removed.formUnion(ambient.removed)
        directHosts.formUnion(ambient.directHosts)
    }

    mutating func set(_ name: String, _ value: String) { values[name] = value }

    /// Whether a variable is left out: Keyway's own, which hold its keys, and those of real credentials.
    func isRemoved(_ name: String) -> Bool {
        name.hasPrefix("DD_") || name.hasPrefix("KEYWAY_") || removed.contains(name)
    }

    /// The commands by which a shell takes the variables over.
    var shellText: String {
        let unset = removed.subtracting(values.keys).sorted().map { "unset \($0)\n" }
        let exports = values.sorted { $0.key < $1.key }.map { name, value in
            "export \(name)='\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'\n"
        }
        return (unset + exports).joined()
    }
}

extension String {
    /// The text with each occurrence of a word, which is no part of a longer one, replaced.
    fileprivate func replacingWord(_ word: String, by replacement: String) -> String {
        var result = ""
        var rest = self[...]
        while let range = rest.firstRange(of: word) {
            let before = rest[..<range.lowerBound].last ?? result.last
            let after = rest[range.upperBound...].first
            let isWhole = !(before?.isWordCharacter ?? false) && !(after?.isWordCharacter ?? false)
            result += rest[..<range.lowerBound] + (isWhole ? replacement : word)
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}

extension Character {
    fileprivate var isWordCharacter: Bool { isLetter || isNumber || self == "_" }
}
