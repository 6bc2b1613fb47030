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

    /// A text that decides where secrets are sent, and that may be left out; `null` in an update removes it.
    package static func optionalDestination(
        _ name: String,
        _ help: String,
        format: TextFormat = .host,
        by part: DestinationPart = .whole
    ) -> Field {
        Field(name, .text(format), isRequired: false, destination: part, help: help)
    }

    /// A text that the service sets.
    package static func issued(_ name: String, _ help: String) -> Field {
        Field(name, .text(.line), isRequired: false, part: .issued, help: help)
    }

    /// A flag of updates alone, which asks to issue a field again.
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

    /// A flag that may be left out.
    package static func flag(_ name: String, _ help: String, standard: Bool) -> Field {
        Field(name, .flag, isRequired: false, help: help).with(standard: .boolean(standard))
    }

    /// A required flag.
    package static func flag(_ name: String, _ help: String) -> Field {
        Field(name, .flag, isRequired: true, help: help)
    }

    /// A required whole number.
    package static func number(_ name: String, _ help: String, in range: ClosedRange<Int64>) -> Field {
        Field(name, .number(range), isRequired: true, help: help)
    }

    /// A whole number that may be left out; `null` in an update removes it.
    package static func optionalNumber(_ name: String, _ help: String, in range: ClosedRange<Int64>) -> Field {
        Field(name, .number(range), isRequired: false, help: help)
    }

    /// A required list of strings, numbers, `true`, `false` and `null`.
    package static func scalars(_ name: String, _ help: String, countAtMost: Int) -> Field {
        Field(name, .scalars(atMost: countAtMost), isRequired: true, help: help)
    }

    /// A required list of strings.
    package static func texts(_ name: String, _ help: String, format: TextFormat, countAtMost: Int) -> Field {
        Field(name, .texts(format, atMost: countAtMost), isRequired: true, help: help)
    }

    /// A credential that responses leave out, and that may be left out itself.
    package static func withheldSecret(_ name: String, _ help: String) -> Field {
        Field(name, .text(.secret), isRequired: false, part: .withheldSecret, help: help)
    }

    /// A text that the service sets, again with each update.
    package static func renewed(_ name: String, _ help: String) -> Field {
        Field(name, .text(.line), isRequired: false, part: .renewed, help: help)
    }

    /// A text that the service sets where the caller does not.
    package static func issuedUnlessSent(_ name: String, _ help: String, format: TextFormat) -> Field {
        Field(name, .text(format), isRequired: false, part: .issuedUnlessSent, help: help)
    }

    /// A required text that never changes, and that updates repeat.
    package static func fixed(_ name: String, _ help: String, format: TextFormat) -> Field {
        var field = Field(name, .text(format), isRequired: true, help: help)
        field.updating = .fixed
        return field
    }

    /// An object that is always there, and that updates merge.
    package static func group(_ name: String, _ help: String, _ fields: [Field]) -> Field {
        Field(name, .group(fields), isRequired: false, help: help)
    }

    /// A list of objects that may be left out.
    package static func optionalList(_ name: String, _ help: String, of choice: Choice, countAtMost: Int) -> Field {
        Field(name, .list(choice, atMost: countAtMost), isRequired: false, help: help)
    }

    /// A required list of objects.
    package static func list(_ name: String, _ help: String, of choice: Choice, countAtMost: Int) -> Field {
        Field(name, .list(choice, atMost: countAtMost), isRequired: true, help: help)
    }

    /// A required object of one of several options.
    package static func choice(_ name: String, _ help: String, _ choice: Choice) -> Field {
        Field(name, .choice(choice), isRequired: true, help: help)
    }

    /// An object of one of several options that may be left out.
    package static func choice(_ name: String, _ help: String, _ choice: Choice, standard: JSONValue) -> Field {
        Field(name, .choice(choice), isRequired: false, help: help).with(standard: standard)
    }

    /// The field with a value for where none was sent.
    package func with(standard: JSONValue) -> Field {
        var field = self
        field.standard = standard
        return field
    }

    /// The field, for which `null` stands for the standard even in a create.
    package func nullable() -> Field {
        var field = self
        field.isNullable = true
        return field
    }

    /// The field, a list of strings or scalars, that must have an element.
    package func nonEmpty() -> Field {
        var field = self
        field.isNeverEmpty = true
        return field
    }

    /// The field, which goes back to its standard when an update sends its object without it.
    package func resetting() -> Field {
        var field = self
        field.updating = .resets
        return field
    }
}
