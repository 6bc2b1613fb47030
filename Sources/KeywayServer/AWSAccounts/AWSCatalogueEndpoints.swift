import AWSAccounts
import Access
import Documents
import HTTPServer

/// The lists that the AWS Integration API has for forms and policies to choose from.
struct AWSCatalogueEndpoints: Sendable {
    var all: [Endpoint] {
        let group = EndpointGroup("AWS Integration", at: AWSAccountEndpoints.path, errors: .strings(.jsonAPI))
        func list(
            _ what: String,
            _ path: String,
            _ id: String,
            _ catalogue: AWSCatalogue,
            by permissions: [Permission] = []
        ) -> Endpoint {
            let document = JSONWriter.bytes(of: catalogue.document)
            return group.endpoint(
                .get,
                path,
                id,
                "List \(what)",
                by: permissions,
                responses: [.ok("The list", "AWSCatalogue")],
                .immediate { _ in .document(document) }
            )
        }
        return [
            list("namespaces", "/available_namespaces", "ListAWSNamespaces", .namespaces, by: [.awsConfigurationRead]),
            list("log services", "/logs/services", "ListAWSLogsServices", .logServices, by: [.awsConfigurationRead]),
            list("IAM permissions", "/iam_permissions", "GetAWSIntegrationIAMPermissions", .permissions),
            list(
                "IAM permissions of the integration itself",
                "/iam_permissions/standard",
                "GetAWSIntegrationIAMPermissionsStandard",
                .standardPermissions
            ),
            list(
                "IAM permissions of resource collection",
                "/iam_permissions/resource_collection",
                "GetAWSIntegrationIAMPermissionsResourceCollection",
                .resourceCollectionPermissions
            ),
        ]
    }
}
