/// The values of a template's parameters in a path.
package struct RouteParameters: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    /// In the order of the path.
    package private(set) var all: [Parameter] = []

    /// None.
    package init() {}

    /// The value of the parameter that the template names so.
    package subscript(name: String) -> String? {
        all.first { $0.name == name }?.value
    }

    mutating func append(_ name: String, _ value: String) {
        all.append(Parameter(name: name, value: value))
    }

    mutating func removeLast() {
        all.removeLast()
    }
}
