import Documents
import JSONReading

@testable import KeywayCommands

/// State files as the tests write them.
enum StateSamples {
    static func json(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    static func document(_ text: String) throws -> StateDocument {
        try StateDocument(json(text))
    }

    /// A connection.
    static func connection(_ name: String, _ integration: String, id: String? = nil, rest: String = "") -> String {
        let identity = id.map { #""id":"\#($0)","# } ?? ""
        return #"""
            {"data":{\#(identity)"type":"action_connection","attributes":{"name":"\#(name)","integration":\#(integration)\#(rest)}}}
            """#
    }

    static func openAI(_ name: String, id: String? = nil) -> String {
        connection(name, #"{"type":"OpenAI","credentials":{"type":"OpenAIAPIKey","api_token":""}}"#, id: id)
    }

    /// An AWS account.
    static func account(_ authentication: String, _ rest: String = "") -> String {
        #"""
        {"data":{"type":"account","attributes":{
            "aws_account_id":"123456789012","aws_partition":"aws","auth_config":\#(authentication)\#(rest)}}}
        """#
    }

    static func file(_ name: String, _ text: String) throws -> StateFile {
        StateFile(name: name, document: try document(text))
    }

    static let ids = (1...4).map { "00000000-0000-7000-8000-00000000000\($0)" }
}
