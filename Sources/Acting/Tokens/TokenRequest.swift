import Egress
import Secrets

/// The body of a request for a token: names and values, some of them secret.
struct TokenForm {
    static let contentType = OutgoingRequest.Header(name: "Content-Type", text: "application/x-www-form-urlencoded")

    private var text = SecretText()
    private var isEmpty = true

    mutating func add(_ name: String, _ value: String) {
        begin(name)
        text.append(TextEscape.form.escape(value))
    }

    mutating func add(_ name: String, _ value: Secret) {
        begin(name)
        text.append(TextEscape.form.escape(value))
    }

    private mutating func begin(_ name: String) {
        text.append("\(isEmpty ? "" : "&")\(name)=")
        isEmpty = false
    }

    func buffer() -> SecretBuffer { text.buffer() }
}

extension TokenEndpoint {
    /// Posts a form, and returns the response or the failure to get one.
    func post(
        _ form: SecretBuffer,
        to address: BaseAddress,
        headers: [OutgoingRequest.Header] = [],
        issuer: String
    ) async -> Result<(head: ResponseHead, body: SecretBuffer), ActFailure> {
        let target = address.path.isEmpty ? "/" : address.path
        let request = OutgoingRequest(
            method: "POST",
            origin: address.origin,
            target: Secret(copying: target.utf8),
            headers: [TokenForm.contentType] + headers,
            body: form
        )
        do {
            return .success(try await exchange(request))
        } catch {
            return .failure(ActFailure(unreachable: error, issuer))
        }
    }
}
