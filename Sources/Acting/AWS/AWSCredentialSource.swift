import Secrets

/// Credentials that requests to AWS are signed with.
struct AWSCredentials: Sendable {
    let accessKeyID: String
    let secretAccessKey: Secret
    let sessionToken: Secret?
}

/// Keyway's own credentials at AWS, from where AWS' own tools have them: the environment, and the files of profiles.
///
/// Roles of machines, web identities, single sign-on and `credential_process` are not read: an operator who runs Keyway
/// with such writes what they return into the shared credentials file. It is read again for each session.
package struct AWSCredentialSource: Sendable {
    private let environment: @Sendable (String) -> String?

    /// - Parameter environment: Gives variables of the environment, `nil` for those that are unset or empty.
    package init(environment: @escaping @Sendable (String) -> String?) {
        self.environment = environment
    }

    func credentials() throws(ActFailure) -> AWSCredentials {
        if let id = environment("AWS_ACCESS_KEY_ID"), let secret = environment("AWS_SECRET_ACCESS_KEY") {
            return AWSCredentials(
                accessKeyID: id,
                secretAccessKey: Secret(copying: secret.utf8),
                sessionToken: environment("AWS_SESSION_TOKEN").map { Secret(copying: $0.utf8) }
            )
        }
        let profile = environment("AWS_PROFILE") ?? "default"
        let sections = profile == "default" ? ["default", "profile default"] : ["profile \(profile)"]
        for (path, names) in [(credentialsFile, [profile]), (configurationFile, sections)] {
            guard let path, let file = ProfileFile(reading: path) else { continue }
            for name in names {
                if let credentials = file.credentials(inSection: name) { return credentials }
            }
        }
        throw ActFailure(
            .principalMissing,
            "Keyway has no credentials of its own at AWS, by which it would assume the role: set AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY for the server, or aws_access_key_id and aws_secret_access_key of the profile "
                + "that AWS_PROFILE names in the file that AWS_SHARED_CREDENTIALS_FILE names"
        )
    }

    private var credentialsFile: String? {
        environment("AWS_SHARED_CREDENTIALS_FILE") ?? environment("HOME").map { "\($0)/.aws/credentials" }
    }

    private var configurationFile: String? {
        environment("AWS_CONFIG_FILE") ?? environment("HOME").map { "\($0)/.aws/config" }
    }
}
