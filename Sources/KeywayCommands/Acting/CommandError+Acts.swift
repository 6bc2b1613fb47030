import DatadogClient

extension CommandError {
    /// Translates the reason why Keyway did not pass on a third party's response.
    ///
    /// - Returns: `nil` for what the gate refuses, as it refuses any other operation.
    init?(_ actError: ActErrorCode, details: String) {
        switch actError {
        case .ruleRefused:
            self.init(
                .forbidden,
                "the connection's rules don't allow this\(details)",
                try: "keyway connections settings get CONNECTION, which shows them"
            )
        case .egressRefused:
            self.init(
                .configuration,
                "the server does not connect to that address\(details)",
                try: "keyway act … --dry-run, which shows the address; the server's operator can allow it"
            )
        case .destinationRefused:
            self.init(
                .forbidden,
                "the connection's secrets are not for that host\(details)",
                try: "keyway connections settings get CONNECTION, whose custom_domain would allow it"
            )
        case .badRequest:
            self.init(.data, "this can't be sent\(details)", try: "again, with that corrected")
        case .notConfigured:
            self.init(
                .configuration,
                "the connection lacks what this needs\(details)",
                try: "keyway connections get ID and keyway connections settings get CONNECTION"
            )
        case .tooManyActs:
            self.init(.temporary, "nothing was sent\(details)", try: "again in a second")
        case .authenticationFailed:
            self.init(
                .thirdParty,
                "the third party does not take the stored credentials\(details)",
                try: "keyway connections test CONNECTION; keyway connections update ID --secret NAME gives it others"
            )
        case .upstreamUnreachable:
            self.init(
                .unavailable,
                "the third party was not reached\(details)",
                try: "keyway connections test CONNECTION"
            )
        case .upstreamTimeout, .upstreamMalformed, .answerTooLarge:
            self.init(
                .unavailable,
                "there is no response to pass on; the third party may have done what was asked\(details)",
                try: "keyway audit events --query @evt.name:connection.act, before it is sent again"
            )
        case .redirectRefused:
            self.init(
                .unavailable,
                "the third party redirects the request to another host\(details)",
                try: "follow_redirects in the connection's settings, which has the server follow it"
            )
        case .auditUnavailable, .stopping:
            self.init(.temporary, "nothing was sent\(details)", try: "again in a while")
        default: return nil
        }
    }
}
