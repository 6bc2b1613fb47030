import Documents

/// The SDK's types for the documents of a schema: one for each use, and the parts that those share.
struct DocumentModels {
    let schema: DocumentSchema
    let names: ModelNames
    let uses: [Use]

    enum Use {
        case response
        case create
        case update
    }

    /// All types.
    var declarations: [any Declaration] {
        uses.map(document) + schema.attributes.flatMap { parts(of: $0, at: "/\($0.name)") }
    }

    // MARK: Documents

    private func document(for use: Use) -> Structure {
        let properties = attributes.compactMap { property($0, at: "/\($0.name)", for: use) }
        let type = "\(names.document).type"
        switch use {
        case .response:
            return Structure(
                name: names.document,
                help: ["The \(names.help).", names.source],
                properties: properties,
                type: schema.type,
                document: .init(type: "Self.type", idHelp: names.idHelp)
            )
        case .create:
            return Structure(
                name: "New\(names.document)",
                help: [
                    "The \(names.help), to be created; a member that is `nil` gets the documented default.",
                    names.source,
                ],
                properties: properties,
                document: .init(type: type)
            )
        case .update:
            return Structure(
                name: "\(names.document)Update",
                help: ["Changes to the \(names.help); a member that is `nil` stays as it is.", names.source],
                properties: properties,
                document: .init(type: type)
            )
        }
    }

    /// The attributes in the order of the Swift types: times and the like, which the server sets, come last.
    private var attributes: [Field] {
        let leading = names.leading.compactMap { name in schema.attributes.first { $0.name == name } }
        let others = schema.attributes.filter { !names.leading.contains($0.name) }
        return leading + others.filter { !isIssued($0) } + others.filter(isIssued)
    }

    private func isIssued(_ field: Field) -> Bool { field.part == .issued || field.part == .renewed }

    // MARK: Parts

    /// The types that a member's own type is made of.
    private func parts(of field: Field, at pointer: String) -> [any Declaration] {
        let name = typeName(of: field, at: pointer)
        switch field.kind {
        case .text(let format):
            guard let values = format.values else { return [] }
            let texts = values.map { (text: $0, name: names.texts[$0] ?? SwiftName.enumCase($0)) }
            return [TextEnum(name: name, help: ["\(field.help).", names.source], values: texts)]
        case .group(let fields):
            let help = "\(field.help); a member that is `nil` is left to the server, or stays as it is."
            return object(of: fields, named: name, help: help, at: pointer)
        case .list(let choice, _):
            let help = names.typeHelp[pointer] ?? "One of: \(field.help.lowercasedFirst)"
            return self.choice(choice, named: name, help: "\(help).", at: pointer)
        case .choice(let choice):
            let limit = choice.refusalToSwitch == nil ? "" : " An update can't change one into the other."
            return self.choice(choice, named: name, help: "\(field.help).\(limit)", at: pointer)
        default: return []
        }
    }

    private func object(
        of fields: [Field],
        named name: String,
        help: String,
        choice: Structure.Choice? = nil,
        at pointer: String
    ) -> [any Declaration] {
        let members = fields.map { (field: $0, pointer: "\(pointer)/\($0.name)") }
        let structure = Structure(
            name: name,
            help: [help, names.source],
            properties: members.compactMap { property($0.field, at: $0.pointer, for: nil) },
            choice: choice
        )
        return [structure] + members.flatMap { parts(of: $0.field, at: $0.pointer) }
    }

    private func choice(
        _ choice: Choice,
        named name: String,
        help: String,
        at pointer: String
    ) -> [any Declaration] {
        guard !choice.options.isEmpty else { return object(of: choice.common, named: name, help: help, at: pointer) }
        let options = choice.options.compactMap(option)
        let details = zip(choice.options, options).flatMap { fields, option -> [any Declaration] in
            guard case .value(let type) = option.payload else { return [] }
            return object(of: fields, named: type, help: "\(option.help).", at: pointer)
        }
        guard !choice.common.isEmpty else {
            return [OptionEnum(name: name, help: [help, names.source], options: options)] + details
        }
        guard let property = names.choices[pointer] else { fatalError("choices has no name for \(pointer)") }
        let inner = Structure.Choice(
            name: property,
            help: options.enumerated().map { $0 == 0 ? $1.help : $1.help.lowercasedFirst }.joined(separator: ", or "),
            options: OptionEnum(name: SwiftName.capitalized(property), help: [], options: options)
        )
        return object(of: choice.common, named: name, help: help, choice: inner, at: pointer) + details
    }

    private func option(_ fields: [Field]) -> OptionEnum.Option? {
        guard let first = fields.first else { return nil }
        let name = names.options[first.name] ?? SwiftName.property(first.name)
        let payload: OptionEnum.Option.Payload =
            switch (first.kind, fields.count) {
            case (.flag, 1): .nothing
            case (.texts, 1): .texts
            default: .value(names.prefix + SwiftName.capitalized(name))
            }
        return .init(
            member: first.name,
            name: name,
            help: names.typeHelp[first.name] ?? first.help,
            payload: payload
        )
    }

    // MARK: Members

    private func typeName(of field: Field, at pointer: String) -> String {
        if let name = names.types[pointer] { return name }
        let type = SwiftName.type(field.name)
        let name = type.hasPrefix(names.prefix) ? type : names.prefix + type
        guard case .list = field.kind else { return name }
        return SwiftName.singular(name)
    }

    /// The property of a member; `nil` if the use has none.
    private func property(_ field: Field, at pointer: String, for use: Use?) -> Property? {
        let isIssued = isIssued(field)
        guard !isIssued || use == .response || use == nil else { return nil }
        let type = typeName(of: field, at: pointer)
        var help = field.help
        var isRequired = use == .update ? field.updating == .fixed : field.isRequired
        let kind: Property.Kind
        switch field.kind {
        case .text where field.part == .withheldSecret:
            kind = .secret
            help += "; never in a response"
        case .text where field.part == .secret:
            kind = .secret
            help += "; empty in responses"
        case .text(let format) where format.values != nil: kind = .value(type)
        case .text where isIssued && field.name.hasSuffix("_at"): kind = .time
        case .text where use == .update && !field.isRequired && field.part == .open: kind = .removableText
        case .text: kind = .text
        case .flag:
            kind = .flag
            help = "Whether to \(help.lowercasedFirst)"
        case .number where !isRequired: kind = .integer
        case .texts: kind = .texts
        case .group: kind = .value(type)
        case .list: kind = .values(type)
        case .choice:
            kind = .value(type)
            // It is read even where a server leaves it out.
            if use == .response { isRequired = false }
        default: fatalError("the SDK has no model for a member like \(pointer): teach DocumentModels")
        }
        if field.updating == .fixed, use == .update { help += "; updates repeat it" }
        if field.updating == .resets { help += "; an update that sends this object without them clears them" }
        return Property(
            wireName: field.name,
            name: names.properties[pointer],
            help: help,
            kind: kind,
            isOptional: !isRequired,
            isIssued: isIssued
        )
    }
}
