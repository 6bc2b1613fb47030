import Documents
import Testing

@Suite("A resource that is declared by its members")
struct ResourceSchemaTests {
    private struct Device: Sendable {
        let id = Identifier(high: 1, low: 2)
        var name = "Printer"
        var title: String?
        var count: Int?
        var owner: Identifier?
        var seenAt: Timestamp?
    }

    private static let schema = ResourceSchema<Device>(
        type: "devices",
        id: \.id,
        attributes: [.text("name", \.name), .nullableText("title", \.title), .optionalCount("count", \.count)],
        relationships: [.optionalOne("owner", "users", \.owner)]
    )

    @Test("has what there is no value for as null, or not at all")
    func withoutValues() {
        let device = Device()
        #expect(
            Self.schema.json(of: device) == [
                "type": "devices", "id": .string(device.id.description),
                "attributes": ["name": "Printer", "title": .null], "relationships": [:],
            ]
        )
    }

    @Test("has all members in their order")
    func withValues() {
        let owner = Identifier(high: 3, low: 4)
        let device = Device(title: "Laser", count: 7, owner: owner)
        #expect(
            Self.schema.json(of: device) == [
                "type": "devices", "id": .string(device.id.description),
                "attributes": ["name": "Printer", "title": "Laser", "count": 7],
                "relationships": ["owner": ["data": ["type": "users", "id": .string(owner.description)]]],
            ]
        )
    }

    @Test("is described with the members that each has, and those that some have")
    func description() {
        let schema = Self.schema.jsonSchema
        #expect(schema["required"] == ["type", "id", "attributes", "relationships"])
        #expect(schema["properties"]?["type"] == ["type": "string", "const": "devices"])
        #expect(
            schema["properties"]?["attributes"] == [
                "type": "object", "required": ["name", "title"],
                "properties": [
                    "name": ["type": "string"], "title": ["type": ["string", "null"]],
                    "count": ["type": "integer", "minimum": 0],
                ],
            ]
        )
        #expect(schema["properties"]?["relationships"]?["required"] == [])
    }

    @Test("may have an attribute elsewhere than it is described")
    func places() {
        let schema = Self.schema.adding(.text("a") { _ in "" }.behind("name")).adding(.text("b") { _ in "" }.first())
        #expect(
            schema.json(of: Device())["attributes"] == ["b": "", "name": "Printer", "a": "", "title": .null]
        )
        #expect(schema.jsonSchema["properties"]?["attributes"]?["required"] == ["name", "title", "a", "b"])
    }

    @Test("may get one more attribute")
    func adding() {
        let schema = Self.schema.adding(.nullableTime("seen_at", \.seenAt))
        let attributes = schema.json(of: Device(seenAt: Timestamp(microseconds: 0)))["attributes"]
        #expect(attributes?["seen_at"] == "1970-01-01T00:00:00.000000+00:00")
        #expect(schema.jsonSchema["properties"]?["attributes"]?["required"] == ["name", "title", "seen_at"])
    }
}
