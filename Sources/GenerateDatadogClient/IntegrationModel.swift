import Connections
import Documents

/// The SDK's types for one integration: its credentials as an enum, the structs in it, and all of it for updates.
struct IntegrationModel {
    let integration: Integration

    private static let source =
        "Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/"

    /// The credentials that an update of the name `Update` changes, and those of a create and of responses.
    enum Use: CaseIterable {
        case whole
        case update

        var suffix: String { self == .update ? "Update" : "" }
    }

    /// The case of the enum of all integrations.
    func unionCase(for use: Use) -> Union.Case {
        Union.Case(
            type: integration.type,
            name: SwiftName.enumCase(integration.type),
            help: integration.title,
            payload: hasFields ? "\(integration.type)Integration\(use.suffix)" : credentialsName(use),
            member: hasFields ? nil : "credentials"
        )
    }

    private var hasFields: Bool { !integration.fields.isEmpty }

    private func credentialsName(_ use: Use) -> String { "\(integration.type)Credentials\(use.suffix)" }

    /// All types.
    var declarations: [any Declaration] {
        Use.allCases.flatMap { use -> [any Declaration] in
            (hasFields ? [wrapper(use)] : []) + [credentials(use)]
                + integration.credentials.flatMap { declarations(of: $0, use) }
        }
    }

    /// The integration object, where it has members of its own.
    private func wrapper(_ use: Use) -> Structure {
        var properties = integration.fields.map { property($0, use) }
        properties.append(
            .init(
                wireName: "credentials",
                help: "How to authenticate at \(integration.title)",
                kind: .value(credentialsName(use)),
                isOptional: use == .update
            )
        )
        return Structure(
            name: "\(integration.type)Integration\(use.suffix)",
            help: [
                use == .update
                    ? "Changes to the \(integration.title) integration of a connection; what is `nil` stays as it is."
                    : "The \(integration.title) integration of a connection.",
                Self.source,
            ],
            properties: properties,
            type: integration.type
        )
    }

    private func credentials(_ use: Use) -> Union {
        Union(
            name: credentialsName(use),
            help: [
                use == .update
                    ? "Changes to how a connection authenticates at \(integration.title)."
                    : "How a connection authenticates at \(integration.title).",
                Self.source,
            ],
            unknownHelp: "Credentials of a type that this version does not know.",
            cases: integration.credentials.map { variant in
                let short =
                    variant.type.lowercased().hasPrefix(integration.type.lowercased())
                    ? String(variant.type.dropFirst(integration.type.count)) : variant.type
                return Union.Case(
                    type: variant.type,
                    name: SwiftName.enumCase(short),
                    help: variant.help,
                    payload: variant.type + use.suffix
                )
            }
        )
    }

    private func declarations(of variant: Variant, _ use: Use) -> [any Declaration] {
        let structure = Structure(
            name: variant.type + use.suffix,
            help: [
                use == .update
                    ? "Changes to credentials of type `\(variant.type)`; what is `nil` stays as it is."
                    : "\(variant.help).",
                Self.source,
            ],
            properties: variant.fields.compactMap { field in
                if case .reissues = field.part, use == .whole { return nil }
                if field.part == .issued, use == .update { return nil }
                return property(field, use)
            },
            type: variant.type
        )
        return [structure] + variant.fields.flatMap { parts(of: $0, use) }
    }

    /// The types that a field's own type is made of.
    private func parts(of field: Field, _ use: Use) -> [any Declaration] {
        switch field.kind {
        // An update replaces it as a whole.
        case .object(let fields) where use == .whole:
            return [
                Structure(
                    name: partName(field),
                    help: ["\(field.help).", Self.source],
                    properties: fields.map { property($0, .whole) }
                )
            ]
        case .keyedList(let list):
            let constants = list.fields.compactMap { field -> TextEnum? in
                guard use == .whole, case .constant(let value) = field.kind else { return nil }
                return TextEnum(
                    name: constantName(of: field, in: list),
                    help: ["\(field.help).", Self.source],
                    values: [(text: value, name: SwiftName.enumCase(value))]
                )
            }
            return [element(of: field, list, use)] + constants
        default: return []
        }
    }

    private func element(of field: Field, _ list: KeyedList, _ use: Use) -> Structure {
        var properties = [
            Property(wireName: "name", help: "Name, by which updates find it", kind: .text, isOptional: false)
        ]
        for field in list.fields {
            if case .constant(let value) = field.kind {
                properties.append(
                    .init(
                        wireName: field.name,
                        help: field.help,
                        kind: .value(constantName(of: field, in: list)),
                        isOptional: false,
                        standard: "." + SwiftName.enumCase(value)
                    )
                )
            } else {
                var property = property(field, use)
                // The reference requires a token's value even where the token is deleted.
                property.isKeptWhenDeleted = use == .update && field.part == .secret
                properties.append(property)
            }
        }
        if use == .update {
            properties.append(
                .init(wireName: "deleted", help: "`true` removes the entry of this name", kind: .flag, isOptional: true)
            )
        }
        return Structure(
            name: partName(field) + use.suffix,
            help: [
                use == .update
                    ? "A change to one of: \(field.help.lowercasedFirst). An entry of a new name is added."
                    : "One of: \(field.help.lowercasedFirst).",
                Self.source,
            ],
            properties: properties
        )
    }

    private func partName(_ field: Field) -> String {
        integration.type + SwiftName.singular(SwiftName.type(field.name))
    }

    private func constantName(of field: Field, in list: KeyedList) -> String {
        let owner = integration.credentials.flatMap(\.fields).first { candidate in
            guard case .keyedList(let other) = candidate.kind else { return false }
            return other.fields.map(\.name) == list.fields.map(\.name)
        }
        return (owner.map(partName) ?? integration.type) + SwiftName.type(field.name)
    }

    private func property(_ field: Field, _ use: Use) -> Property {
        let isUpdate = use == .update
        let isIssued = field.part == .issued
        let kind: Property.Kind
        var help = field.help
        switch field.kind {
        case .text where field.part == .secret:
            kind = .secret
            if !isUpdate { help += "; empty in responses" }
        case .text:
            kind = isUpdate && !field.isRequired ? .removableText : .text
        case .flag: kind = .flag
        case .object:
            kind = .value(partName(field))
            if isUpdate { help += "; replaced as a whole, and removed by an empty one" }
        case .keyedList:
            kind = .values(partName(field) + use.suffix)
            if isUpdate { help += "; merged by name" }
        default: fatalError("the SDK has no model for a field like \(field.name): teach IntegrationModel")
        }
        if isIssued { help += "; issued by the server" }
        return Property(
            wireName: field.name,
            help: help,
            kind: kind,
            isOptional: isUpdate || !field.isRequired,
            isIssued: isIssued
        )
    }
}
