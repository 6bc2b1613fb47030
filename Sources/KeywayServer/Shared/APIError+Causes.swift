import ActService
import Acting
import Documents
import JSONReading
import NetworkTypes
import Storage
import Vault
import WorkloadIdentity

// What other modules' errors are to a caller.
extension APIError {
    /// - Returns: The error for a caller, and where it is the server's own trouble, a text for the operator's log.
    static func from(_ error: any Error) -> (error: APIError, forOperator: String?) {
        switch error {
        case let error as APIError: (error, nil)
        case let error as GateError: (APIError(error), nil)
        case let error as AccessError: (APIError(error), nil)
        case let error as InquiryError: (APIError(error), nil)
        case let error as ActError: from(error)
        case let error as TokenRefusal: from(error)
        case let refusal as SignatureRefusal: (APIError(refusal), nil)
        case let error as InvalidDocument: (APIError(error), nil)
        case let error as JSONSyntaxError: (APIError(error), nil)
        case let error as StoreError: from(error)
        case VaultError.unavailable(let reason):
            (.masterKeyUnavailable, "the master key is unavailable: \(reason)")
        case let error as VaultError:
            (
                APIError(500, "The vault could not open or seal this record's secrets. The operator's log says why."),
                "the vault failed: \(error)"
            )
        default: (APIError(500, "The server failed. The operator's log says more."), "failed: \(type(of: error))")
        }
    }

    private static func from(_ error: StoreError) -> (APIError, String) {
        switch error {
        case .unavailable(let reason):
            (
                .unavailable("The server's store does not take writes or reads at present. Try again later."),
                "the store is unavailable: \(reason)"
            )
        case .corrupt(let reason):
            (
                APIError(500, "The server's store holds something that it cannot read. Its operator has to look."),
                "the store is corrupt: \(reason)"
            )
        case .closed: (.unavailable("The server is stopping. Try again later."), "the store is closed")
        }
    }

    private static func unavailable(_ detail: String) -> APIError {
        var error = APIError(503, detail)
        error.headers = [.init(name: "Retry-After", value: "1")]
        return error
    }

    private init(_ error: InvalidDocument) {
        self.init(
            400,
            error.problems.map { problem in
                let place = problem.pointer.isEmpty ? "" : "\(problem.pointer) "
                return Issue(detail: place + problem.detail, source: .pointer(problem.pointer))
            }
        )
    }

    private init(_ error: JSONSyntaxError) {
        self.init(400, "The body is not JSON that is read here: \(error.description).", at: .pointer(""))
    }
}
