import AWSAccounts
import Access
import Documents
import HTTPServer

/// The lists that the AWS Integration API answers for forms and policies to choose from.
struct AWSCatalogueEndpoints: Sendable {
    var all: [Endpoint] {
        let permissions = "iam_permissions"
        return [
            endpoint("available_namespaces", .namespaces, [.awsConfigurationRead], "ListAWSNamespaces", "namespaces"),
            endpoint("logs/services", .logServices, [.awsConfigurationRead], "ListAWSLogsServices", "log services"),
            endpoint(permissions, .permissions, [], "GetAWSIntegrationIAMPermissions", "IAM permissions"),
            endpoint(
                "\(permissions)/standard",
                .standardPermissions,
                [],
                "GetAWSIntegrationIAMPermissionsStandard",
                "IAM permissions of the integration itself"
            ),
            endpoint(
                "\(permissions)/resource_collection",
                .resourceCollectionPermissions,
                [],
                "GetAWSIntegrationIAMPermissionsResourceCollection",
                "IAM permissions of resource collection"
            ),
        ]
    }

    private func endpoint(
        _ path: String,
        _ catalogue: AWSCatalogue,
        _ permissions: [Permission],
        _ id: String,
        _ what: String
    ) -> Endpoint {
        let document = JSONWriter.bytes(of: catalogue.document)
        return Endpoint(
            method: .get,
            path: "\(AWSAccountEndpoints.path)/\(path)",
            guarding: .principal(anyOf: permissions, registered: false),
            errors: .strings(.jsonAPI),
            description: OperationDescription(
                id: id,
                summary: "List \(what)",
                tag: "AWS Integration",
                responses: [DescribedResponse(200, "The list", .schema("AWSCatalogue", .jsonAPI))]
            ),
            handling: .immediate { _ in .document(document) }
        )
    }
}
