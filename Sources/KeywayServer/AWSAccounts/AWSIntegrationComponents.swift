import AWSAccounts
import Documents

/// The schemas of event sources, previews and validations in the OpenAPI document.
enum AWSIntegrationComponents {
    static var all: [JSONValue.Member] { eventBridges + inquiries }

    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]

    // MARK: Event sources

    private static var eventBridges: [JSONValue.Member] {
        [
            .init("EventBridgeCreate", JSONSchema.body(of: .eventBridge, for: .create)),
            .init("EventBridgeCreateV1", JSONSchema.attributes(of: .eventBridge)),
            .init("EventBridge", data("event_bridge", source)),
            .init("EventBridgeV1", object(source)),
            .init("EventBridgeDelete", JSONSchema.body(of: .eventBridgeDeletion, for: .create)),
            .init("EventBridgeDeleteV1", JSONSchema.attributes(of: .eventBridgeDeletion)),
            .init("EventBridgeDeletion", data("event_bridge", deletion)),
            .init("EventBridgeDeletionV1", object(deletion)),
            .init(
                "EventBridgeList",
                data("event_bridge", ["accounts": accounts("account_id", "event_hubs"), "is_installed": flag])
            ),
            .init("EventBridgeListV1", object(["accounts": accounts("accountId", "eventHubs"), "isInstalled": flag])),
        ]
    }

    private static let source: JSONValue = [
        "event_source_name": text, "has_bus": flag, "region": text,
        "status": ["type": "string", "const": "created"],
    ]
    private static let deletion: JSONValue = ["status": ["type": "string", "const": "empty"]]

    private static func accounts(_ number: String, _ sources: String) -> JSONValue {
        list(
            of: .object([
                .init(JSONText(number), text),
                .init(JSONText(sources), list(of: ["name": text, "region": text])),
                .init("tags", ["type": "array", "items": text]),
            ])
        )
    }

    // MARK: Inquiries

    private static var inquiries: [JSONValue.Member] {
        let issues = CCMIssue.allCases.map { JSONValue.string($0.rawValue) }
        return [
            .init("MetricNameFilterPreviewRequest", JSONSchema.body(of: .metricNameFilterPreview, for: .create)),
            .init("MetricNameFilterPreview", data("metric_name_filter_preview", ["namespaces": namespaces])),
            .init("CCMConfigValidationRequest", JSONSchema.body(of: .ccmConfigValidation, for: .create)),
            .init(
                "CCMConfigValidation",
                data(
                    "ccm_config_validation",
                    [
                        "account_id": text,
                        "issues": list(
                            of: ["code": ["type": "string", "enum": .array(issues)], "description": text]
                        ),
                    ]
                )
            ),
        ]
    }

    private static var namespaces: JSONValue {
        list(
            of: [
                "namespace": text,
                "filters": list(of: ["pattern": text, "match_count": ["type": "integer", "minimum": 0]]),
                "metrics": list(of: ["cw_name": text, "dd_names": list(of: ["name": text, "filtered": flag])]),
            ]
        )
    }

    // MARK: Shapes

    /// An object that has all of those members.
    private static func object(_ properties: JSONValue) -> JSONValue {
        guard case .object(let members) = properties else { return ["type": "object"] }
        return [
            "type": "object", "required": .array(members.map { .string($0.name) }), "properties": properties,
        ]
    }

    private static func list(of properties: JSONValue) -> JSONValue {
        ["type": "array", "items": object(properties)]
    }

    private static func data(_ type: String, _ attributes: JSONValue) -> JSONValue {
        object(
            [
                "data": object(
                    ["id": text, "type": ["type": "string", "const": .string(type)], "attributes": object(attributes)]
                )
            ]
        )
    }
}
