/// The replacement of a secret.
package enum ScrubMask {
    package static let text = "[keyway:redacted]"
}

/// How a ``Scrubber`` masks.
package enum ScrubStyle: Sendable {
    /// With ``ScrubMask/text``.
    case text
    /// So that a document of JSON stays one: outside of strings with a string, or with digits within a number.
    case json
    /// With as many bytes as are masked, so that what follows stands where it stood.
    case sameLength
}
