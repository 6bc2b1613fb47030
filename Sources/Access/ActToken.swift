package import Documents

/// A token that acts through some connections, and does nothing else. It stands where a tool puts its vendor's own
/// credential.
package struct ActToken: Sendable, Equatable {
    /// The credential that a token was made from: rights are that credential's at each use, and the token is gone when
    /// it is.
    package enum Source: Sendable, Equatable {
        case keys(api: Identifier, application: Identifier)
        case accessToken(Identifier)
    }

    package let id: Identifier
    package let organization: Identifier
    package let owner: Identifier
    package let source: Source
    /// `nil` for none.
    package let name: String?
    package let digest: KeyDigest
    package let limits: Limits
    /// The number of acts that were begun with it, where that number is limited; else 0.
    package let acts: Int64
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    /// The acts that a token may do.
    package struct Limits: Sendable, Equatable {
        /// At least one.
        package let connections: [Identifier]
        /// `nil` for all.
        package let methods: [String]?
        /// Patterns as those of rules; `nil` for all paths.
        package let paths: [String]?
        /// The greatest number of acts; `nil` for any.
        package let actsAtMost: Int64?

        package init(
            connections: [Identifier],
            methods: [String]? = nil,
            paths: [String]? = nil,
            actsAtMost: Int64? = nil
        ) {
            self.connections = connections
            self.methods = methods
            self.paths = paths
            self.actsAtMost = actsAtMost
        }
    }

    package init(
        id: Identifier,
        organization: Identifier,
        owner: Identifier,
        source: Source,
        name: String?,
        digest: KeyDigest,
        limits: Limits,
        acts: Int64 = 0,
        createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.owner = owner
        self.source = source
        self.name = name
        self.digest = digest
        self.limits = limits
        self.acts = acts
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isGood(at time: Timestamp) -> Bool { time < expiresAt }

    /// The token's name as an AWS key pair: `KWAA` and the first 80 bits of its digest, in base 32 (RFC 4648).
    package var accessKeyID: String { Self.accessKeyID(of: digest) }

    /// The name as an AWS key pair of the token with that digest.
    package static func accessKeyID(of digest: KeyDigest) -> String {
        "\(AccessKeyID.prefix)\(AccessKeyID.text(of: digest))"
    }
}

/// The names of act tokens as AWS key pairs.
package enum AccessKeyID {
    package static let prefix = "KWAA"
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    /// The digests that an access key id stands for: those from the first to the last.
    ///
    /// - Returns: `nil` for what is no act token's.
    package static func digests(of text: some StringProtocol) -> ClosedRange<KeyDigest>? {
        guard text.hasPrefix(prefix), text.utf8.count == prefix.utf8.count + 16 else { return nil }
        var bits: UInt128 = 0
        for character in text.dropFirst(prefix.count) {
            guard let value = digits.firstIndex(of: character) else { return nil }
            bits = bits << 5 | UInt128(value)
        }
        let high = UInt64(truncatingIfNeeded: bits >> 16)
        let low = UInt64(truncatingIfNeeded: bits & 0xFFFF) << 48
        let first = KeyDigest(words: [high, low, 0, 0])
        return first...KeyDigest(words: [high, low | (1 << 48 - 1), .max, .max])
    }

    fileprivate static func text(of digest: KeyDigest) -> String {
        let bits = UInt128(digest.words[0]) << 16 | UInt128(digest.words[1] >> 48)
        return String((0..<16).map { digits[Int(truncatingIfNeeded: bits >> UInt128(75 - 5 * $0)) & 31] })
    }
}
