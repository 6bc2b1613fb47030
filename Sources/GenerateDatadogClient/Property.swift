/// A property of a struct that is to be written.
struct Property {
    enum Kind {
        case text
        case secret
        case flag
        case integer
        case time
        case texts
        /// A text that an update may remove.
        case removableText
        /// Another type of ours.
        case value(String)
        /// An array of another type of ours.
        case values(String)
    }

    let wireName: String
    let name: String
    let help: String
    let kind: Kind
    let isOptional: Bool
    /// Whether only the server sets it, so that the initializer does not take it.
    var isIssued = false
    /// A value for where the initializer is given none.
    var standard: String?
    /// Whether a deleted element must hold it all the same, as `""`.
    var isKeptWhenDeleted = false

    init(
        wireName: String,
        name: String? = nil,
        help: String,
        kind: Kind,
        isOptional: Bool,
        isIssued: Bool = false,
        standard: String? = nil
    ) {
        self.wireName = wireName
        self.name = name ?? SwiftName.property(wireName)
        self.help = help
        self.kind = kind
        self.isOptional = isOptional
        self.isIssued = isIssued
        self.standard = standard
    }

    var type: String {
        let type =
            switch kind {
            case .text: "String"
            case .secret: "Secret"
            case .flag: "Bool"
            case .integer: "Int"
            case .time: "Timestamp"
            case .texts: "[String]"
            case .removableText: "Removable<String>"
            case .value(let name): name
            case .values(let name): "[\(name)]"
            }
        return isOptional ? type + "?" : type
    }

    /// Its parameter in an initializer.
    var parameter: String {
        let standard = standard ?? (isOptional ? "nil" : nil)
        return "\(name): \(type)\(standard.map { " = \($0)" } ?? "")"
    }

    /// The expression that reads it from an object.
    func reading(from object: String) -> String {
        let method =
            switch kind {
            case .text: isOptional ? "optionalText" : "text"
            case .secret: isOptional ? "optionalSecret" : "secret"
            case .flag: "optionalFlag"
            case .integer: "optionalInteger"
            case .time: "optionalTimestamp"
            case .texts: "optionalTexts"
            case .removableText: "removableText"
            case .value: isOptional ? "optionalValue" : "value"
            case .values: "optionalValues"
            }
        let reading = "try \(object).\(method)(\"\(wireName)\")"
        switch kind {
        case .texts where !isOptional, .values where !isOptional: return reading + " ?? []"
        default: return reading
        }
    }

    /// The expression that is written.
    var writing: String {
        isKeptWhenDeleted ? "\(name) ?? (deleted == true ? Secret(\"\") : nil)" : name
    }
}
