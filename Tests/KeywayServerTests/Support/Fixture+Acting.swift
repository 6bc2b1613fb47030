import HTTPServer
import Testing
import UpstreamTesting

extension Fixture {
    /// Creates a connection of OpenAI's whose requests go to an upstream, and returns its id.
    func createActing(_ body: String = Bodies.openAI(), at upstream: RunningUpstream, _ settings: String = "")
        async throws -> String
    {
        let id = try await create(body)
        let members = #""base_url":"\#(upstream.url)","custom_domain":true\#(settings)"#
        let answer = try await send(.put, Paths.settings(id), body: Bodies.settings(members))
        try #require(answer.status == 200, "\(answer.text)")
        return id
    }
}
