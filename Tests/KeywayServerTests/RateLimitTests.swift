import ActService
import Access
import Documents
import HTTPServer
import NetworkTypes
import Testing
import TestSupport

@testable import KeywayServer

/// A moment in seconds, on the clock that buckets are given.
private func at(_ seconds: Double) -> UInt64 { 1_000_000_000_000 + UInt64(seconds * 1e9) }

@Suite("A token bucket")
struct TokenBucketTests {
    /// The results of takes at given moments: whether they are allowed, what remains, and when to come back.
    struct History: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let limit: RateLimit
        let takes: [(at: Double, isAllowed: Bool, remaining: Int, reset: Int)]
    }

    @Test(
        "goes by the clock it is given",
        arguments: [
            History(
                testDescription: "it is full at first, and refuses when it is empty",
                limit: RateLimit(requests: 3, seconds: 60),
                takes: [(0, true, 2, 20), (0, true, 1, 40), (0, true, 0, 60), (0, false, 0, 20), (0, false, 0, 20)]
            ),
            History(
                testDescription: "a token comes back after its part of the period",
                limit: RateLimit(requests: 3, seconds: 60),
                takes: [
                    (0, true, 2, 20), (0, true, 1, 40), (0, true, 0, 60), (19, false, 0, 1), (20, true, 0, 60),
                    (39.5, false, 0, 1), (41, true, 0, 59),
                ]
            ),
            History(
                testDescription: "it does not overflow",
                limit: RateLimit(requests: 2, seconds: 10),
                takes: [(1000, true, 1, 5), (1000, true, 0, 10), (1000, false, 0, 5)]
            ),
            History(
                testDescription: "a refusal costs nothing",
                limit: RateLimit(requests: 1, seconds: 10),
                takes: [(0, true, 0, 10), (3, false, 0, 7), (6, false, 0, 4), (9, false, 0, 1), (10, true, 0, 10)]
            ),
            History(
                testDescription: "it says 1 where less than a second is left",
                limit: RateLimit(requests: 1000, seconds: 1),
                takes: [(0, true, 999, 1), (0.5, true, 999, 1)]
            ),
            History(
                testDescription: "a clock that steps back gives nothing",
                limit: RateLimit(requests: 1, seconds: 10),
                takes: [(5, true, 0, 10), (0, false, 0, 10), (5, false, 0, 10), (15, true, 0, 10)]
            ),
        ]
    )
    func history(_ history: History) {
        let bucket = TokenBucket(limit: history.limit, now: at(0))
        for (index, take) in history.takes.enumerated() {
            let expected = Quota(
                limit: history.limit,
                name: "application_key",
                isAllowed: take.isAllowed,
                remaining: take.remaining,
                reset: take.reset
            )
            #expect(bucket.take(now: at(take.at)) == expected, "take \(index)")
        }
    }

    @Test("allows what its limit says over a long time, and no more")
    func rate() {
        let bucket = TokenBucket(limit: RateLimit(requests: 10, seconds: 1), now: at(0))
        let allowed = (0..<10_000).count { bucket.take(now: at(Double($0) / 100)).isAllowed }
        #expect((1009...1010).contains(allowed))
    }

    @Test("never says 0 seconds, for official clients would retry at once")
    func reset() {
        for (requests, seconds) in [(1, 1), (1_000_000_000, 1), (1, 86_400), (60_000, 60)] {
            let limit = RateLimit(requests: requests, seconds: seconds)
            let bucket = TokenBucket(limit: limit, now: at(0))
            for step in 0..<100 {
                let reset = bucket.take(now: at(Double(step) / 7)).reset
                #expect((1...seconds).contains(reset))
            }
        }
    }
}

@Suite("The rate limit of the API")
struct RateLimitTests {
    private static func headers(_ answer: Answer) -> [String: String] {
        let limits = answer.headers.filter { $0.name.hasPrefix("x-ratelimit-") }
        return Dictionary(limits.map { ($0.name, $0.value) }) { first, _ in first + " twice" }
    }

    @Test("stands on every answer to valid keys: successes, errors and the refusal itself")
    func headersOnEveryAnswer() async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 4, seconds: 3600))
        let requests: [(HTTPMethod, String, Int)] = [
            (.get, Paths.connections, 200), (.get, Paths.connection("x"), 400), (.delete, Paths.connection("x"), 404),
            (.post, Paths.connections, 400), (.get, Paths.connections, 429), (.get, Paths.registrations, 429),
        ]
        for (index, (method, target, status)) in requests.enumerated() {
            let answer = try await fixture.send(method, target, as: fixture.admin)
            #expect(answer.status == status)
            let headers = Self.headers(answer)
            #expect(headers["x-ratelimit-limit"] == "4")
            #expect(headers["x-ratelimit-period"] == "3600")
            #expect(headers["x-ratelimit-name"] == "application_key")
            #expect(headers["x-ratelimit-remaining"] == String(max(0, 3 - index)))
            let reset = try #require(headers["x-ratelimit-reset"].flatMap(Int.init))
            #expect(
                status == 429 ? (880...900).contains(reset) : (880 * (index + 1)...900 * (index + 1)).contains(reset)
            )
            #expect(headers.count == 5)
        }
    }

    @Test("is each key's own")
    func separate() async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 1, seconds: 3600))
        let others = [try await fixture.member([.admin]), try await fixture.stranger()]
        for keys in [fixture.admin] + others {
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
            #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 429)
        }
    }

    @Test("is the API key's own where that comes alone", arguments: ["/api/v1/validate", "/api/v2/validate"])
    func apiKeyAlone(_ path: String) async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 1, seconds: 3600))
        #expect(try await fixture.send(.get, Paths.connections, as: fixture.admin).status == 200)
        let first = try await fixture.send(.get, path, as: fixture.admin)
        #expect(first.status == 200)
        let second = try await fixture.send(.get, path, as: fixture.admin)
        #expect(second.status == 429)
        for answer in [first, second] { #expect(Self.headers(answer)["x-ratelimit-name"] == "api_key") }
    }

    @Test("belongs to the application key, whatever API key comes with it, and outlives changes of access")
    func samePool() async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 1, seconds: 3600))
        #expect(try await fixture.send(.get, Paths.connections, as: fixture.admin).status == 200)
        var keys = fixture.admin
        keys.api = try await fixture.member([.admin]).api
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 429)
    }

    @Test("is not there when it is off")
    func off() async throws {
        let fixture = try await Fixture(rateLimit: nil)
        let answer = try await fixture.send(.get, Paths.connections, as: fixture.admin)
        #expect(answer.status == 200)
        #expect(Self.headers(answer).isEmpty)
    }

    @Test("stands on no answer that needs no keys, and leaves those alone")
    func open() async throws {
        let fixture = try await Fixture(rateLimit: RateLimit(requests: 1, seconds: 3600))
        for path in ["/healthz", "/readyz", "/openapi.json", "/nothing"] {
            for _ in 1...3 {
                let answer = try await fixture.send(.get, path, as: fixture.admin)
                #expect(answer.status != 429)
                #expect(Self.headers(answer).isEmpty)
            }
        }
    }
}
