package import Platform

/// Starts a helper process whose standard input is a socket, and which has no other file of this process's.
///
/// - Parameter socket: The helper's end of the socket, which stays open here.
/// - Returns: The process, for this one to wait for.
/// - Throws: ``HelperLaunchError``.
package typealias HelperLauncher = @Sendable (_ socket: Int32) throws(HelperLaunchError) -> pid_t

/// The system did not start the helper.
package struct HelperLaunchError: Error {
    /// As `errno` has it.
    package let code: Int32

    package init(code: Int32) {
        self.code = code
    }
}

/// How long a helper may take.
package struct HelperTimes: Sendable {
    /// Seconds for one request. A module that takes longer hangs: its process is ended.
    package var request: Double = 5
    /// Seconds from the start of the process until it is logged in.
    package var start: Double = 15
    /// Seconds after which a key that nobody uses has to prove that it can be used.
    package var idle: Double = 10
    /// Seconds before the first further start, if one fails; they double with each, to 5.
    package var pause: Double = 0.2

    package init() {}
}
