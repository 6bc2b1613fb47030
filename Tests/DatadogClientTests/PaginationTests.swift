@testable import DatadogClient
import Foundation
import Testing

@Suite("A list of many pages", .timeLimit(.minutes(10)))
struct PaginationTests {
    /// Serves so many registrations.
    private static func transport(_ count: Int) -> FakeTransport {
        FakeTransport { request, _ in
            let query = URLComponents(url: request.url, resolvingAgainstBaseURL: false)?.queryItems ?? []
            let values = Dictionary(uniqueKeysWithValues: query.map { ($0.name, Int($0.value ?? "") ?? 0) })
            let size = values["page[size]"] ?? 10
            let first = (values["page[number]"] ?? 0) * size
            let ids = first < count ? Array(first..<min(count, first + size)) : []
            let data = ids.map { #"{"id":"\#($0)","type":"app_key_registration"}"# }.joined(separator: ",")
            let body = #"{"data":[\#(data)],"meta":{"total":\#(count),"total_filtered":\#(count)}}"#
            return TransportResponse(status: 200, body: Data(body.utf8))
        }
    }

    @Test(
        "is walked element by element, and ends with the first page that is not full",
        arguments: [0, 1, 4, 5, 6, 10, 11]
    )
    func walking(_ count: Int) async throws {
        let transport = Self.transport(count)
        var ids: [String] = []
        for try await registration in Client.faked(transport).appKeyRegistrations.all(pageSize: 5) {
            ids.append(registration.id)
        }
        #expect(ids == (0..<count).map(String.init))
        #expect(await transport.requests.count == count / 5 + 1)
    }

    @Test("is fetched no further than it is read")
    func lazily() async throws {
        let transport = Self.transport(100)
        for try await registration in Client.faked(transport).appKeyRegistrations.all(pageSize: 5)
        where registration.id == "7" {
            break
        }
        #expect(await transport.requests.count == 2)
    }

    @Test("can be had page by page")
    func pages() async throws {
        let transport = Self.transport(12)
        let page = try await Client.faked(transport).appKeyRegistrations.list(page: Page(number: 1, size: 10))
        #expect(page.elements.map(\.id) == ["10", "11"])
        #expect(page.total == 12)
        let url = await transport.requests.first?.url.absoluteString
        #expect(url?.hasSuffix("?page%5Bsize%5D=10&page%5Bnumber%5D=1") == true)
    }

    @Test("throws what a page throws")
    func failing() async {
        let transport = FakeTransport { request, attempt in
            attempt == 0
                ? TransportResponse(status: 200, body: Data(#"{"data":[{"id":"1"}]}"#.utf8))
                : TransportResponse(status: 500)
        }
        var count = 0
        let error = await failure {
            for try await _ in Client.faked(transport).connections.all(pageSize: 1) { count += 1 }
        }
        #expect(error?.code == .decoding)
        let registrations = FakeTransport { _, attempt in
            attempt == 0
                ? TransportResponse(status: 200, body: Data(#"{"data":[{"id":"1"}]}"#.utf8))
                : TransportResponse(status: 500)
        }
        let second = await failure {
            for try await _ in Client.faked(registrations).appKeyRegistrations.all(pageSize: 1) { count += 1 }
        }
        #expect(second?.code == .server)
        #expect(count == 1)
    }
}
