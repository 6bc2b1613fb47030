/// One member of an object in an API document, declared once: what it holds, who sets it, and where it is kept.
///
/// Validation, the parting of secrets, PATCH, the OpenAPI description and prompts are all derived from it.
package struct Field: Sendable {
    package let name: String
    package let kind: Kind
    package let isRequired: Bool
    package let part: Part
    /// A description of the field, as one phrase for people.
    package let help: String
    /// How a value of this field decides where the connection's secrets are sent, if it does.
    package let destination: DestinationPart?
    /// The value that stands for one that was never sent.
    package internal(set) var standard: JSONValue?
    package internal(set) var updating = Updating.keeps
    /// Whether `null` may be sent for it even in a create.
    package internal(set) var isNullable = false
    /// Whether a list of strings or scalars must have an element.
    package internal(set) var isNeverEmpty = false

    /// The type of a member.
    package indirect enum Kind: Sendable {
        case text(TextFormat)
        case flag
        /// A whole number within a range.
        case number(ClosedRange<Int64>)
        /// One string, always the same.
        case constant(String)
        /// A list of strings, replaced as a whole.
        case texts(TextFormat, atMost: Int)
        /// A list of strings, numbers, `true`, `false` and `null`, replaced as a whole.
        case scalars(atMost: Int)
        /// An object; in an update it is replaced as a whole, and `{}` removes it.
        case object([Field])
        /// An object that is always there; an update merges it.
        case group([Field])
        /// A list of objects, replaced as a whole; `[]` is its standard, or removes it.
        case list(Choice, atMost: Int)
        /// A list of objects that an update merges by their names.
        case keyedList(KeyedList)
        /// An object whose `type` member says which of several shapes it has.
        case variants(Variants)
        /// An object that has the members of exactly one of several options.
        case choice(Choice)
    }

    /// The source of a member's value, and the part of a record in which it is stored.
    package enum Part: Sendable, Equatable {
        /// The caller sets it, and responses contain it.
        case open
        /// The caller sets it, the vault keeps it, and responses contain `""`.
        case secret
        /// The caller sets it, the vault keeps it, and responses leave it out.
        case withheldSecret
        /// The service sets it: a create ignores what the caller sends, an update takes only what is stored.
        case issued
        /// As `issued`, and each update sets it again.
        case renewed
        /// The caller may set it; the service does where the caller does not, or sends `""`.
        case issuedUnlessSent
        /// Only an update has it, and it is not stored: `true` asks to issue the named field again.
        case reissues(String)
    }

    /// The effect of an update on a member.
    package enum Updating: Sendable, Equatable {
        /// Not sent, it stays.
        case keeps
        /// It must be sent as it is stored.
        case fixed
        /// Not sent with the object that it is a member of, it goes back to its standard.
        case resets
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
    /// Where the shapes stand, by their types.
    private let places: [String: Int]

    package init(_ shapes: [Variant], isSwitchable: Bool) {
        self.shapes = shapes
        self.isSwitchable = isSwitchable
        places = Dictionary(shapes.enumerated().map { ($1.type, $0) }) { first, _ in first }
    }

    package func shape(ofType type: JSONText) -> Variant? {
        // As strings, texts that differ only in Unicode normalization are equal.
        guard let place = places[type.string], type == shapes[place].type else { return nil }
        return shapes[place]
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

/// An object that has members of its own and those of exactly one of several options.
///
/// Which option it is shows by the first member of each.
package struct Choice: Sendable {
    /// The members that the object has with every option.
    package let common: [Field]
    /// The members of each option; the first is required, and no other option has it.
    package let options: [[Field]]
    /// Why an update may not change the option; `nil` if it may.
    package let refusalToSwitch: String?

    package init(common: [Field] = [], options: [[Field]], refusalToSwitch: String? = nil) {
        self.common = common
        self.options = options
        self.refusalToSwitch = refusalToSwitch
    }

    /// An object with one set of members.
    package init(_ fields: [Field]) {
        self.init(common: fields, options: [])
    }
}
