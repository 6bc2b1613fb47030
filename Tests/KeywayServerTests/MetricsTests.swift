import ActService
import Documents
import HTTPServer
import NetworkTypes
import SQLiteStorage
import Storage
import Testing
import TestSupport

@testable import KeywayServer

/// Prometheus' text format, read line by line (exposition format, version 0.0.4).
struct MetricsText {
    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Malformed: Error {
        let line: String
    }

    var types: [String: String] = [:]
    var samples: [Sample] = []

    init(parsing text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(line: "the end") }
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") { continue }
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, types.updateValue(String(words[3]), forKey: String(words[2])) == nil
                else { throw Malformed(line: String(line)) }
                continue
            }
            guard
                let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)/),
                let value = Double(match.3)
            else { throw Malformed(line: String(line)) }
            var labels: [String: String] = [:]
            var rest = match.2?.dropFirst().dropLast() ?? ""
            while !rest.isEmpty {
                guard let label = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?/) else {
                    throw Malformed(line: String(line))
                }
                labels[String(label.1)] = String(label.2)
                rest = rest[label.0.endIndex...]
            }
            samples.append(Sample(name: String(match.1), labels: labels, value: value))
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }
}

@Suite("The metrics")
struct MetricsTests {
    @Test("are well-formed, each of a family that has a type and a name of ours")
    func wellFormed() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        _ = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        _ = try await fixture.send(.get, Paths.connection("x\"\n"), as: fixture.admin)
        _ = try await fixture.send(.get, "/nothing")
        let answer = try await fixture.send(.get, "/metrics", from: "127.0.0.1")
        #expect(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        let metrics = try MetricsText(parsing: answer.text)
        for sample in metrics.samples {
            let families = ["", "_bucket", "_sum", "_count"].map { suffix in
                sample.name.hasSuffix(suffix) ? String(sample.name.dropLast(suffix.count)) : ""
            }
            #expect(families.contains { metrics.types[$0] != nil }, "\(sample.name)")
            #expect(sample.name.hasPrefix("keyway_"))
        }
        for hidden in [Bodies.marker, id, fixture.admin.api, fixture.admin.application] {
            #expect(!answer.text.contains(hidden))
        }
    }

    @Test("count requests by route and status")
    func requests() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        for _ in 0..<3 { _ = try await fixture.send(.get, Paths.connection(id), as: fixture.admin) }
        for _ in 0..<2 { _ = try await fixture.send(.get, Paths.connection("x"), as: fixture.admin) }
        _ = try await fixture.send(.get, "/nothing")
        _ = fixture.service.refuse(.bodyTooLarge, to: .unspecified)
        let metrics = try MetricsText(parsing: fixture.service.metrics.text())
        let count = { (method: String, route: String, status: Int) in
            metrics.value(
                "keyway_http_requests_total",
                ["method": method, "route": route, "status": String(status)]
            )
        }
        #expect(count("GET", "/api/v2/actions/connections/{connection_id}", 200) == 3)
        #expect(count("GET", "/api/v2/actions/connections/{connection_id}", 400) == 2)
        #expect(count("POST", "/api/v2/actions/connections", 201) == 1)
        #expect(count("", "", 404) == 1)
        #expect(count("", "", 413) == 1)
        #expect(metrics.value("keyway_vault_duration_seconds_count") == 1)
        #expect(metrics.value("keyway_store_commits_total") == Double(fixture.sqlite.statistics().commits))
        #expect(metrics.value("keyway_log_lines_dropped_total") == 0)
    }

    @Test("have histograms that rise to their count")
    func histograms() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        for _ in 0..<20 { _ = try await fixture.send(.get, Paths.connection(id), as: fixture.admin) }
        let metrics = try MetricsText(parsing: fixture.service.metrics.text())
        let counts = metrics.samples.filter { $0.name.hasSuffix("_duration_seconds_count") }
        #expect(counts.count == 3)
        for count in counts {
            let name = count.name.dropLast("_count".count)
            let buckets = metrics.samples.filter { sample in
                var labels = sample.labels
                labels["le"] = nil
                return sample.name == name + "_bucket" && labels == count.labels
            }
            let bounds = buckets.compactMap { $0.labels["le"] }
            #expect(bounds.last == "+Inf")
            #expect(bounds.dropLast().compactMap(Double.init) == Histogram.bounds)
            #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.value <= $1.value })
            #expect(buckets.last?.value == count.value)
            #expect(try #require(metrics.value(name + "_sum", count.labels)) > 0)
        }
    }

    @Test(
        "put a duration into the first bucket whose bound it does not exceed",
        arguments: [
            (0, 0), (50_000, 0), (50_001, 1), (1_000_000, 4), (10_000_000_000, 16), (10_000_000_001, 17),
            (UInt64.max / 2, 17),
        ] as [(UInt64, Int)]
    )
    func bucket(_ nanoseconds: UInt64, _ index: Int) {
        let histogram = Histogram()
        histogram.observe(nanoseconds: nanoseconds)
        #expect(histogram.current.buckets.firstIndex(of: 1) == index)
        #expect(histogram.current.count == 1)
    }

    @Test(
        "are for the server's own machine, and for nobody behind a proxy on it",
        arguments: [
            ("127.0.0.1", nil, 200), ("127.9.9.9", nil, 200), ("::1", nil, 200), ("::ffff:127.0.0.1", nil, 200),
            ("192.0.2.1", nil, 403), ("::2", nil, 403), ("127.0.0.1", "X-Forwarded-For", 403),
            ("127.0.0.1", "Forwarded", 403), ("::1", "x-forwarded-for", 403), ("127.0.0.1", "X-Real-IP", 403),
            ("127.0.0.1", "Via", 403),
        ] as [(String, String?, Int)]
    )
    func loopback(_ address: String, _ header: String?, _ status: Int) async throws {
        let fixture = try await Fixture()
        let headers = header.map { [(name: $0, value: "192.0.2.7")] } ?? []
        let answer = try await fixture.send(.get, "/metrics", headers: headers, from: address)
        #expect(answer.status == status)
        if status == 403 { expectErrors(in: answer, status: 403, sources: [nil]) }
    }

    @Test("are nowhere else when they have a listener of their own")
    func ownListener() async throws {
        let fixture = try await Fixture(metricsHaveOwnListener: true)
        let answer = try await fixture.send(.get, "/metrics", from: "127.0.0.1", isDescribed: false)
        expectErrors(in: answer, status: 404)
        let document = try await fixture.send(.get, "/openapi.json")
        #expect(document["/paths"]?["/metrics"] == nil)
    }
}
