/// The version of this build, as releases name it.
package enum KeywayVersion {
    package static let current = "0.1.0"
}
