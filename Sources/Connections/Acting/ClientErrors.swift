package import Documents

/// An error of Keyway's as the vendor's own clients read it: the members of its body, beside `errors`, and
/// whether they send a request again.
package struct ClientErrors: Sendable {
    /// An error that takes the place of the third party's response.
    package struct Occurrence: Sendable {
        package let status: Int
        /// The cause, for programs: the value of `Keyway-Error`.
        package let code: String
        package let message: String
        /// Whether the same request may fare better later.
        package let isTransient: Bool

        package init(status: Int, code: String, message: String, isTransient: Bool) {
            self.status = status
            self.code = code
            self.message = message
            self.isTransient = isTransient
        }
    }

    /// Whether these clients send a POST again after 502, 503 or 504, whatever `X-Should-Retry` says.
    package let repeatsPosts: Bool
    /// The members that show the error to these clients. None is called `errors`.
    package let members: @Sendable (Occurrence) -> [JSONValue.Member]

    package init(
        repeatsPosts: Bool = false,
        members: @escaping @Sendable (Occurrence) -> [JSONValue.Member]
    ) {
        self.repeatsPosts = repeatsPosts
        self.members = members
    }

    /// The same for clients that send POSTs again.
    package func repeatingPosts() -> ClientErrors { ClientErrors(repeatsPosts: true, members: members) }

    /// `message`, and `error` with `message`, `code` and `type`, which most clients read one of.
    package static let standard = ClientErrors { error in
        [
            .init("message", .string(error.message)),
            .init(
                "error",
                ["message": .string(error.message), "code": .string(error.code), "type": "keyway_error"]
            ),
        ]
    }

    /// Beside `errors`, nothing.
    package static let none = ClientErrors { _ in [] }

    /// `message` alone.
    package static let message = ClientErrors { [.init("message", .string($0.message))] }

    /// `code` and `message`.
    package static let codeAndMessage = ClientErrors { error in
        [.init("code", .string(error.code)), .init("message", .string(error.message))]
    }

    /// Google's `error`, with the status as a number (cloud.google.com/apis/design/errors).
    package static let google = ClientErrors(repeatsPosts: true) { error in
        [
            .init(
                "error",
                [
                    "code": .integer(Int64(error.status)), "message": .string(error.message),
                    "status": .string(googleStatus(of: error)),
                ]
            )
        ]
    }

    private static func googleStatus(of error: Occurrence) -> String {
        switch error.status {
        case 400, 413: "INVALID_ARGUMENT"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 409, 424: "FAILED_PRECONDITION"
        case 429: "RESOURCE_EXHAUSTED"
        case 502, 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        default: "INTERNAL"
        }
    }
}
