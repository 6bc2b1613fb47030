/// The URL that the paths of requests are joined to.
package struct BaseURL: Sendable {
    package enum Source: Sendable {
        /// The same for all connections. Paths that begin with one of the siblings, or with its last segment, go there.
        case fixed(String, siblings: [String])
        /// A member of the integration holds it.
        case integrationMember(String)
        /// A setting holds it.
        case setting(String, standard: String)
        /// `https://`, a host that a member of `credentials` names, and a path. The closure gives the host's name as
        /// it is in URLs.
        case credentialHost(String, path: String, spelling: @Sendable (String) -> String)
        /// `https://`, a host that a setting names, and a path.
        case settingHost(String, standard: String, path: String)
        /// The first segment of a request's path names a service of AWS, the second a region.
        case awsService
        /// The first segment of a request's path names a service of Google's.
        case googleService
    }

    package let source: Source
    /// The hosts that credentials may go to, each by its name, or by its end if it begins with a dot; others need the
    /// setting `custom_domain`.
    ///
    /// `nil` where no host is derived from what a connection says: HTTP's is its own affair, and one that is the same
    /// for all is changed by `base_url` alone, which counts as a change of the destination.
    package let allowedHosts: [String]?

    private init(_ source: Source, allowedHosts: [String]?) {
        self.source = source
        self.allowedHosts = allowedHosts
    }

    package static func fixed(_ url: String, siblings: [String] = []) -> BaseURL {
        BaseURL(.fixed(url, siblings: siblings), allowedHosts: nil)
    }

    package static func integrationMember(_ name: String) -> BaseURL {
        BaseURL(.integrationMember(name), allowedHosts: nil)
    }

    package static func setting(_ name: String, standard: String, allowedHosts: [String]) -> BaseURL {
        BaseURL(.setting(name, standard: standard), allowedHosts: allowedHosts)
    }

    package static func credentialHost(
        _ name: String,
        path: String = "",
        allowedHosts: [String],
        spelling: @escaping @Sendable (String) -> String = { $0 }
    ) -> BaseURL {
        BaseURL(.credentialHost(name, path: path, spelling: spelling), allowedHosts: allowedHosts)
    }

    package static func settingHost(
        _ name: String,
        standard: String,
        path: String = "",
        allowedHosts: [String]
    ) -> BaseURL {
        BaseURL(.settingHost(name, standard: standard, path: path), allowedHosts: allowedHosts)
    }

    package static let awsService = BaseURL(.awsService, allowedHosts: [".amazonaws.com", ".amazonaws.com.cn"])
    package static let googleService = BaseURL(.googleService, allowedHosts: [".googleapis.com"])
}
