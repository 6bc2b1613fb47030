import Documents
import Secrets
import Storage

extension StoreExercise {
    static let tokenIssuers = [
        StoreExercise("an organisation has an issuer of tokens once, and others may have it too") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let url = "https://issuer.example"
            let issuer = tenant.record(url, kind: .tokenIssuer)
            try expect(await tenant.create(issuer, in: store), is: .committed, "creating it")
            try expect(await tenant.create(issuer, in: store), is: .conflict, "creating it again")
            let twin = tenant.record(url, kind: .tokenIssuer)
            try expect(await tenant.create(twin, in: store), is: .duplicate, "the same URL")
            let others = other.record(url, kind: .tokenIssuer)
            try expect(await other.create(others, in: store), is: .committed, "the URL in another organisation")
            let named = try store.documents(
                .tokenIssuer,
                in: tenant.id,
                matching: DocumentFilter(name: url),
                page: nil
            )
            try expect(named.elements, is: [issuer.document], "the issuer of that URL")
            try expect(store.document(.tokenIssuer, issuer.id, in: other.id), is: nil, "another's issuer")
            let deletion = Mutation.deleteDocument(.tokenIssuer, issuer.id, organization: tenant.id)
            try await tenant.commit([deletion], in: store)
            try expect(store.document(.tokenIssuer, issuer.id, in: tenant.id), is: nil, "the issuer then")
            try expect(await tenant.create(twin, in: store), is: .committed, "the URL after its issuer is gone")
        },
        StoreExercise("an issuer of tokens has no secrets") { store in
            let tenant = try await Tenant.create(in: store)
            let issuer = tenant.record("https://issuer.example", kind: .tokenIssuer)
            let outcome = try await tenant.create(issuer, sealed: .lettered("a"), in: store)
            try expect(outcome, is: .conflict, "creating it with secrets")
        },
    ]
}
