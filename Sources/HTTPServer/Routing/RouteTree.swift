import Platform

/// The routes as a tree of path segments. It knows values by index only, so that it is no generic type: those are slow
/// across modules.
struct RouteTree: Sendable {
    enum Match {
        case found(Int, RouteParameters)
        case methodNotAllowed(allow: [String])
        case notFound
    }

    private struct Node: Sendable {
        var literals: [Literal] = []
        var parameter: (name: String, node: Int)?
        var rest: (name: String, node: Int)?
        /// A route without a method takes those that have no route of their own.
        var routes: [(method: HTTPMethod?, index: Int)] = []
    }

    /// A segment that stands for itself, as a part of ``literalBytes``.
    private struct Literal: Sendable {
        let start: Int
        let count: Int
        let node: Int
    }

    private var nodes = [Node()]
    /// The bytes of all literals, one after the other.
    private var literalBytes: [UInt8] = []

    mutating func add(_ method: HTTPMethod?, _ template: String, index: Int) {
        precondition(template.utf8.first == UInt8(ascii: "/"), "a template starts with a slash")
        let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var node = 0
        for (position, segment) in segments.enumerated() {
            let isLast = position == segments.count - 1
            precondition(!segment.isEmpty || isLast, "a template has no empty segment but the last")
            if segment.first == "{" {
                precondition(segment.last == "}" && segment.count > 2, "a parameter is in braces")
                let name = segment.dropFirst().dropLast()
                if name.hasSuffix("...") {
                    precondition(isLast, "the rest of a path is its end")
                    node = rest(String(name.dropLast(3)), of: node)
                } else {
                    node = parameter(String(name), of: node)
                }
            } else {
                node = literal(Array(segment.utf8), of: node)
            }
        }
        precondition(!nodes[node].routes.contains { $0.method == method }, "a route is there once")
        nodes[node].routes.append((method, index))
    }

    private mutating func literal(_ bytes: [UInt8], of node: Int) -> Int {
        if let known = bytes.withUnsafeBufferPointer({ literal($0, of: node) }) { return known }
        nodes[node].literals.append(Literal(start: literalBytes.count, count: bytes.count, node: nodes.count))
        literalBytes += bytes
        return addNode()
    }

    private mutating func parameter(_ name: String, of node: Int) -> Int {
        if let known = nodes[node].parameter {
            precondition(known.name == name, "a parameter has the same name in all templates")
            return known.node
        }
        nodes[node].parameter = (name, nodes.count)
        return addNode()
    }

    private mutating func rest(_ name: String, of node: Int) -> Int {
        if let known = nodes[node].rest {
            precondition(known.name == name, "a parameter has the same name in all templates")
            return known.node
        }
        nodes[node].rest = (name, nodes.count)
        return addNode()
    }

    private mutating func addNode() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    func match(_ method: HTTPMethod, _ rawPath: String) -> Match {
        var rawPath = rawPath
        return rawPath.withUTF8 { path in
            guard path.first == UInt8(ascii: "/") else { return .notFound }
            var parameters = RouteParameters()
            guard let node = find(path, from: 1, in: 0, &parameters) else { return .notFound }
            let routes = nodes[node].routes
            if let route = routes.first(where: { $0.method == method }) { return .found(route.index, parameters) }
            if method == .head, let route = routes.first(where: { $0.method == .get }) {
                return .found(route.index, parameters)
            }
            if let route = routes.first(where: { $0.method == nil }) { return .found(route.index, parameters) }
            var allow = Set(routes.compactMap { $0.method?.name })
            if allow.contains("GET") { allow.insert("HEAD") }
            return .methodNotAllowed(allow: allow.sorted())
        }
    }

    /// The node for the path's segments from `start` on, which are below `node`.
    private func find(
        _ path: UnsafeBufferPointer<UInt8>,
        from start: Int,
        in node: Int,
        _ parameters: inout RouteParameters
    ) -> Int? {
        var end = start
        var isEncoded = false
        while end < path.count, path[end] != UInt8(ascii: "/") {
            if path[end] == UInt8(ascii: "%") { isEncoded = true }
            end += 1
        }
        let segment = UnsafeBufferPointer(rebasing: path[start..<end])
        let decoded = isEncoded ? PercentCoding.decode(segment) : nil
        if !isEncoded || decoded != nil {
            if let literal = literal(segment, decoded: decoded, of: node),
                let found = finish(path, at: end, in: literal, &parameters)
            {
                return found
            }
            if let parameter = nodes[node].parameter, !segment.isEmpty {
                parameters.append(parameter.name, decoded ?? String(decoding: segment, as: UTF8.self))
                if let found = finish(path, at: end, in: parameter.node, &parameters) { return found }
                parameters.removeLast()
            }
        }
        guard let rest = nodes[node].rest else { return nil }
        parameters.append(rest.name, String(decoding: path[start...], as: UTF8.self))
        return rest.node
    }

    private func literal(_ segment: UnsafeBufferPointer<UInt8>, decoded: String?, of node: Int) -> Int? {
        guard var decoded else { return literal(segment, of: node) }
        return decoded.withUTF8 { literal($0, of: node) }
    }

    private func literal(_ segment: UnsafeBufferPointer<UInt8>, of node: Int) -> Int? {
        literalBytes.withUnsafeBytes { bytes in
            for literal in nodes[node].literals where literal.count == segment.count {
                guard let start = bytes.baseAddress, let other = segment.baseAddress else { return literal.node }
                if memcmp(start + literal.start, other, literal.count) == 0 { return literal.node }
            }
            return nil
        }
    }

    /// Goes on after a segment that matched.
    private func finish(
        _ path: UnsafeBufferPointer<UInt8>,
        at end: Int,
        in node: Int,
        _ parameters: inout RouteParameters
    ) -> Int? {
        if end < path.count { return find(path, from: end + 1, in: node, &parameters) }
        return nodes[node].routes.isEmpty ? nodes[node].rest?.node : node
    }
}
