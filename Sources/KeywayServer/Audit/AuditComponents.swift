import Documents

/// The schemas of the API of the audit log.
enum AuditComponents {
    static var all: [JSONValue.Member] {
        [.init("AuditEvents", events), .init("AuditSearch", search), .init("AuditHead", head)]
    }

    private static let text: JSONValue = ["type": "string"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let id: JSONValue = ["type": "string", "format": "uuid"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]

    private static func digits(_ number: Int64) -> JSONValue {
        ["type": "string", "minLength": .integer(number), "maxLength": .integer(number)]
    }

    private static func object(_ properties: JSONValue, required: [JSONValue]) -> JSONValue {
        ["type": "object", "required": .array(required), "properties": properties]
    }

    private static var events: JSONValue {
        let attributes = object(
            [
                "timestamp": time, "service": text, "message": text, "tags": ["type": "array", "items": text],
                "attributes": ["type": "object"],
            ],
            required: ["timestamp", "service", "message", "tags", "attributes"]
        )
        let event = object(
            ["id": digits(64), "type": ["type": "string", "const": "audit"], "attributes": attributes],
            required: ["id", "type", "attributes"]
        )
        let warning = object(["code": text, "title": text, "detail": text], required: ["code", "title", "detail"])
        let meta = object(
            [
                "page": object(["after": text], required: []), "elapsed": count, "request_id": text,
                "status": ["type": "string", "enum": ["done", "timeout"]],
                "warnings": ["type": "array", "items": warning],
            ],
            required: ["elapsed", "request_id", "status"]
        )
        return object(
            [
                "data": ["type": "array", "items": event], "links": object(["next": text], required: []),
                "meta": meta,
            ],
            required: ["data", "meta"]
        )
    }

    private static var search: JSONValue {
        func closed(_ properties: JSONValue) -> JSONValue {
            ["type": "object", "additionalProperties": false, "properties": properties]
        }
        let limit: JSONValue = [
            "type": "integer", "minimum": 1, "maximum": .integer(Int64(AuditSearch.limitAtMost)), "default": 10,
        ]
        return closed([
            "filter": closed(["query": text, "from": text, "to": text]),
            "options": closed(["timezone": text, "time_offset": ["type": "integer", "const": 0]]),
            "page": closed(["cursor": text, "limit": limit]),
            "sort": ["type": "string", "enum": .array(AuditSearch.sorting.map { .string($0) })],
        ])
    }

    private static var head: JSONValue {
        let properties: JSONValue = [
            "organization_id": id, "sequence": count, "digest": digits(64), "time": time,
            "key_id": digits(16), "public_key": digits(64), "signature": digits(128),
        ]
        let names: [JSONValue] = [
            "organization_id", "sequence", "digest", "time", "key_id", "public_key", "signature",
        ]
        return object(properties, required: names)
    }
}
