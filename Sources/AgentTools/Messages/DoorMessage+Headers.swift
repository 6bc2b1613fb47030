import ActService
import Cryptography
import Documents
import NetworkTypes
import Secrets

// The headers of a message, which must say what its body says.
extension DoorMessage {
    static let versionHeader = "MCP-Protocol-Version"
    static let methodHeader = "Mcp-Method"
    static let nameHeader = "Mcp-Name"

    /// Makes sure that the body is JSON, and that JSON is taken in return.
    func requireJSON() throws(RPCError) {
        let types = values(of: "Content-Type")
        guard types.count == 1, let type = types.first, Self.isJSON(type) else {
            throw RPCError(.invalidRequest, "Content-Type must be application/json, once.", status: 415)
        }
        guard values(of: "Content-Encoding").allSatisfy({ $0.lowercased() == "identity" }) else {
            throw RPCError(
                .invalidRequest,
                "Compressed bodies are not read: send the body without Content-Encoding.",
                status: 415
            )
        }
        let ranges = values(of: "Accept").flatMap { $0.split(separator: ",") }.map(Self.mediaType)
        guard ranges.isEmpty || ranges.contains(where: { ["application/json", "application/*", "*/*"].contains($0) })
        else {
            throw RPCError(.invalidRequest, "Accept must allow application/json.", status: 406)
        }
    }

    /// The value of a header that may be sent once.
    func only(_ name: String) throws(RPCError) -> String? {
        let values = values(of: name)
        guard values.count <= 1 else { throw RPCError(.headerMismatch, "The header \(name) stands there twice.") }
        return values.first
    }

    /// Whether a type is JSON in UTF-8.
    private static func isJSON(_ type: String) -> Bool {
        let parameters = type.split(separator: ";").dropFirst().map {
            $0.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        return mediaType(type[...]) == "application/json"
            && parameters.allSatisfy {
                !$0.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains($0)
            }
    }

    /// A media type in lower case, without its parameters.
    private static func mediaType(_ text: Substring) -> String {
        text.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    /// The text that a header stands for: base64 where it is no plain ASCII.
    ///
    /// - Returns: `nil` for base64 that is malformed.
    static func decoded(_ header: String) -> String? {
        guard header.hasPrefix("=?base64?"), header.hasSuffix("?="), header.utf8.count >= 11 else { return header }
        let digits = Array(header.utf8.dropFirst(9).dropLast(2))
        let bytes = digits.withUnsafeBytes { Base64.decode($0, .standard) }
        return bytes.flatMap { buffer in
            withExtendedLifetime(buffer) { String(validating: buffer.bytes, as: UTF8.self) }
        }
    }
}
