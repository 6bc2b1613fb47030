/// The environment by which a command's own tools find their credentials here, and nowhere else.
///
/// Variables that tools prefer are removed, or lead to an empty file: else a tool would go around Keyway, to a login of
/// the person who runs it.
package struct AmbientVariables: Sendable, CustomStringConvertible, CustomReflectable {
    /// The variables to set; a value may be a proof.
    package private(set) var values: [String: String]
    /// The variables to remove, whatever their values.
    package private(set) var removed: Set<String>

    /// Hosts that are reached without a proxy, which is heeded for the metadata server and for managed identities.
    package let directHosts: [String]

    /// Nothing of it.
    package var description: String { "<variables>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The variables that lead tools of all clouds to credentials of their own.
    package static var credentials: Set<String> {
        aws(url: "", proof: "").removed
            .union(google(host: "", proof: "", project: "").removed)
            .union(azure(url: "", host: "", proof: "").removed)
    }

    /// Those of AWS' SDKs and of its command line.
    ///
    /// - Parameters:
    ///   - url: The URL of ``ContainerCredentials``.
    ///   - proof: The proof that it demands.
    /// - Returns: What they find them by.
    package static func aws(url: String, proof: String) -> AmbientVariables {
        AmbientVariables(
            values: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": proof,
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_CONFIG_FILE": "/dev/null",
                "AWS_EC2_METADATA_DISABLED": "true",
            ],
            removed: [
                "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
                "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            ],
            directHosts: []
        )
    }

    /// Those of Google's libraries.
    ///
    /// - Parameters:
    ///   - host: Host and port of ``MetadataServer``.
    ///   - path: The path below which it answers.
    ///   - proof: The proof that it demands, of characters that URLs leave as they are.
    ///   - project: The project that it tells.
    /// - Returns: What they find it by.
    package static func google(host: String, path: String = "/google", proof: String, project: String)
        -> AmbientVariables
    {
        AmbientVariables(
            values: [
                "GCE_METADATA_HOST": "keyway:\(proof)@\(host)\(path)", "GCE_METADATA_IP": "\(host)\(path)",
                "GOOGLE_CLOUD_PROJECT": project,
                // gcloud's own login lies there; this is no directory.
                "CLOUDSDK_CONFIG": "/dev/null",
            ],
            removed: [
                "GOOGLE_APPLICATION_CREDENTIALS", "NO_GCE_CHECK", "GCE_METADATA_ROOT", "GCE_METADATA_TIMEOUT",
                "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
            ],
            directHosts: [String(host.prefix { $0 != ":" })]
        )
    }

    /// Those of Azure's SDKs.
    ///
    /// - Parameters:
    ///   - url: The URL of ``ManagedIdentity``.
    ///   - host: Its host and port.
    ///   - proof: The proof that it demands.
    /// - Returns: What they find it by.
    package static func azure(url: String, host: String, proof: String) -> AmbientVariables {
        AmbientVariables(
            values: [
                "IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": proof,
                // Else a refusal leads on to the login of the person who runs it.
                "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            ],
            removed: [
                "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "AZURE_CLIENT_ID",
                "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_TENANT_ID", "AZURE_USERNAME",
                "AZURE_PASSWORD", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_POD_IDENTITY_AUTHORITY_HOST",
            ],
            directHosts: [String(host.prefix { $0 != ":" })]
        )
    }
}
