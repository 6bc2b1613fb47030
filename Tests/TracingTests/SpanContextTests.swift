import Testing

@testable import Tracing

@Suite("The context of a span")
struct SpanContextTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("is read from traceparent and written to it")
    func roundTrip() throws {
        let context = try #require(SpanContext(traceparent: Self.parent))
        #expect(context.isSampled)
        #expect(context.traceText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanText == "00f067aa0ba902b7")
        #expect(context.traceparent == Self.parent)
    }

    @Test("says whether the trace is recorded", arguments: [("00", false), ("01", true), ("03", true), ("02", false)])
    func sampled(_ flags: String, _ isSampled: Bool) throws {
        let context = try #require(SpanContext(traceparent: Self.parent.dropLast(2) + flags))
        #expect(context.isSampled == isSampled)
    }

    @Test("is read from a later version, which may say more")
    func laterVersion() throws {
        let context = try #require(SpanContext(traceparent: "cc" + Self.parent.dropFirst(2) + "-what-the-future"))
        #expect(context.spanText == "00f067aa0ba902b7")
    }

    @Test(
        "is not read from anything malformed",
        arguments: [
            "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473ä-00f067aa0ba902b7-1",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        ]
    )
    func malformed(_ text: String) {
        #expect(SpanContext(traceparent: text) == nil)
    }

    @Test("of a child is of the same trace, under another id")
    func child() throws {
        let context = try #require(SpanContext(traceparent: Self.parent))
        let child = context.child()
        #expect(child.traceText == context.traceText)
        #expect(child.span != context.span)
    }
}
