import AWSAccounts
import Connections
import Documents
import WorkloadIdentity

/// The kinds of documents that a state file describes.
enum StateKind: Sendable, CaseIterable {
    case connection
    case awsAccount
    case tokenIssuer

    var schema: DocumentSchema {
        switch self {
        case .connection: .connection
        case .awsAccount: .awsAccount
        case .tokenIssuer: .tokenIssuer
        }
    }

    /// The subdirectory that `keyway export` writes documents of this kind to.
    var directory: String {
        switch self {
        case .connection: "connections"
        case .awsAccount: "aws-accounts"
        case .tokenIssuer: "token-issuers"
        }
    }

    /// The key by which a document is found where its id is not known: a connection by integration and name, an AWS
    /// account by its number, a token issuer by its URL.
    func key(of attributes: JSONValue) -> String {
        switch self {
        case .connection:
            "\(Self.text(attributes["integration"]?["type"])) connection \"\(Self.text(attributes["name"]))\""
        case .awsAccount:
            "AWS account \(Self.text(attributes["aws_account_id"]))"
        case .tokenIssuer:
            "token issuer \(Self.text(attributes["issuer"]))"
        }
    }

    /// The readable part of the name of a document's file.
    func slug(of attributes: JSONValue) -> String {
        switch self {
        case .connection:
            let integration = Self.slug(attributes["integration"]?["type"])
            let name = Self.slug(attributes["name"])
            return name.hasPrefix(integration) ? name : "\(integration)-\(name)"
        case .awsAccount: return Self.slug(attributes["aws_account_id"])
        case .tokenIssuer:
            let words = Self.slug(attributes["issuer"])
            return words.hasPrefix("https-") ? String(words.dropFirst("https-".count)) : words
        }
    }

    private static func slug(_ value: JSONValue?) -> String {
        let words = text(value).lowercased().unicodeScalars.split { !("a"..."z" ~= $0 || "0"..."9" ~= $0) }
        return String(words.map { String($0) }.joined(separator: "-").prefix(60))
    }

    private static func text(_ value: JSONValue?) -> String {
        value?.text?.string ?? ""
    }
}
