import Documents

/// Reads `data.relationships` of a body, which stands beside a document and has one member: a list of references to
/// resources of one type.
struct RelationshipReader<Element> {
    /// The type, by which the member is called too.
    let type: String
    /// The error of an id that finds nothing.
    let unknown: String
    let find: (Identifier) throws -> Element?
    /// The things that the references name, each once; `nil` if the body has no such member.
    private(set) var elements: [Element]?
    private(set) var problems: [Problem] = []

    private static var pointer: String { "/data/relationships" }
    private static var countAtMost: Int { 100 }

    init(type: String, unknown: String, find: @escaping (Identifier) throws -> Element?) {
        self.type = type
        self.unknown = unknown
        self.find = find
    }

    /// - Returns: The body without what was read.
    /// - Throws: What `find` throws.
    mutating func part(_ body: JSONValue) throws -> JSONValue {
        guard case .object(var members) = body, let place = members.firstIndex(where: { $0.name == "data" }),
            case .object(let data) = members[place].value
        else { return body }
        if let relationships = members[place].value["relationships"] { try read(relationships) }
        members[place].value = .object(data.filter { !($0.name == "relationships") })
        return .object(members)
    }

    private mutating func read(_ relationships: JSONValue) throws {
        guard let list = onlyMember(type, of: relationships, at: Self.pointer),
            let data = onlyMember("data", of: list, at: "\(Self.pointer)/\(type)")
        else { return }
        let pointer = "\(Self.pointer)/\(type)/data"
        guard case .array(let references) = data else {
            return report(pointer, "must be a list, not \(data.kindName)")
        }
        guard references.count <= Self.countAtMost else {
            return report(pointer, "must have at most \(Self.countAtMost) elements")
        }
        var found: [Element] = []
        var known: Set<Identifier> = []
        for (index, reference) in references.enumerated() {
            guard let id = id(of: reference, at: "\(pointer)/\(index)") else { continue }
            if let element = try find(id) {
                if known.insert(id).inserted { found.append(element) }
            } else {
                report("\(pointer)/\(index)/id", unknown)
            }
        }
        elements = found
    }

    private mutating func id(of reference: JSONValue, at pointer: String) -> Identifier? {
        do {
            return try ResourceReference.id(in: reference, ofType: type, at: pointer)
        } catch {
            problems += error.problems
            return nil
        }
    }

    /// The member of that name, which may be missing, of an object that may have no other.
    private mutating func onlyMember(_ name: String, of value: JSONValue, at pointer: String) -> JSONValue? {
        guard case .object(let members) = value else {
            report(pointer, "must be an object, not \(value.kindName)")
            return nil
        }
        if members.contains(where: { !($0.name == name) }) { report(pointer, "may have the member \(name) alone") }
        return value[name]
    }

    private mutating func report(_ pointer: String, _ detail: String) {
        problems.append(Problem(pointer: pointer, detail: detail))
    }
}
