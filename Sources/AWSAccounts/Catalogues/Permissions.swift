extension AWSCatalogue {
    /// All IAM permissions: those of the integration itself, and those of `extended_collection`.
    package static let permissions = AWSCatalogue(
        type: "permissions",
        entries: Array(Set(standardPermissions.entries + resourceCollectionPermissions.entries)).sorted()
    )
}
