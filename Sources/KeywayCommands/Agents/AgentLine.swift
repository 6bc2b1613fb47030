import Documents
import JSONReading

/// A line from an agent's client: a message of MCP, as far as it has to be known to hand it on.
struct AgentLine: Sendable {
    /// The message, as it came.
    let bytes: [UInt8]
    /// `nil` of a notification, and of what can't be read.
    let id: JSONValue?
    let method: String?
    /// Whether nobody waits for a response.
    let isNotification: Bool
    /// The headers that repeat what the message says.
    let headers: [(name: String, value: String)]
    /// The id of the request that is taken back; `nil` of any other message.
    let cancelled: JSONValue?
    /// Why it can't be handed on; `nil` if it can.
    let fault: String?

    private static let version = "io.modelcontextprotocol/protocolVersion"
    private static let naming = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var message = JSONValue.null
        var fault: String?
        do {
            message = try JSONReader.read(bytes)
        } catch {
            fault = "The line is not JSON that is read here: \(error.description)."
        }
        self.fault = fault
        method = message["method"]?.text?.string
        isNotification = method != nil && message["id"] == nil
        switch message["id"] {
        case .string?, .integer?: id = message["id"]
        default: id = nil
        }
        let parameters = message["params"]
        cancelled = method == "notifications/cancelled" ? parameters?["requestId"] : nil
        var headers: [(name: String, value: String)] = []
        if let method, let version = parameters?["_meta"]?[Self.version]?.text?.string {
            headers = [("MCP-Protocol-Version", version), ("Mcp-Method", method)]
            if let name = Self.naming[method].flatMap({ parameters?[$0]?.text?.string }) {
                headers.append(("Mcp-Name", name))
            }
        }
        // What no header can have is wrong, and the server says so.
        self.headers = headers.filter { $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
    }

    /// The version that a response to `initialize` names.
    func agreedVersion(in response: [UInt8]) -> String? {
        guard method == "initialize", let value = try? JSONReader.read(response) else { return nil }
        return value["result"]?["protocolVersion"]?.text?.string
    }

    /// The line that answers it.
    ///
    /// - Parameters:
    ///   - status: The status of the server's response.
    ///   - body: Its body.
    /// - Returns: `nil` for a notification.
    func answer(_ status: Int, _ body: [UInt8]) -> [UInt8]? {
        guard !isNotification else { return nil }
        guard let value = try? JSONReader.read(body), case .object(let members) = value, value["jsonrpc"] != nil else {
            return error("The server responded with status \(status) and no message: is it Keyway?")
        }
        // An error from before the message was read: its client waits for its own id.
        return JSONWriter.bytes(of: .object(members.map { $0.name == "id" ? .init("id", id ?? .null) : $0 }))
    }

    /// The line of an error: of JSON that can't be read, or else of the way to the server.
    func error(_ message: String) -> [UInt8] {
        let code: JSONValue = fault == nil ? -32_000 : -32_700
        return JSONWriter.bytes(
            of: ["jsonrpc": "2.0", "id": id ?? .null, "error": ["code": code, "message": .string(message)]]
        )
    }
}

/// The id of a request, as a key.
struct AgentRequestID: Hashable, Sendable {
    private let text: String

    init(_ id: JSONValue) { text = String(decoding: JSONWriter.bytes(of: id), as: UTF8.self) }
}
