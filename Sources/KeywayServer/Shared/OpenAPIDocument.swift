import Access
import AWSAccounts
import Connections
import Documents
import HTTPServer
import WorkloadIdentity

/// The description of the API in OpenAPI 3.1, derived from the endpoints and the catalogue.
struct OpenAPIDocument {
    private let endpoints: [Endpoint]

    init(describing endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    var bytes: [UInt8] {
        JSONWriter.bytes(
            of: [
                "openapi": "3.1.0",
                "info": [
                    "title": "Keyway",
                    "version": .string(KeywayVersion.current),
                    "description": "Action connections, on the wire as in Datadog's Action Connection API.",
                    "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
                ],
                "paths": paths,
                "components": ["schemas": allSchemas, "securitySchemes": securitySchemes],
            ]
        )
    }

    // MARK: Operations

    private var paths: JSONValue {
        var paths: [(path: String, operations: [JSONValue.Member])] = []
        for endpoint in endpoints {
            let path = endpoint.path.replacing("...}", with: "}")
            let operations = (endpoint.method.map { [$0] } ?? Self.anyMethod).map { method in
                JSONValue.Member(JSONText(method.name.lowercased()), operation(of: endpoint, by: method))
            }
            if let index = paths.firstIndex(where: { $0.path == path }) {
                paths[index].operations += operations
            } else {
                paths.append((path, operations))
            }
        }
        return .object(paths.map { .init(JSONText($0.path), .object($0.operations)) })
    }

    /// The methods under which an endpoint for every method is described.
    private static let anyMethod: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]

    private func operation(of endpoint: Endpoint, by method: HTTPMethod) -> JSONValue {
        let description = endpoint.description
        // Each operation has a name of its own.
        let id = endpoint.method == nil ? "\(description.id)By\(method.name)" : description.id
        var members: [JSONValue.Member] = [
            .init("operationId", .string(id)),
            .init("summary", .string(description.summary)),
            .init("tags", [.string(description.tag)]),
        ]
        let parameters = pathParameters(of: endpoint) + description.query.map(parameter)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let request = description.request {
            let content: JSONValue = .object([.init(JSONText(description.requestMediaType), schema(request))])
            members.append(.init("requestBody", ["required": true, "content": content]))
        }
        var responses = description.responses
        if case .principal(let permissions, _) = endpoint.guarding {
            let names = permissions.map(\.rawValue).joined(separator: ", ")
            let need = permissions.isEmpty ? "Needs no permission." : "Needs one of these permissions: \(names)."
            members.append(.init("description", .string(need)))
            members.append(.init("security", Self.security(of: endpoint)))
            responses += Self.responsesOfTheGate(searching: endpoint.searches)
        } else if case .apiKey = endpoint.guarding {
            members.append(.init("security", [["apiKeyAuth": []]]))
            responses.append(.error(403, "The API key is missing or wrong"))
            responses.append(.error(429, "The API key sent too many requests"))
            responses.append(.error(503, "The store or the master key can't be reached, or the server is stopping"))
        } else if case .loopback = endpoint.guarding {
            responses.append(.error(403, "The caller is not on the server's own machine"))
        }
        var described = responses.map { response in
            JSONValue.Member(
                JSONText(response.status.map(String.init) ?? "default"),
                self.response(response, endpoint.errors)
            )
        }
        if endpoint.path.contains("{") { describeMalformedPath(in: &described, endpoint.errors) }
        members.append(.init("responses", .object(described)))
        return .object(members)
    }

    private static func security(of endpoint: Endpoint) -> JSONValue {
        guard case .tool(let header) = endpoint.credentialPlaces else {
            return [["apiKeyAuth": [], "appKeyAuth": []], ["bearerAuth": []]]
        }
        return [.object([.init(JSONText(toolScheme(header)), [])])]
    }

    /// The name of the scheme of a cloud's own tools that show a token as all of a header.
    private static func toolScheme(_ header: StaticString) -> String { "tokenIn\(header)" }

    private static func responsesOfTheGate(searching: Bool) -> [DescribedResponse] {
        let limit = "The application key sent too many requests"
        return [
            .error(403, "The keys are missing or wrong, or may not do this"),
            .error(429, searching ? "\(limit), or too many of its lists and searches wait: see Retry-After" : limit),
            .error(503, "The store or the master key can't be reached, or the server is stopping"),
        ]
    }

    private func pathParameters(of endpoint: Endpoint) -> [JSONValue] {
        endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let isRest = segment.hasSuffix("...}")
            let schema: JSONValue =
                switch segment {
                case "{resource_id}": Self.restrictedResource
                case "{path...}": ["type": "string"]
                default: ["type": "string", "format": "uuid"]
                }
            return [
                "name": .string(String(segment.dropFirst().dropLast(isRest ? 4 : 1))),
                "in": "path",
                "required": true,
                "schema": schema,
            ]
        }
    }

    private static let restrictedResource: JSONValue = [
        "type": "string", "pattern": "^connection:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    ]

    private func parameter(_ parameter: QueryParameter) -> JSONValue {
        [
            "name": .string(parameter.name),
            "in": "query",
            "description": .string("\(parameter.summary)."),
            "schema": parameter.schema,
        ]
    }

    private func response(_ response: DescribedResponse, _ errors: ErrorFamily) -> JSONValue {
        var members: [JSONValue.Member] = [.init("description", .string("\(response.summary)."))]
        switch response.body {
        case .none: break
        case .anything: members.append(.init("content", ["*/*": [:]]))
        case .schema(let name, let mediaType): members.append(content(mediaType ?? errors.mediaType, schema(name)))
        case .text(let mediaType): members.append(content(mediaType, ["schema": ["type": "string"]]))
        case .error:
            switch errors {
            case .objects: members.append(content(.jsonAPI, schema("Errors")))
            case .strings(let mediaType): members.append(content(mediaType, schema("ErrorStrings")))
            case .oauth: members.append(content(.json, schema("OAuthError")))
            case .tools: members.append(content(.json, schema("ToolError")))
            case .jsonRPC: members.append(content(.json, schema("AgentError")))
            }
        }
        return .object(members)
    }

    /// A path that can't be decoded is refused before anyone knows whose it is, and so in objects.
    private func describeMalformedPath(in responses: inout [JSONValue.Member], _ errors: ErrorFamily) {
        let objects = schema("Errors")
        guard let place = responses.firstIndex(where: { $0.name == "400" }) else {
            return responses.append(
                .init("400", .object([.init("description", "The path is malformed."), content(.jsonAPI, objects)]))
            )
        }
        guard let own = errors.schemaBesideObjects, case .object(var members) = responses[place].value,
            let body = members.firstIndex(where: { $0.name == "content" })
        else { return }
        if errors.mediaType == .jsonAPI {
            let shapes = [schema(own), objects].compactMap { $0["schema"] }
            members[body] = content(.jsonAPI, ["schema": ["oneOf": .array(shapes)]])
        } else if case .object(let contents) = members[body].value {
            members[body].value = .object(contents + [.init(JSONText(MediaType.jsonAPI.rawValue), objects)])
        }
        responses[place].value = .object(members)
    }

    private func content(_ mediaType: MediaType, _ schema: JSONValue) -> JSONValue.Member {
        .init("content", .object([.init(JSONText(mediaType.rawValue), schema)]))
    }

    private func schema(_ name: String) -> JSONValue {
        ["schema": ["$ref": .string("#/components/schemas/\(name)")]]
    }

    // MARK: Components

    private var allSchemas: JSONValue {
        guard case .object(let members) = schemas else { return .null }
        return .object(
            members + AWSIntegrationComponents.all + AccessComponents.all + TokenComponents.all
                + AuditComponents.all + AgentComponents.all
        )
    }

    private var schemas: JSONValue {
        let registration: JSONValue = [
            "type": "object",
            "required": ["id", "type"],
            "properties": [
                "id": ["type": "string", "format": "uuid"],
                "type": ["type": "string", "const": "app_key_registration"],
            ],
        ]
        let connection = JSONSchema.data(of: .connection, for: .response)
        return [
            "ActionConnection": JSONSchema.body(of: .connection, for: .response),
            "ActionConnectionCreate": JSONSchema.body(of: .connection, for: .create),
            "ActionConnectionUpdate": JSONSchema.body(of: .connection, for: .update),
            "ActionConnectionList": list(of: connection),
            "AppKeyRegistration": [
                "type": "object", "required": ["data"], "properties": ["data": registration],
            ],
            "AppKeyRegistrationList": list(of: registration),
            "AWSAccount": JSONSchema.body(of: .awsAccount, for: .response),
            "AWSAccountCreate": JSONSchema.body(of: .awsAccount, for: .create),
            "AWSAccountUpdate": JSONSchema.body(of: .awsAccount, for: .update),
            "AWSAccountList": [
                "type": "object",
                "required": ["data"],
                "properties": [
                    "data": ["type": "array", "items": JSONSchema.data(of: .awsAccount, for: .response)]
                ],
            ],
            "AWSExternalID": resource("external_id", attributes: ["external_id": ["type": "string"]]),
            "AWSCatalogue": resource(nil, attributes: [:]),
            "PersonaMapping": JSONSchema.body(of: .personaMapping, for: .response),
            "PersonaMappingCreate": JSONSchema.body(of: .personaMapping, for: .create),
            "PersonaMappingList": [
                "type": "object",
                "required": ["data"],
                "properties": [
                    "data": ["type": "array", "items": JSONSchema.data(of: .personaMapping, for: .response)]
                ],
            ],
            "DelegatedToken": resource(
                "delegated_token",
                attributes: ["access_token": ["type": "string"], "expires": ["type": "string"]]
            ),
            "TokenIssuer": JSONSchema.body(of: .tokenIssuer, for: .response),
            "TokenIssuerCreate": JSONSchema.body(of: .tokenIssuer, for: .create),
            "TokenIssuerUpdate": JSONSchema.body(of: .tokenIssuer, for: .update),
            "TokenIssuerList": list(of: JSONSchema.data(of: .tokenIssuer, for: .response)),
            "ConnectionSettings": anyOf { JSONSchema.body(of: .settings(of: $0), for: .response) },
            "ConnectionSettingsPut": anyOf { JSONSchema.body(of: .settings(of: $0), for: .create) },
            "AuditWebhook": JSONSchema.body(of: .auditWebhook, for: .response),
            "AuditWebhookCreate": JSONSchema.body(of: .auditWebhook, for: .create),
            "AuditWebhookUpdate": JSONSchema.body(of: .auditWebhook, for: .update),
            "AuditWebhookList": list(of: JSONSchema.data(of: .auditWebhook, for: .response)),
            "ConnectionUse": ["type": "object", "required": ["data"], "properties": ["data": connectionUse]],
            "ConnectionUseList": list(of: connectionUse),
            "ConnectionTest": resource("connection_test", attributes: connectionTest),
            "CCMConfig": resource("ccm_config", attributes: ["data_export_configs": ["type": "array"]]),
            "CCMConfigCreate": JSONSchema.body(of: .ccmConfig, for: .create),
            "CCMConfigUpdate": JSONSchema.body(of: .ccmConfig, for: .update),
            "TrustPolicy": ["type": "object", "required": ["Version", "Statement"]],
            "Errors": errors,
            "ErrorStrings": [
                "type": "object",
                "required": ["errors"],
                "properties": ["errors": ["type": "array", "minItems": 1, "items": ["type": "string"]]],
            ],
            "OAuthError": [
                "type": "object",
                "required": ["error", "error_description"],
                "properties": ["error": ["type": "string"], "error_description": ["type": "string"]],
            ],
            "ToolError": [
                "type": "object",
                "required": ["code", "statusCode", "message"],
                "properties": [
                    "code": ["type": "string"], "statusCode": ["type": "integer"], "message": ["type": "string"],
                ],
            ],
            "ContainerCredentials": texts("AccessKeyId", "SecretAccessKey", "Token", "Expiration"),
            "ManagedIdentityToken": texts("access_token", "expires_on", "resource", "token_type"),
            "TokenExchange": tokenExchange,
            "ExchangedToken": [
                "type": "object",
                "required": ["access_token", "issued_token_type", "token_type", "expires_in", "scope"],
                "properties": [
                    "access_token": ["type": "string"], "issued_token_type": ["type": "string"],
                    "token_type": ["type": "string", "const": "Bearer"],
                    "expires_in": ["type": "integer", "minimum": 1], "scope": ["type": "string"],
                ],
            ],
            "Status": [
                "type": "object",
                "required": ["status"],
                "properties": ["status": ["type": "string"], "reason": ["type": "string"]],
            ],
            "OpenAPI": ["type": "object", "required": ["openapi", "info", "paths"]],
        ]
    }

    /// An object of texts, all of them required.
    private func texts(_ names: String...) -> JSONValue {
        [
            "type": "object",
            "required": .array(names.map { .string($0) }),
            "properties": .object(names.map { .init(JSONText($0), ["type": "string"]) }),
        ]
    }

    /// The body of a single resource, of a type or of any.
    private func resource(_ type: String?, attributes: JSONValue) -> JSONValue {
        [
            "type": "object",
            "required": ["data"],
            "properties": [
                "data": [
                    "type": "object",
                    "required": ["id", "type", "attributes"],
                    "properties": [
                        "id": ["type": "string"],
                        "type": type.map { ["type": "string", "const": .string($0)] } ?? ["type": "string"],
                        "attributes": ["type": "object", "properties": attributes],
                    ],
                ]
            ],
        ]
    }

    /// One shape for each integration.
    private func anyOf(_ shape: (Integration) -> JSONValue) -> JSONValue {
        var shapes: [JSONValue] = []
        for integration in IntegrationCatalogue.all {
            let shape = shape(integration)
            if !shapes.contains(shape) { shapes.append(shape) }
        }
        return ["anyOf": .array(shapes)]
    }

    private var connectionUse: JSONValue {
        [
            "type": "object",
            "required": ["id", "type", "attributes"],
            "properties": [
                "id": ["type": "string", "format": "uuid"],
                "type": ["type": "string", "const": "connection_uses"],
                "attributes": [
                    "type": "object",
                    "required": ["last_used_on"],
                    "properties": ["last_used_on": ["type": ["string", "null"], "format": "date"]],
                ],
            ],
        ]
    }

    private var connectionTest: JSONValue {
        let results = ProbeOutcome.allCases.map { JSONValue.string(JSONText($0.rawValue)) }
        return [
            "result": ["type": "string", "enum": .array(results)],
            "status": ["type": ["integer", "null"]],
            "milliseconds": ["type": "integer", "minimum": 0],
            "hint": ["type": ["string", "null"]],
        ]
    }

    private func list(of element: JSONValue) -> JSONValue {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        return [
            "type": "object",
            "required": ["data", "meta"],
            "properties": [
                "data": ["type": "array", "items": element],
                "meta": [
                    "type": "object",
                    "required": ["total", "total_filtered"],
                    "properties": ["total": count, "total_filtered": count],
                ],
            ],
        ]
    }

    private var tokenExchange: JSONValue {
        let text: JSONValue = ["type": "string"]
        return [
            "type": "object",
            "required": ["grant_type", "subject_token", "subject_token_type"],
            "properties": [
                "grant_type": ["type": "string", "const": .string(TokenExchangeEndpoint.grantType)],
                "subject_token": text,
                "subject_token_type": [
                    "type": "string",
                    "enum": .array(TokenExchangeEndpoint.subjectTokenTypes.map { .string($0) }),
                ],
                "requested_token_type": ["type": "string", "const": .string(TokenExchangeEndpoint.accessTokenType)],
                "audience": text, "scope": text,
            ],
        ]
    }

    private var errors: JSONValue {
        let text: JSONValue = ["type": "string"]
        let source: JSONValue = [
            "type": "object", "properties": ["pointer": text, "parameter": text, "header": text],
        ]
        let error: JSONValue = [
            "type": "object",
            "required": ["status", "title", "detail"],
            "properties": ["status": text, "title": text, "detail": text, "source": source],
        ]
        return [
            "type": "object",
            "required": ["errors"],
            "properties": ["errors": ["type": "array", "minItems": 1, "items": error]],
        ]
    }

    private var securitySchemes: JSONValue {
        [
            "apiKeyAuth": ["type": "apiKey", "in": "header", "name": "DD-API-KEY"],
            "appKeyAuth": ["type": "apiKey", "in": "header", "name": "DD-APPLICATION-KEY"],
            "bearerAuth": ["type": "http", "scheme": "bearer"],
            "tokenInAuthorization": ["type": "apiKey", "in": "header", "name": "Authorization"],
            "tokenInX-IDENTITY-HEADER": ["type": "apiKey", "in": "header", "name": "X-IDENTITY-HEADER"],
        ]
    }
}

extension ErrorFamily {
    /// The schema of the family's errors; `nil` for that of what has no endpoint, of endpoints without parameters, and
    /// where what has no endpoint has the same.
    fileprivate var schemaBesideObjects: String? {
        switch self {
        case .objects, .oauth, .jsonRPC: nil
        case .strings: "ErrorStrings"
        case .tools: "ToolError"
        }
    }
}
