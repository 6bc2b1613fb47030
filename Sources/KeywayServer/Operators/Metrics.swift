import ActService
import HTTPServer
import Storage
import Synchronization
import Tracing
import Vault

/// The metrics of `/metrics`.
package final class Metrics: Sendable {
    /// The counts of one route.
    final class RouteMetrics: Sendable {
        let method: String
        let path: String
        let durations = Histogram()
        private let statuses = Mutex<[Int: UInt64]>([:])

        init(method: String, path: String) {
            self.method = method
            self.path = path
        }

        func observe(status: Int, nanoseconds: UInt64) {
            durations.observe(nanoseconds: nanoseconds)
            statuses.withLock { $0[status, default: 0] += 1 }
        }

        var requests: [(status: Int, count: UInt64)] {
            statuses.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
        }
    }

    /// Requests that met no route, or that the HTTP engine refused.
    let unrouted = RouteMetrics(method: "", path: "")
    let sealing = Histogram()
    let acts = ActMetrics()
    private let authenticationFailures = Atomic<UInt64>(0)
    private let routes = Mutex<[RouteMetrics]>([])
    private let store: any Store
    private let vault: Vault
    private let log: AccessLog
    /// Counts spans; `nil` if nothing is traced.
    private let spans: (@Sendable () -> SpanExporter.Counts)?

    init(
        store: any Store,
        vault: Vault,
        log: AccessLog,
        spans: (@Sendable () -> SpanExporter.Counts)? = nil
    ) {
        self.store = store
        self.vault = vault
        self.log = log
        self.spans = spans
    }

    func noteAuthenticationFailure() {
        authenticationFailures.add(1, ordering: .relaxed)
    }

    /// Adds the counts of a route.
    func route(_ method: String, _ path: String) -> RouteMetrics {
        let route = RouteMetrics(method: method, path: path)
        routes.withLock { $0.append(route) }
        return route
    }

    /// Prometheus' text format, version 0.0.4.
    package func text() -> String {
        let routes = routes.withLock { $0 }
        var page = MetricsPage()
        page.family("keyway_http_requests_total", .counter, "Requests by route and status.")
        for route in routes + [unrouted] {
            for (status, count) in route.requests {
                let labels = [("method", route.method), ("route", route.path), ("status", String(status))]
                page.sample("keyway_http_requests_total", labels, String(count))
            }
        }
        page.family("keyway_http_request_duration_seconds", .histogram, "Time from request line to response, by route.")
        for route in routes where route.durations.current.count > 0 {
            page.histogram(
                "keyway_http_request_duration_seconds",
                [("method", route.method), ("route", route.path)],
                route.durations.current
            )
        }
        page.family("keyway_authentication_failures_total", .counter, "Requests with missing or wrong keys.")
        page.sample("keyway_authentication_failures_total", [], String(authenticationFailures.load(ordering: .relaxed)))
        page.family("keyway_vault_duration_seconds", .histogram, "Time to seal a record's secrets.")
        page.histogram("keyway_vault_duration_seconds", [], sealing.current)
        write(vault.metrics, to: &page)
        page.family("keyway_acts_total", .counter, "Acts and tests by integration and outcome.")
        for (key, count) in acts.counts {
            let labels = [("integration", key.integration), ("outcome", key.outcome)]
            page.sample("keyway_acts_total", labels, String(count))
        }
        page.family("keyway_acts_in_flight", .gauge, "Acts and tests under way.")
        page.sample("keyway_acts_in_flight", [], String(acts.current))
        page.family("keyway_act_upstream_seconds", .histogram, "Time from a request to the head of its response.")
        page.histogram("keyway_act_upstream_seconds", [], acts.upstream.current)
        page.family("keyway_secrets_masked_total", .counter, "Secrets that were masked in responses of third parties.")
        page.sample("keyway_secrets_masked_total", [], String(acts.maskedCount))
        page.family("keyway_log_lines_dropped_total", .counter, "Log lines lost because nobody read stderr.")
        page.sample("keyway_log_lines_dropped_total", [], String(log.dropped))
        if let spans = spans?() {
            page.family("keyway_spans_exported_total", .counter, "Spans that the collector of traces has taken.")
            page.sample("keyway_spans_exported_total", [], String(spans.exported))
            page.family("keyway_spans_dropped_total", .counter, "Spans lost because the collector did not take them.")
            page.sample("keyway_spans_dropped_total", [], String(spans.dropped))
        }
        let store = store.statistics()
        page.family("keyway_store_commits_total", .counter, "Changes that were committed.")
        page.sample("keyway_store_commits_total", [], String(store.commits))
        page.family("keyway_store_failed_commits_total", .counter, "Changes that failed, as when the disk is full.")
        page.sample("keyway_store_failed_commits_total", [], String(store.failedCommits))
        page.family("keyway_store_batches_total", .counter, "Transactions that carried them.")
        page.sample("keyway_store_batches_total", [], String(store.batches))
        page.family("keyway_store_commit_seconds_total", .counter, "Time that those transactions took until durable.")
        page.sample("keyway_store_commit_seconds_total", [], "\(Double(store.commitNanoseconds) / 1e9)")
        page.family("keyway_store_reads_total", .counter, "Reads of any kind.")
        page.sample("keyway_store_reads_total", [], String(store.reads))
        return page.text
    }

    /// The work of master keys in hardware, if there are any or were.
    private func write(_ metrics: HardwareKeyMetrics, to page: inout MetricsPage) {
        let keys = vault.hardwareKeys
        let operations = [("wrap", metrics.wraps.current), ("unwrap", metrics.unwraps.current)]
        let isInUse = operations.contains { $0.1.done + $0.1.refused + $0.1.unavailable > 0 }
        guard !keys.isEmpty || isInUse else { return }
        page.family("keyway_master_key_operations_total", .counter, "Data keys that hardware was to wrap or unwrap.")
        for (name, counts) in operations {
            let outcomes = [
                ("done", counts.done), ("not_authentic", counts.refused), ("unavailable", counts.unavailable),
            ]
            for (outcome, count) in outcomes {
                let labels = [("operation", name), ("outcome", outcome)]
                page.sample("keyway_master_key_operations_total", labels, String(count))
            }
        }
        page.family("keyway_master_key_seconds_total", .counter, "Time that hardware took for them.")
        for (name, counts) in operations {
            let seconds = "\(Double(counts.nanoseconds) / 1e9)"
            page.sample("keyway_master_key_seconds_total", [("operation", name)], seconds)
        }
        page.family("keyway_master_key_available", .gauge, "Whether a master key in hardware can be used.")
        for key in keys {
            let isAvailable = key.unavailability == nil ? "1" : "0"
            page.sample("keyway_master_key_available", [("master_key", key.id)], isAvailable)
        }
        page.family("keyway_master_key_helper_starts_total", .counter, "Starts of a master key's helper process.")
        for key in keys {
            page.sample("keyway_master_key_helper_starts_total", [("master_key", key.id)], String(key.starts))
        }
    }
}

/// Writes Prometheus' text format.
private struct MetricsPage {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Label values here are route templates, methods and numbers: nothing needs an escape.
    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    mutating func histogram(_ name: String, _ labels: [(String, String)], _ counts: Histogram.Counts) {
        var cumulative: UInt64 = 0
        for (bound, count) in zip(Histogram.bounds.map { "\($0)" } + ["+Inf"], counts.buckets) {
            cumulative += count
            sample("\(name)_bucket", labels + [("le", bound)], String(cumulative))
        }
        sample("\(name)_sum", labels, "\(Double(counts.nanoseconds) / 1e9)")
        sample("\(name)_count", labels, String(counts.count))
    }
}
