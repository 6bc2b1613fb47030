import Access
import Documents
import Testing

@Suite("The proof of an audit log")
struct AuditChainVerifierTests {
    private static let log = SampleLog.lines(10)
    private static let head = [10 as Int64: SampleLog.digest(of: log[9])]

    @Test("finds nothing in a log as it was written, with heads or without")
    func whole() {
        #expect(SampleLog.fault(in: Self.log) == nil)
        #expect(SampleLog.fault(in: Self.log, heads: Self.head) == nil)
        let heads = Dictionary(uniqueKeysWithValues: zip(Int64(1)...10, Self.log.map(SampleLog.digest(of:))))
        #expect(SampleLog.fault(in: Self.log, heads: heads) == nil)
        #expect(SampleLog.fault(in: Array(Self.log.prefix(1))) == nil)
    }

    @Test("tells how many events are whole, whose they are, and the last digest")
    func result() {
        var verifier = AuditChainVerifier(digest: SampleLog.digest)
        for line in Self.log { #expect(line.withUnsafeBytes { verifier.take($0) } == nil) }
        #expect(verifier.finish() == nil)
        #expect(verifier.count == 10)
        #expect(verifier.organization == SampleLog.organization)
        #expect(verifier.lastDigest == SampleLog.digest(of: Self.log[9]))
    }

    @Test(
        "names the event of which a member was edited",
        arguments: [
            ("\"previous\":\"", "\"previous\":\"0"), ("2026", "2025"), ("\"keyway recover\"", "\"keyway init\""),
            ("user.create", "user.delete"), ("\"users\"", "\"roles\""), ("\"resource_id\":\"0", "\"resource_id\":\"1"),
            ("req-", "request-"), ("}}", "} }"), ("\"request_id\"", "\"details\":{},\"request_id\""),
        ],
        [1, 2, 5, 9] as [Int]
    )
    func edited(change: (text: String, other: String), event: Int) {
        var log = Self.log
        log[event - 1] = log[event - 1].replacing(change.text, with: change.other)
        guard log[event - 1] != Self.log[event - 1] else { return }
        let fault = SampleLog.fault(in: log, heads: Self.head)
        #expect(fault?.event == Int64(event))
        #expect(fault?.through == Int64(event))
        #expect(SampleLog.fault(in: log)?.event == Int64(event))
    }

    @Test("names an event whose number or organisation was edited", arguments: [1, 2, 5, 10])
    func renumbered(event: Int) {
        for (number, kind) in [(event + 3, AuditFault.Kind.misnumbered), (99, .misnumbered)] {
            var log = Self.log
            log[event - 1] = log[event - 1].replacing("\"sequence\":\(event)", with: "\"sequence\":\(number)")
            #expect(SampleLog.fault(in: log)?.event == Int64(event))
            #expect(SampleLog.fault(in: log)?.kind == kind)
        }
        var log = Self.log
        log[event - 1] = log[event - 1].replacing("0001-0000", with: "0002-0000")
        #expect(SampleLog.fault(in: log, heads: Self.head)?.event == (event == 1 ? 2 : Int64(event)))
    }

    @Test("names the first event that was dropped", arguments: [1...1, 1...3, 5...5, 4...8] as [ClosedRange<Int>])
    func dropped(events: ClosedRange<Int>) {
        var log = Self.log
        log.removeSubrange(events.lowerBound - 1...events.upperBound - 1)
        let fault = SampleLog.fault(in: log)
        #expect(fault?.kind == .missing)
        #expect(fault?.event == Int64(events.lowerBound))
        #expect(fault?.line == Int64(events.lowerBound))
    }

    @Test("finds events that are missing at the end only against a head", arguments: [1, 4, 9])
    func truncated(kept: Int) {
        let log = Array(Self.log.prefix(kept))
        #expect(SampleLog.fault(in: log) == nil)
        let fault = SampleLog.fault(in: log, heads: Self.head)
        #expect(fault?.kind == .truncated)
        #expect(fault?.event == Int64(kept + 1))
        #expect(fault?.through == 10)
    }

    @Test("finds that nothing is there")
    func empty() {
        #expect(SampleLog.fault(in: [] as [UInt8])?.kind == .missing)
        #expect(SampleLog.fault(in: [] as [UInt8], heads: Self.head)?.event == 1)
    }

    @Test("finds a last line that is cut off, at every place", arguments: [false, true])
    func cutOff(hasHead: Bool) {
        let text = SampleLog.text(of: Self.log)
        for length in 1...(Self.log[9].count) {
            let fault = SampleLog.fault(in: Array(text.dropLast(length)), heads: hasHead ? Self.head : [:])
            #expect(fault?.event == 10, "\(length) bytes are missing")
            #expect(fault?.kind == .malformed)
        }
    }

    @Test("names an event that was inserted, or stands twice", arguments: [1, 5, 9])
    func inserted(place: Int) {
        let previous = SampleLog.digest(of: Self.log[place - 1])
        let forged = SampleLog.lines(11, action: "user.forged")[place]
            .replacing(SampleLog.digest(of: SampleLog.lines(11, action: "user.forged")[place - 1]), with: previous)
        var log = Self.log
        log.insert(forged, at: place)
        #expect(SampleLog.fault(in: log)?.kind == .repeated)
        #expect(SampleLog.fault(in: log)?.event == Int64(place + 1))
        log = Self.log
        log.insert(log[place - 1], at: place)
        #expect(SampleLog.fault(in: log)?.kind == .repeated)
        #expect(SampleLog.fault(in: log)?.event == Int64(place))
        log = Self.log + [Self.log[place - 1]]
        #expect(SampleLog.fault(in: log)?.event == Int64(place))
    }

    @Test("names the first of events that changed places", arguments: [(1, 2), (5, 6), (2, 9), (9, 10)])
    func swapped(first: Int, second: Int) {
        var log = Self.log
        log.swapAt(first - 1, second - 1)
        #expect(SampleLog.fault(in: log)?.event == Int64(first))
        #expect(SampleLog.fault(in: log)?.kind == .missing)
    }

    @Test("finds a log that was rewritten from some event on only against a head, and says between which")
    func rewritten() {
        let forged = SampleLog.lines(10, action: "user.forged")
        #expect(SampleLog.fault(in: forged) == nil)
        let fault = SampleLog.fault(in: forged, heads: Self.head)
        #expect(fault?.kind == .rewritten)
        #expect(fault?.event == 1)
        #expect(fault?.through == 10)
        // With an earlier head that fits, what is before it is right.
        let heads = Self.head.merging([6: SampleLog.digest(of: forged[5])]) { old, _ in old }
        #expect(SampleLog.fault(in: forged, heads: heads)?.event == 7)
    }

    @Test("can't tell which of the last two was changed, unless a head vouches for one")
    func lastTwo() {
        var log = Self.log
        log[8] = log[8].replacing("user.create", with: "user.delete")
        let fault = SampleLog.fault(in: log)
        #expect(fault?.event == 9)
        #expect(fault?.through == 10)
        #expect(SampleLog.fault(in: log, heads: Self.head)?.through == 9)
        log = Self.log
        log[9] = log[9].replacing("\"previous\":\"", with: "\"previous\":\"f").replacing("\",\"time", with: "\",\"time")
        #expect(SampleLog.fault(in: log) != nil)
    }

    @Test("refuses what is no audit log", arguments: ["x", "{}", "{\"sequence\":1}", "\u{feff}", "null", ""])
    func foreign(text: String) {
        #expect(SampleLog.fault(in: Array("\(text)\n".utf8))?.kind == .malformed)
        let log = Self.log.prefix(4) + [Array(text.utf8)]
        #expect(SampleLog.fault(in: Array(log))?.kind == .malformed)
        #expect(SampleLog.fault(in: Array(log))?.event == 5)
    }

    @Test("finds every change of any byte, against a head")
    func anyByte() {
        let log = SampleLog.lines(3)
        let head = [3 as Int64: SampleLog.digest(of: log[2])]
        let text = SampleLog.text(of: log)
        for position in text.indices {
            for mask in [0x01, 0x20, 0x80, UInt8(ascii: "\n")] as [UInt8] {
                var changed = text
                changed[position] ^= mask
                #expect(SampleLog.fault(in: changed, heads: head) != nil, "byte \(position) with \(mask)")
            }
            var shorter = text
            shorter.remove(at: position)
            #expect(SampleLog.fault(in: shorter, heads: head) != nil, "without byte \(position)")
            var longer = text
            longer.insert(UInt8(ascii: " "), at: position)
            #expect(SampleLog.fault(in: longer, heads: head) != nil, "a byte more at \(position)")
        }
    }
}
