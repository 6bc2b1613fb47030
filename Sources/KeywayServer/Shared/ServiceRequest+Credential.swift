import Access
import ActService
import HTTPServer
import NetworkTypes

// The places where callers show their keys.
extension ServiceRequest {
    /// The pair of keys of the request.
    ///
    /// - Throws: ``APIError`` with 403 if one is missing.
    func credential() throws(APIError) -> Credential {
        .keys(api: try required("DD-API-KEY"), application: try required("DD-APPLICATION-KEY"))
    }

    /// The API key of a request that needs no other.
    ///
    /// - Throws: ``APIError`` with 403 if it is missing.
    func apiKeyDigest() throws(APIError) -> KeyDigest {
        guard let digest = keyDigest(ofHeader: "DD-API-KEY") else {
            throw APIError(403, "API key required", at: .header("DD-API-KEY"))
        }
        return digest
    }

    private func required(_ header: StaticString) throws(APIError) -> KeyDigest {
        guard let digest = keyDigest(ofHeader: header) else {
            throw APIError(403, "Forbidden: the header \(header) is required.", at: .header("\(header)"))
        }
        return digest
    }
}

/// Failures are counted by the address that a request comes from.
extension IPAddress: FailureSource {}
