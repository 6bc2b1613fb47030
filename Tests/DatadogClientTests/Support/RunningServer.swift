import ActService
import Access
import Cryptography
import Documents
import Egress
import Foundation
import HTTPServer
import KeywayServer
import SQLiteStorage
import Storage
import Testing
import Vault

/// The whole service on a port of this machine, over a new database with one organisation.
final class RunningServer: Sendable {
    /// The API key of its first admin.
    let apiKey: String
    let applicationKey: String
    let applicationKeyID: String
    let userID: String
    let organizationID: String
    let url: URL
    private let server: HTTPServer
    private let directory: URL

    init() async throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("keyway-sdk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let store = try SQLiteStore.create(in: directory.path) { KeyDigest(SHA256.digest(of: $0)) }
        let log = AccessLog(descriptor: open("/dev/null", O_WRONLY))
        let vault = Vault(keyring: MasterKeyring())
        _ = try await store.commit(Change([.noteMasterKey(id: vault.activeKeyID)], event: nil))
        var egress = EgressConfiguration()
        egress.allowedNetworks = ["127.0.0.0/8"].compactMap(IPNetwork.init)
        egress.allowsPlaintext = true
        let service = Service(
            store: store,
            vault: vault,
            identifiers: IdentifierGenerator(),
            egress: try EgressClient(configuration: egress),
            log: log
        )
        let first = FirstAdmin()
        try #require(try await store.commit(first.change) == .committed)
        apiKey = first.apiKey
        applicationKey = first.applicationKey
        applicationKeyID = first.applicationKeyID.description
        userID = first.userID.description
        organizationID = first.organizationID.description
        server = try HTTPServer(configuration: ServerConfiguration(), handler: service)
        url = try #require(URL(string: "http://127.0.0.1:\(server.boundPort)"))
    }

    deinit {
        // On a thread of its own: waiting would hold up the few threads that all tests share.
        Thread.detachNewThread { [server, directory] in
            server.stop(gracePeriod: 0)
            try? FileManager.default.removeItem(at: directory)
        }
    }
}

/// An organisation with an admin and their registered keys.
private struct FirstAdmin {
    let apiKey = KeyText.apiKey()
    let applicationKey = KeyText.applicationKey()
    let organizationID: Identifier
    let userID: Identifier
    let applicationKeyID: Identifier
    private let apiKeyID: Identifier

    init() {
        let identifiers = IdentifierGenerator()
        organizationID = identifiers.next()
        userID = identifiers.next()
        apiKeyID = identifiers.next()
        applicationKeyID = identifiers.next()
    }

    var change: Change {
        let now = Timestamp.now
        let user = User(
            id: userID,
            organization: organizationID,
            handle: "admin",
            roles: [Role.admin.id],
            createdAt: now
        )
        let apiKeyRecord = APIKey(
            id: apiKeyID,
            organization: organizationID,
            name: "First",
            digest: KeyDigest(of: apiKey),
            last4: String(apiKey.suffix(4)),
            createdAt: now
        )
        let applicationKeyRecord = ApplicationKey(
            id: applicationKeyID,
            organization: organizationID,
            owner: userID,
            name: "First",
            digest: KeyDigest(of: applicationKey),
            last4: String(applicationKey.suffix(4)),
            scopes: nil,
            isRegistered: true,
            createdAt: now
        )
        return Change(
            [
                .createOrganization(Organization(id: organizationID, name: "Test", createdAt: now)),
                .createUser(user), .createAPIKey(apiKeyRecord), .createApplicationKey(applicationKeyRecord),
            ],
            event: nil
        )
    }
}
