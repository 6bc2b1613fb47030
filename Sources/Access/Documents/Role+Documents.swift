package import Documents

extension DocumentSchema {
    /// A role, as it is created and changed.
    package static let role = DocumentSchema(
        type: "roles",
        attributes: [
            .text("name", "Name of the role, which no other role has", format: .roleName),
            .optionalTexts(
                "receives_permissions_from",
                "Name of a shipped role: what later versions of Keyway add to its permissions, this role gets too",
                format: .shippedRoleName,
                countAtMost: 1
            ),
            .flag("default_permissions_opt_out", "Means nothing: no role gets permissions by default", standard: false),
        ]
    )

    /// As ``role``, of a copy.
    package static let roleClone = DocumentSchema(type: role.type, attributes: Array(role.attributes.prefix(2)))
}

extension TextFormat {
    fileprivate static let roleName = TextFormat(
        length: 1...255,
        pattern: #"^[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$"#,
        expectation: "1 to 255 characters, not only blanks, and none of them a control character"
    ) { !$0.contains(where: \.isASCIIControl) && $0.contains { $0 != UInt8(ascii: " ") } }

    fileprivate static let shippedRoleName = TextFormat(
        length: 1...64,
        pattern: "^(\(Role.shipped.map(\.name).joined(separator: "|")))$",
        expectation: "the name of a shipped role: \(Role.shipped.map(\.name).joined(separator: ", "))"
    ) { name in Role.shipped.contains { name.elementsEqual($0.name.utf8) } }
}

/// A role as an organisation has it.
package struct RoleInOrganization: Sendable {
    package let role: Role
    /// When the organisation was created, and with it the roles that are shipped.
    package let organizationCreatedAt: Timestamp
    /// The number of users who have the role, where that is told.
    package let userCount: Int?

    package init(_ role: Role, organizationCreatedAt: Timestamp, userCount: Int? = nil) {
        self.role = role
        self.organizationCreatedAt = organizationCreatedAt
        self.userCount = userCount
    }

    /// The role in a response.
    package static let resource = ResourceSchema<RoleInOrganization>(
        type: DocumentSchema.role.type,
        id: \.role.id,
        attributes: [
            .text("name", \.role.name),
            .flag("managed") { $0.role.own == nil },
            .time("created_at") { $0.role.own?.createdAt ?? $0.organizationCreatedAt },
            .time("modified_at") { $0.role.own?.modifiedAt ?? $0.organizationCreatedAt },
            .optionalTexts("receives_permissions_from") { value in
                value.role.own.map { own in [own.source.flatMap { Role.shipped($0.role)?.name }].compactMap(\.self) }
            },
            .optionalCount("user_count", \.userCount),
        ],
        relationships: [.many("permissions", "permissions") { $0.role.permissions.members.map(\.id) }]
    )
}

/// A permission as an organisation has it.
package struct PermissionInOrganization: Sendable {
    package let permission: Permission
    /// When the organisation was created, and with it all permissions.
    package let organizationCreatedAt: Timestamp

    package init(_ permission: Permission, organizationCreatedAt: Timestamp) {
        self.permission = permission
        self.organizationCreatedAt = organizationCreatedAt
    }

    /// The permission in a response.
    package static let resource = ResourceSchema<PermissionInOrganization>(
        type: "permissions",
        id: \.permission.id,
        attributes: [
            .text("name", \.permission.rawValue),
            .text("display_name", \.permission.facts.displayName),
            .text("description") { "\($0.permission.facts.help)." },
            .time("created", \.organizationCreatedAt),
            .text("group_name", \.permission.facts.group),
            .text("display_type", oneOf: ["read", "write"], \.permission.facts.kind.rawValue),
            // None is bound to a part of the data.
            .flag("restricted") { _ in false },
        ]
    )
}
