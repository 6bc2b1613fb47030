extension JSONValue {
    /// The `data` object of a document: `{"id":…,"type":…,"attributes":{…}}`.
    static func document(
        _ type: String,
        id: String? = nil,
        secrets: SecretVisibility,
        relationships: [(name: String, value: JSONValue)] = [],
        _ attributes: (inout ObjectBuilder) -> Void
    ) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("id", id)
            $0.add("type", type)
            $0.add("attributes", json: .object(secrets: secrets, attributes))
            guard !relationships.isEmpty else { return }
            $0.add(
                "relationships",
                json: .object(JSONObject(relationships.map { .init(name: $0.name, value: ["data": $0.value]) }))
            )
        }
    }

    /// The id of the one thing that a relationship names.
    func relatedID(_ relationship: String) -> String? {
        self["relationships"]?[relationship]?["data"]?["id"]?.text
    }

    /// The ids of all things that a relationship names.
    func relatedIDs(_ relationship: String) -> [String] {
        self["relationships"]?[relationship]?["data"]?.elements?.compactMap { $0["id"]?.text } ?? []
    }
}

extension JSONValue {
    /// Builds a reference to a resource, as relationships hold them.
    static func reference(to id: String, _ type: String) -> JSONValue {
        ["id": .string(id), "type": .string(type)]
    }
}
