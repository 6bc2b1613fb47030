import Acting
import Documents
import Secrets
import Tracing
import Vault

/// The opened secrets of one connection, by their addresses.
struct OpenedConnectionSecrets: ConnectionSecrets {
    private let fields: [Vault.FieldSecret]

    init(_ fields: [Vault.FieldSecret]) {
        self.fields = fields
    }

    func secret(at address: String) -> Secret? {
        fields.first { $0.field == address }?.secret
    }

    var all: [Secret] { fields.map(\.secret) }
}

extension ConnectionActs {
    /// Opens the connection's secrets for one use.
    func open(_ use: ConnectionUse) async throws -> OpenedConnectionSecrets {
        guard let sealed = use.sealed else { return OpenedConnectionSecrets([]) }
        let span = use.span?.child(.vaultOpen)
        do {
            let fields = try await vault.openAll(
                sealed,
                organization: use.connection.organization,
                record: use.connection.id,
                destination: use.connection.destination
            )
            span?.end()
            return OpenedConnectionSecrets(fields)
        } catch {
            span?.end(failed: true)
            throw error
        }
    }

    /// The same for those who do not suspend.
    ///
    /// - Returns: The secrets, or `nil` if hardware has to be asked.
    func openAtOnce(_ use: ConnectionUse) throws -> OpenedConnectionSecrets? {
        guard let sealed = use.sealed else { return OpenedConnectionSecrets([]) }
        let span = use.span?.child(.vaultOpen)
        do {
            let fields = try vault.openAllAtOnce(
                sealed,
                organization: use.connection.organization,
                record: use.connection.id,
                destination: use.connection.destination
            )
            // Where hardware is asked, that has a span of its own.
            if fields != nil { span?.end() }
            return fields.map(OpenedConnectionSecrets.init)
        } catch {
            span?.end(failed: true)
            throw error
        }
    }
}
