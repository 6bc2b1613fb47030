/// How the documents of a schema read in Swift, where neither the wire's names nor the schema's help say it.
///
/// Members stand by their JSON pointers from `attributes` on, options by the member that tells them.
struct ModelNames {
    /// The name of the document's type, such as `AWSAccount`.
    let document: String
    /// A description of the document, as a phrase.
    let help: String
    let idHelp: String
    /// A sentence on where the documents are described.
    let source: String
    /// The first word of the names of types.
    let prefix: String
    /// The attributes that come first in Swift, in that order.
    var leading: [String] = []
    /// The names of properties.
    var properties: [String: String] = [:]
    /// The names of types.
    var types: [String: String] = [:]
    /// The names of options.
    var options: [String: String] = [:]
    /// Descriptions of types of which the schema has none: elements of lists, and options that have several members.
    var typeHelp: [String: String] = [:]
    /// The names of texts of which a member has one.
    var texts: [String: String] = [:]
    /// The names of the properties that hold options beside other members.
    var choices: [String: String] = [:]
}
