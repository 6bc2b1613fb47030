@testable import DatadogClient
import Foundation
import Testing

@Suite("An error", .timeLimit(.minutes(10)))
struct ErrorTests {
    @Test(
        "has a code by its status",
        arguments: [
            (400, DatadogError.Code.invalid([])), (401, .forbidden), (403, .forbidden), (404, .notFound),
            (405, .invalid([])), (409, .conflict), (413, .invalid([])), (422, .invalid([])),
            (429, .rateLimited(retryAfter: nil)), (500, .server), (503, .server), (302, .redirect), (304, .redirect),
        ]
    )
    func codes(_ status: Int, _ code: DatadogError.Code) async {
        let error = await failure {
            try await Client.faked(FakeTransport(status: status, "no JSON")).connections.get("x")
        }
        #expect(error?.code == code)
        #expect(error?.status == status)
    }

    @Test(
        "reads the body in each of the API's shapes",
        arguments: [
            (Recorded.genericError, "error getting connection: rpc error: code = NotFound desc = connection not found"),
            (Recorded.stringError, "API key not found"),
            (Recorded.metaError, "invalid value (aws_partition: invalid partition: aws-invalid)"),
            (#"{"status":"error","code":403,"errors":["Forbidden"],"email":"support@datadoghq.com"}"#, "Forbidden"),
            (#"{"errors":[{"title":"Forbidden"}]}"#, "Forbidden"),
            (
                #"{"errors":[{"detail":"too long","source":{"pointer":"/data/attributes/name"}},"b"]}"#,
                "/data/attributes/name: too long; b"
            ),
            ("<html>", ""), ("", ""),
        ]
    )
    func families(_ body: String, _ details: String) async {
        let transport = FakeTransport(status: 404, headers: [("x-request-id", "abc")], body)
        let error = await failure { try await Client.faked(transport).connections.get("x") }
        #expect(error?.details == details)
        #expect(error?.requestID == "abc")
        #expect(error?.description == "not found (status 404, request abc)" + (details.isEmpty ? "" : ": \(details)"))
    }

    @Test("names what is to blame")
    func problems() async {
        let body = #"""
            {"errors":[{"status":"400","title":"Bad Request","detail":"d","source":{"parameter":"page[size]"}},
            {"detail":"e","source":{"header":"DD-API-KEY"}}]}
            """#
        let error = await failure { try await Client.faked(FakeTransport(status: 400, body)).connections.list() }
        guard case .invalid(let problems) = error?.code else {
            Issue.record("not invalid")
            return
        }
        #expect(problems.map(\.parameter) == ["page[size]", nil])
        #expect(problems.map(\.header) == [nil, "DD-API-KEY"])
        #expect(problems.first?.title == "Bad Request")
    }

    @Test("of a limit says how long to wait")
    func limits() async {
        let transport = FakeTransport(status: 429, headers: [("X-RateLimit-Reset", "7")], #"{"errors":["slow down"]}"#)
        let error = await failure { try await Client.faked(transport).users.current() }
        #expect(error?.code == .rateLimited(retryAfter: .seconds(7)))
    }

    @Test(
        "says where an answer is not as documented, and quotes nothing of it",
        arguments: [
            ("", "expected JSON, found an error at byte 0"),
            (#"{"data":null}"#, "expected an object at /data, found null"),
            (
                #"{"data":{"id":"marker","attributes":{"name":5}}}"#,
                "expected a string at /data/attributes/name, found a number"
            ),
        ]
    )
    func decoding(_ body: String, _ details: String) async {
        let error = await failure { try await Client.faked(FakeTransport(body)).connections.get("x") }
        #expect(error?.code == .decoding)
        #expect(error?.details == details)
    }

    @Test(
        "comes before anything is sent, where the configuration can't be used",
        arguments: ["", "a b", "a\r\nX: y", "é"]
    )
    func configuration(_ key: String) async {
        let transport = FakeTransport("{}")
        let client = Client(Configuration(apiKey: Secret(key), applicationKey: nil), transport: transport)
        #expect(await failure { try await client.connections.get("x") }?.code == .configuration)
        #expect(await failure { try await Client.faked(transport).connections.get("..") }?.code == .configuration)
        #expect(await failure { try await Client.faked(transport).connections.delete("") }?.code == .configuration)
        #expect(await transport.requests.isEmpty)
    }
}
