/// One member of an object in an API document, declared once: what it holds, who sets it, and where it is kept.
///
/// Validation, the parting of secrets, PATCH, the OpenAPI description and prompts are all derived from it.
package struct Field: Sendable {
    package let name: String
    package let kind: Kind
    package let isRequired: Bool
    package let part: Part
    /// What the field is, as one phrase for people.
    package let help: String
    /// How a value of this field decides where the connection's secrets are sent, if it does.
    package let destination: DestinationPart?

    /// What a member holds.
    package indirect enum Kind: Sendable {
        case text(TextFormat)
        case flag
        /// One string, always the same.
        case constant(String)
        /// A list of strings, replaced as a whole.
        case texts(TextFormat, atMost: Int)
        /// An object; in an update it is replaced as a whole, and `{}` removes it.
        case object([Field])
        /// A list of objects that an update merges by their names.
        case keyedList(KeyedList)
        /// An object whose `type` member says which of several shapes it has.
        case variants(Variants)
    }

    /// Who sets a member, and where it goes.
    package enum Part: Sendable, Equatable {
        /// The caller sets it, and it is answered.
        case open
        /// The caller sets it, the vault keeps it, and `""` is answered.
        case secret
        /// The service sets it: a create ignores what the caller sends, an update takes only what is stored.
        case issued
        /// Only an update has it, and it is not stored: `true` asks to issue the named field anew.
        case reissues(String)
    }

    /// The part of a value that names a destination.
    package enum DestinationPart: Sendable {
        /// All of it, whatever its case.
        case whole
        /// Scheme, host and port of a URL.
        case origin
    }
}

/// A list of objects with a `name` each, by which an update finds them.
package struct KeyedList: Sendable {
    /// The members of an element beside `name`.
    package let fields: [Field]
    package let nameFormat: TextFormat
    /// Whether names that differ only in the case of ASCII letters are one name, as HTTP's header names are.
    package let ignoresCase: Bool
    package let countAtMost: Int

    package init(name: TextFormat, ignoresCase: Bool = false, countAtMost: Int = 100, _ fields: [Field]) {
        self.nameFormat = name
        self.ignoresCase = ignoresCase
        self.countAtMost = countAtMost
        self.fields = fields
    }
}

/// The shapes that an object may have, told apart by its `type`.
package struct Variants: Sendable {
    package let shapes: [Variant]
    /// Whether an update may turn one shape into another, sending all that the new one requires.
    package let isSwitchable: Bool

    package init(_ shapes: [Variant], isSwitchable: Bool) {
        self.shapes = shapes
        self.isSwitchable = isSwitchable
    }

    package func shape(ofType type: JSONText) -> Variant? {
        shapes.first { type == $0.type }
    }
}

/// One of the shapes of ``Variants``.
package struct Variant: Sendable {
    /// The value of `type`.
    package let type: String
    package let help: String
    /// The members beside `type`.
    package let fields: [Field]

    package init(type: String, help: String, _ fields: [Field]) {
        self.type = type
        self.help = help
        self.fields = fields
    }
}

// How declarations are written.
extension Field {
    private init(
        _ name: String,
        _ kind: Kind,
        isRequired: Bool,
        part: Part = .open,
        destination: DestinationPart? = nil,
        help: String
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.part = part
        self.destination = destination
        self.help = help
    }

    /// A required text.
    package static func text(_ name: String, _ help: String, format: TextFormat = .line) -> Field {
        Field(name, .text(format), isRequired: true, help: help)
    }

    /// A text that may be left out; `null` in an update removes it.
    package static func optionalText(_ name: String, _ help: String, format: TextFormat = .optionalLine) -> Field {
        Field(name, .text(format), isRequired: false, help: help)
    }

    /// A required credential.
    package static func secret(_ name: String, _ help: String) -> Field {
        Field(name, .text(.secret), isRequired: true, part: .secret, help: help)
    }

    /// A required text that decides where secrets are sent.
    package static func destination(
        _ name: String,
        _ help: String,
        format: TextFormat = .host,
        by part: DestinationPart = .whole
    ) -> Field {
        Field(name, .text(format), isRequired: true, destination: part, help: help)
    }

    /// A text that the service sets.
    package static func issued(_ name: String, _ help: String) -> Field {
        Field(name, .text(.line), isRequired: false, part: .issued, help: help)
    }

    /// A flag of updates alone, which asks to issue a field anew.
    package static func reissue(_ issuedField: String, by name: String, _ help: String) -> Field {
        Field(name, .flag, isRequired: false, part: .reissues(issuedField), help: help)
    }

    /// A required string with one value.
    package static func constant(_ name: String, _ value: String, _ help: String) -> Field {
        Field(name, .constant(value), isRequired: true, help: help)
    }

    /// A list of strings that may be left out.
    package static func optionalTexts(
        _ name: String,
        _ help: String,
        format: TextFormat,
        countAtMost: Int
    ) -> Field {
        Field(name, .texts(format, atMost: countAtMost), isRequired: false, help: help)
    }

    /// An object that may be left out.
    package static func optionalObject(_ name: String, _ help: String, _ fields: [Field]) -> Field {
        Field(name, .object(fields), isRequired: false, help: help)
    }

    /// A list of named objects that may be left out.
    package static func optionalList(_ name: String, _ help: String, _ list: KeyedList) -> Field {
        Field(name, .keyedList(list), isRequired: false, help: help)
    }

    /// A required object of one of several shapes.
    package static func variants(_ name: String, _ help: String, _ variants: Variants) -> Field {
        Field(name, .variants(variants), isRequired: true, help: help)
    }
}
