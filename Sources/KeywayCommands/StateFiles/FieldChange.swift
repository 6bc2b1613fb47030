import Documents

/// The change of one field, as a plan shows it. A secret is none: it has no value to be shown.
struct FieldChange: Sendable, Equatable {
    /// The names on the way from `attributes`: `integration/credentials/role`. An element of a list that is merged by
    /// name stands by its name.
    let path: String
    /// The value that goes; `nil` where there is none.
    let before: JSONValue?
    /// The value that comes; `nil` where there is none.
    let after: JSONValue?
}
