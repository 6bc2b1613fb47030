import ActService
import Documents

// Which version a message is of. Nothing is remembered from one message to the next.
extension ProtocolVersion {
    private static let metadata = "io.modelcontextprotocol/"

    /// The version of a request, whose headers have to agree with its body.
    ///
    /// One of 2026-07-28 says so in both, and is held to all that this version demands. Otherwise the header tells, which
    /// names what a handshake has agreed on.
    ///
    /// - Throws: ``RPCError`` without an id.
    init(of message: RPCMessage, _ request: DoorMessage) throws(RPCError) {
        let header = try request.only(DoorMessage.versionHeader)
        let told = message.parameters["_meta"]?[Self.metadata + "protocolVersion"]
        if header == Self.modern.rawValue || told != nil {
            try Self.requireModern(message, request, header: header)
            self = .modern
        } else if let header {
            guard let version = ProtocolVersion(rawValue: header) else {
                throw .unsupported(Self.allCases, requested: header)
            }
            self = version
        } else {
            self = .untold
        }
    }

    private static func requireModern(
        _ message: RPCMessage,
        _ request: DoorMessage,
        header: String?
    ) throws(RPCError) {
        let metadata = message.parameters["_meta"] ?? .null
        guard case .object = metadata else {
            throw RPCError(.invalidParameters, "/params/_meta must be an object.")
        }
        for name in ["protocolVersion", "clientCapabilities"] where metadata[Self.metadata + name] == nil {
            throw RPCError(.invalidParameters, "/params/_meta lacks \(Self.metadata)\(name).")
        }
        guard let version = metadata[Self.metadata + "protocolVersion"]?.text?.string, version == header else {
            throw mismatch(DoorMessage.versionHeader, "/params/_meta")
        }
        guard try request.only(DoorMessage.methodHeader) == message.method else {
            throw mismatch(DoorMessage.methodHeader, "/method")
        }
        if let member = naming[message.method], let value = message.parameters[member] {
            let name = try request.only(DoorMessage.nameHeader).flatMap(DoorMessage.decoded)
            guard let name, value.text.map({ $0 == name }) ?? false else {
                throw mismatch(DoorMessage.nameHeader, "/params/\(member)")
            }
        }
        guard version == modern.rawValue else { throw .unsupported([modern], requested: version) }
        guard case .object? = metadata[Self.metadata + "clientCapabilities"] else {
            throw RPCError(.invalidParameters, "/params/_meta/\(Self.metadata)clientCapabilities must be an object.")
        }
    }

    /// The parameters that a header repeats, by the methods that have them.
    private static let naming = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

    private static func mismatch(_ header: String, _ place: String) -> RPCError {
        RPCError(.headerMismatch, "The header \(header) does not say what \(place) of the body says.")
    }
}
