import HTTPServer
import Testing

@Suite("The router", .timeLimit(.minutes(10)))
struct RouterTests {
    static let router = {
        var router = Router<String>()
        router.add(.get, "/", "root")
        router.add(.get, "/api/v2/actions/connections", "list")
        router.add(.post, "/api/v2/actions/connections", "create")
        router.add(.get, "/api/v2/actions/connections/{connection_id}", "get")
        router.add(.patch, "/api/v2/actions/connections/{connection_id}", "update")
        router.add(.delete, "/api/v2/actions/connections/{connection_id}", "delete")
        router.add(.get, "/api/v2/users/current", "current user")
        router.add(.get, "/api/v2/users/{user_id}", "user")
        router.add(.get, "/api/v2/users/{user_id}/keys/{key_id}", "key")
        router.add(.post, "/act/{connection_id}/{path...}", "act")
        router.add(.other("PURGE"), "/cache", "purge")
        return router
    }()

    private func describe(_ method: HTTPMethod, _ path: String) -> String {
        switch Self.router.match(method, path) {
        case .found(let value, let parameters):
            ([value] + parameters.all.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        case .methodNotAllowed(let allow): "allow " + allow.joined(separator: ",")
        case .notFound: "not found"
        }
    }

    @Test(
        "finds the route of a method and a path",
        arguments: [
            (HTTPMethod.get, "/", "root"),
            (.get, "/api/v2/actions/connections", "list"),
            (.post, "/api/v2/actions/connections", "create"),
            (.get, "/api/v2/actions/connections/1", "get connection_id=1"),
            (.delete, "/api/v2/actions/connections/1", "delete connection_id=1"),
            (.get, "/api/v2/users/u/keys/k", "key user_id=u key_id=k"),
            (.other("PURGE"), "/cache", "purge"),
        ]
    )
    func finds(method: HTTPMethod, path: String, expected: String) {
        #expect(describe(method, path) == expected)
    }

    @Test("prefers a literal, and goes back to the parameter when the literal leads nowhere")
    func prefersLiteral() {
        #expect(describe(.get, "/api/v2/users/current") == "current user")
        #expect(describe(.get, "/api/v2/users/current/keys/k") == "key user_id=current key_id=k")
    }

    @Test(
        "decodes each segment on its own",
        arguments: [
            ("/api/v2/users/a%2Fb", "user user_id=a/b"),
            ("/api/v2/users/a%20b%C3%A9", "user user_id=a bé"),
            ("/api/v2/users/a+b", "user user_id=a+b"),
            ("/api/v2/users/%252F", "user user_id=%2F"),
            ("/api/v2/%75sers/current", "current user"),
            ("/api%2Fv2/users/current", "not found"),
            ("/api/v2/users/%FF", "not found"),
            ("/api/v2/users/%zz", "not found"),
        ]
    )
    func decodes(path: String, expected: String) {
        #expect(describe(.get, path) == expected)
    }

    @Test(
        "gives the rest of a path as it is",
        arguments: [
            ("/act/1/", "act connection_id=1 path="),
            ("/act/1/a/b%2Fc//", "act connection_id=1 path=a/b%2Fc//"),
            ("/act/1/%FF%zz", "act connection_id=1 path=%FF%zz"),
            ("/act/1", "act connection_id=1"),
            ("/act//a", "not found"),
        ]
    )
    func rest(path: String, expected: String) {
        #expect(describe(.post, path) == expected)
    }

    @Test(
        "matches no other path",
        arguments: [
            "", "api", "//", "/act", "/api", "/api/v2/actions/connections/", "/api/v2/actions/connections/1/",
            "/api//v2/actions/connections", "/API/v2/actions/connections", "/api/v2/users//keys/k",
        ]
    )
    func notFound(path: String) {
        #expect(describe(.get, path) == "not found")
    }

    @Test("lists the methods that a path has, in order")
    func methodNotAllowed() {
        #expect(describe(.put, "/api/v2/actions/connections/1") == "allow DELETE,GET,HEAD,PATCH")
        #expect(describe(.get, "/act/1/x") == "allow POST")
        #expect(describe(.get, "/cache") == "allow PURGE")
    }

    @Test("answers HEAD by the route of GET")
    func head() {
        #expect(describe(.head, "/api/v2/users/1") == "user user_id=1")
        #expect(describe(.head, "/act/1/x") == "allow POST")
    }

    @Test("gives parameters by name")
    func parameters() throws {
        guard case .found(_, let parameters) = Self.router.match(.get, "/api/v2/users/u/keys/k") else {
            Issue.record("no match")
            return
        }
        #expect(parameters["key_id"] == "k")
        #expect(parameters["connection_id"] == nil)
    }
}
