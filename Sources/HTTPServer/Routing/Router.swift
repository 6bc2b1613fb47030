/// Finds what a method and a raw path stand for.
///
/// A template is a path whose segments are literals or parameters: `/api/v2/users/{user_id}`. A request's path is split
/// at its raw slashes, and each segment is decoded on its own: an encoded slash stays inside its segment. A literal
/// goes before a parameter. Parameters are never empty, so a path that ends with a slash matches no template that does
/// not. Only a last segment `{rest...}` takes everything that is left, perhaps nothing, as it is, undecoded; a path
/// that ends before the slash in front of it has no such parameter.
package struct Router<Value: Sendable>: Sendable {
    package enum Match {
        case found(Value, RouteParameters)
        /// The path exists, but not with this method; `allow` is sorted.
        case methodNotAllowed(allow: [String])
        case notFound
    }

    private var tree = RouteTree()
    private var values: [Value] = []

    package init() {}

    /// Adds a route, without a method one for all methods that have no route of their own. Traps if the template is
    /// malformed or the route exists: routes are fixed, not input.
    package mutating func add(_ method: HTTPMethod?, _ template: String, _ value: Value) {
        tree.add(method, template, index: values.count)
        values.append(value)
    }

    /// A route for GET answers HEAD too, unless there is one for HEAD.
    package func match(_ method: HTTPMethod, _ rawPath: String) -> Match {
        switch tree.match(method, rawPath) {
        case .found(let index, let parameters): .found(values[index], parameters)
        case .methodNotAllowed(let allow): .methodNotAllowed(allow: allow)
        case .notFound: .notFound
        }
    }
}
