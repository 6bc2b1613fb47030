import Acting
import Connections
import Documents
import LinkRewriting
import Testing

@Suite("What a planned act's connection reaches", .timeLimit(.minutes(10)))
struct LinkScopeTests {
    @Test("is what lies below its base URL")
    func base() throws {
        let own = try Sample.planner().plan(Sample.request("GET", "/v1/models"), on: Sample.openAI())
        #expect(own.scope == .base(origin: "https://api.openai.com", path: "", prefix: ""))
        let set = Sample.openAI(settings: ["base_url": "https://api.openai.com/x/"])
        let plan = try Sample.planner().plan(Sample.request("GET", "/v1/models"), on: set)
        #expect(plan.scope == .base(origin: "https://api.openai.com", path: "/x/", prefix: ""))
    }

    @Test("is every service at Google Cloud, unless a base URL is set")
    func google() throws {
        func plan(_ settings: JSONValue?) throws -> PlannedAct {
            let connection = Sample.connection(
                "GCP",
                "GCPServiceAccount",
                ["private_key": "", "service_account_email": "a@b.iam.gserviceaccount.com"],
                settings: settings
            )
            return try Sample.planner().plan(Sample.request("GET", "/storage/storage/v1/b"), on: connection)
        }
        #expect(try plan(nil).scope == .services(domain: "googleapis.com"))
        let url = "https://storage.googleapis.com"
        #expect(try plan(["base_url": .string(url)]).scope == .base(origin: url, path: "", prefix: ""))
    }

    @Test("is the service in the region at AWS")
    func aws() throws {
        let connection = Sample.connection(
            "AWS",
            "AWSAssumeRole",
            ["account_id": "123456789012", "role": "r", "external_id": "e"]
        )
        let plan = try Sample.planner().plan(Sample.request("GET", "/s3/eu-west-1/b/k"), on: connection)
        let origin = "https://s3.eu-west-1.amazonaws.com"
        #expect(plan.origin == origin)
        #expect(plan.scope == .base(origin: origin, path: "", prefix: "/s3/eu-west-1"))
    }
}
