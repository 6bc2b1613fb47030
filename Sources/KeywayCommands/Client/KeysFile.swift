import DatadogClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The keys of a user, as `keyway init --json` prints them.
struct KeysFile {
    let apiKey: Secret
    let applicationKey: Secret

    init(apiKey: String, applicationKey: String) {
        self.apiKey = Secret(apiKey)
        self.applicationKey = Secret(applicationKey)
    }

    /// Reads a file that its owner alone may read.
    init(at path: String) throws(CommandError) {
        var isPrivate = true
        let content = FileContent.read(path, atMost: 65_536) { status in
            isPrivate = status.st_mode & 0o077 == 0 && status.st_uid == geteuid()
            return isPrivate
        }
        guard isPrivate else {
            throw CommandError(
                .configuration,
                "\(path) holds keys, and must be yours and readable by you alone",
                try: "chmod 600 \(path)"
            )
        }
        guard let content else {
            throw CommandError(.input, "cannot read \(path): check that it exists and that you may read it")
        }
        guard let json = try? JSONValue(parsing: Data(content)), let apiKey = json["api_key"]?.text,
            let applicationKey = json["application_key"]?.text
        else {
            throw CommandError(
                .input,
                "\(path) is no JSON object with api_key and application_key, as keyway init --json prints it"
            )
        }
        self.init(apiKey: apiKey, applicationKey: applicationKey)
    }

    /// Where keys are looked for when nothing says where they are: where `make run` writes them, and in the user's
    /// configuration.
    static var standardPaths: [String] {
        let base = Environment["XDG_CONFIG_HOME"] ?? Environment["HOME"].map { $0 + "/.config" }
        return [".keyway/keys.json"] + (base.map { ["\($0)/keyway/keys.json"] } ?? [])
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
