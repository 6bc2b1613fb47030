import Access
import Documents
import Testing

@Suite("Keys, users and roles in responses")
struct ResourceTests {
    private static let organization = Identifier(high: 1, low: 1)
    private static let time = Timestamp(microseconds: 1_764_000_000_000_000)

    private static let apiKey = APIKey(
        id: Identifier(high: 1, low: 2),
        organization: organization,
        name: "Key",
        digest: KeyDigest(words: .zero),
        last4: "abcd",
        createdAt: time
    )

    private static let applicationKey = ApplicationKey(
        id: Identifier(high: 1, low: 3),
        organization: organization,
        owner: Identifier(high: 1, low: 4),
        name: "Key",
        digest: KeyDigest(words: .zero),
        last4: "wxyz",
        scopes: nil,
        isRegistered: false,
        createdAt: time
    )

    @Test("show the text of a key to its creator alone")
    func texts() {
        let marker = "text"
        #expect(APIKey.createdResource(showing: marker).json(of: Self.apiKey)["attributes"]?["key"] == "text")
        #expect(APIKey.resource.json(of: Self.apiKey)["attributes"]?["key"] == nil)
        let created = ApplicationKey.createdResource(showing: marker).json(of: Self.applicationKey)
        #expect(created["attributes"]?["key"] == "text")
        #expect(ApplicationKey.resource.json(of: Self.applicationKey)["attributes"]?["key"] == nil)
    }

    @Test("say null for a key that was never used, and for one without scopes")
    func missing() {
        #expect(APIKey.resource.json(of: Self.apiKey)["attributes"]?["date_last_used"] == .null)
        let attributes = ApplicationKey.resource.json(of: Self.applicationKey)["attributes"]
        #expect(attributes?["last_used_at"] == .null)
        #expect(attributes?["scopes"] == .null)
    }

    @Test("have no creator where a key was made by nobody who is a user")
    func creator() {
        #expect(APIKey.resource.json(of: Self.apiKey)["relationships"] == [:])
    }

    @Test("date a shipped role and a permission by their organisation")
    func shipped() {
        let role = RoleInOrganization(.admin, organizationCreatedAt: Self.time, userCount: 3)
        let attributes = RoleInOrganization.resource.json(of: role)["attributes"]
        #expect(attributes?["created_at"] == .string(Self.time.offsetText))
        #expect(attributes?["managed"] == true)
        #expect(attributes?["user_count"] == 3)
        #expect(attributes?["receives_permissions_from"] == nil)
        let permission = PermissionInOrganization(.connectionsRead, organizationCreatedAt: Self.time)
        #expect(
            PermissionInOrganization.resource.json(of: permission)["attributes"]?["created"]
                == .string(Self.time.offsetText)
        )
    }
}
