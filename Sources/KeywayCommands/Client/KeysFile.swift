import DatadogClient
import Platform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
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
        let data = try PrivateFile.read(path, holding: "keys")
        guard let json = try? JSONValue(parsing: data), let apiKey = json["api_key"]?.text,
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
