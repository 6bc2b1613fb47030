/// What stands in the place of a secret.
package enum ScrubMask {
    package static let text = "[keyway:redacted]"
}
