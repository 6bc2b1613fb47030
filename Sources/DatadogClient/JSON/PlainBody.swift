/// A body without a model of its own.
struct PlainBody: APIValue {
    private let json: JSONValue

    init(json: JSONValue) { self.json = json }

    func json(secrets: SecretVisibility) -> JSONValue { json }
}
