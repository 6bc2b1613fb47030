import ActService
import HTTPServer
import NetworkTypes
import Testing

@testable import KeywayServer

private func at(_ seconds: Double) -> UInt64 { 1_000_000_000_000 + UInt64(seconds * 1e9) }

private func address(_ number: Int) throws -> IPAddress {
    try #require(IPAddress("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"))
}

@Suite("The brake on failed authentications")
struct FailureBrakeTests {
    @Test("lets an allowance of failures pass, and holds back those after it")
    func allowance() throws {
        let brake = FailureBrake<IPAddress>()
        let held = try (0..<30).map { _ in brake.noteFailure(from: try address(1), now: at(0)) }
        #expect(
            held == Array(repeating: false, count: FailureBrake<IPAddress>.allowance)
                + Array(repeating: true, count: 10)
        )
    }

    @Test("holds back all of them, however many wait at the same time")
    func many() throws {
        let brake = FailureBrake<IPAddress>()
        for _ in 0..<FailureBrake<IPAddress>.allowance { _ = brake.noteFailure(from: try address(1), now: at(0)) }
        let held = try (0..<2000).count { _ in brake.noteFailure(from: try address(1), now: at(0)) }
        #expect(held == 2000)
    }

    @Test("gives one failure back a second")
    func recovery() throws {
        let brake = FailureBrake<IPAddress>()
        for _ in 0..<FailureBrake<IPAddress>.allowance { _ = brake.noteFailure(from: try address(1), now: at(0)) }
        #expect(brake.noteFailure(from: try address(1), now: at(0.5)) == true)
        #expect(brake.noteFailure(from: try address(1), now: at(2.5)) == false)
        #expect(brake.noteFailure(from: try address(1), now: at(2.6)) == true)
    }

    @Test("forgives the longest series of failures within a minute")
    func ceiling() throws {
        let brake = FailureBrake<IPAddress>()
        for _ in 0..<100_000 { _ = brake.noteFailure(from: try address(1), now: at(0)) }
        #expect(brake.noteFailure(from: try address(1), now: at(60)) == false)
    }

    @Test("takes a /64 network of IPv6 for one address, as whoever has one has all of it")
    func network() throws {
        let brake = FailureBrake<IPAddress>()
        for number in 0..<FailureBrake<IPAddress>.allowance {
            let address = try #require(IPAddress("2001:db8:1:2::\(number + 1)"))
            _ = brake.noteFailure(from: address, now: at(0))
        }
        let sameNetwork = try #require(IPAddress("2001:db8:1:2:ffff::1"))
        let otherNetwork = try #require(IPAddress("2001:db8:1:3::1"))
        #expect(brake.noteFailure(from: sameNetwork, now: at(0)) == true)
        #expect(brake.noteFailure(from: otherNetwork, now: at(0)) == false)
    }

    @Test("is each address's own")
    func separate() throws {
        let brake = FailureBrake<IPAddress>()
        for _ in 0..<100 { _ = brake.noteFailure(from: try address(1), now: at(0)) }
        #expect(brake.noteFailure(from: try address(1), now: at(0)) == true)
        #expect(brake.noteFailure(from: try address(2), now: at(0)) == false)
    }

    @Test("remembers a bounded number of addresses, the active ones rather than the quiet")
    func bound() throws {
        let brake = FailureBrake<IPAddress>()
        for number in 0..<FailureBrake<IPAddress>.addresses {
            _ = brake.noteFailure(from: try address(number), now: at(0))
        }
        #expect(brake.count == FailureBrake<IPAddress>.addresses)
        for _ in 0..<30 { _ = brake.noteFailure(from: try address(7), now: at(5)) }
        _ = brake.noteFailure(from: try address(1_000_000), now: at(5))
        #expect(brake.count == 2)
        #expect(brake.noteFailure(from: try address(7), now: at(5)) == true)
    }

    @Test("stays within its bound under failures from everywhere at once")
    func flood() throws {
        let brake = FailureBrake<IPAddress>()
        for number in 0..<20_000 {
            _ = brake.noteFailure(from: try address(number), now: at(0))
            #expect(brake.count <= FailureBrake<IPAddress>.addresses)
        }
    }

    @Test("never holds up valid keys behind the same address", .timeLimit(.minutes(10)))
    func validKeys() async throws {
        let fixture = try await Fixture()
        let address = "192.0.2.9"
        try await withThrowingTaskGroup(of: Duration.self) { failures in
            for _ in 0..<(3 * FailureBrake<IPAddress>.allowance) {
                failures.addTask {
                    try await duration {
                        let answer = try await fixture.send(.get, Paths.connections, from: address)
                        #expect(answer.status == 403)
                    }
                }
            }
            let success = try await duration {
                let answer = try await fixture.send(.get, Paths.connections, as: fixture.admin, from: address)
                #expect(answer.status == 200)
            }
            let held = try await failures.reduce(into: []) { $0.append($1) }.filter {
                $0 >= FailureBrake<IPAddress>.delay
            }
            #expect(held.count >= FailureBrake<IPAddress>.allowance)
            #expect(held.allSatisfy { success < $0 })
        }
    }

    @Test("holds back no more than that: valid keys without the permission are answered at once")
    func otherRefusals() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([])
        for _ in 0..<(3 * FailureBrake<IPAddress>.allowance) {
            let answer = try await fixture.send(.get, Paths.connections, as: keys)
            #expect(answer.status == 403)
        }
        #expect(fixture.service.brake.count == 0)
    }
}
