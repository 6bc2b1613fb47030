/// Which of the permissions that an AWS role needs.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public enum IAMPermissions: Sendable, Hashable, CaseIterable {
    /// All of them.
    case all
    /// Those of the standard integration.
    case standard
    /// Those of the collection of resources.
    case resourceCollection

    var path: [String] {
        switch self {
        case .all: ["iam_permissions"]
        case .standard: ["iam_permissions", "standard"]
        case .resourceCollection: ["iam_permissions", "resource_collection"]
        }
    }
}
