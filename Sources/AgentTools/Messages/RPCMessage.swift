import Documents
import JSONReading
import Secrets

/// A message of JSON-RPC 2.0: a request, or a notification, which has no id.
struct RPCMessage: Sendable {
    /// A text or a whole number; `nil` of a notification.
    let id: JSONValue?
    let method: String
    /// An object; one without members if none was sent.
    let parameters: JSONValue

    /// The longest id that is text, in bytes.
    static let longestID = 1_024

    init(_ body: SecretBuffer) throws(RPCError) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONReader.read(body)
        } catch {
            throw RPCError(.parseError, "The body is not JSON that is read here: \(error.description).")
        }
        if case .array = value {
            throw RPCError(
                .invalidRequest,
                "The body is a batch, which is not taken: send each message in a request of its own."
            )
        }
        guard case .object = value else {
            throw RPCError(.invalidRequest, "The body must be an object: one message of JSON-RPC 2.0.")
        }
        let id = try Self.id(of: value)
        guard value["jsonrpc"]?.text.map({ $0 == "2.0" }) ?? false else {
            throw RPCError(.invalidRequest, "/jsonrpc must be \"2.0\".", id: id)
        }
        guard let method = value["method"]?.text?.string else {
            let isResponse = value["result"] != nil || value["error"] != nil
            let text =
                isResponse
                ? "The body is a response, and this server has asked nothing." : "/method must be a string."
            throw RPCError(.invalidRequest, text, id: isResponse ? nil : id)
        }
        let parameters = value["params"] ?? .object([])
        guard case .object = parameters else {
            throw RPCError(.invalidParameters, "/params must be an object.", id: id)
        }
        self.id = id
        self.method = method
        self.parameters = parameters
    }

    private static func id(of value: JSONValue) throws(RPCError) -> JSONValue? {
        switch value["id"] {
        case nil: return nil
        case .integer(let number)?: return .integer(number)
        case .string(let text)?:
            guard text.withUTF8({ $0.count }) <= longestID else {
                throw RPCError(.invalidRequest, "/id may have \(longestID) bytes at most.")
            }
            return .string(text)
        default:
            throw RPCError(.invalidRequest, "/id must be a string or a whole number; a notification has none.")
        }
    }
}
