/// A body whose `data` must hold the id of the path too, as the key and user operations have it.
struct Identified<Body: APIValue>: APIValue {
    let id: String
    let body: Body

    init(id: String, body: Body) {
        self.id = id
        self.body = body
    }

    init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        body = try Body(json: json)
    }

    func json(secrets: SecretVisibility) -> JSONValue {
        guard case .object(let object) = body.json(secrets: secrets) else { return .null }
        return .object(JSONObject([.init(name: "id", value: .string(id))] + object.members))
    }
}

extension [(name: String, value: String)] {
    /// The query of the lists of keys, users and roles.
    static func list(filter: String?, sort: String?, page: Page) -> Self {
        var query = page.query
        if let sort { query.append(("sort", sort)) }
        if let filter { query.append(("filter", filter)) }
        return query
    }
}
