import Documents

/// Spans as OTLP's JSON: an `ExportTraceServiceRequest` by protobuf's JSON mapping, with ids in hexadecimal digits.
struct OTLPDocument {
    /// All before the spans, the same in each document.
    private let head: [UInt8]
    private static let tail = Array("]}]}]}".utf8)

    /// - Parameters:
    ///   - resource: What the spans are of: names and values.
    ///   - version: Keyway's version.
    init(resource: [(name: String, value: String)], version: String) {
        var writer = JSONWriter()
        writer.write(raw: #"{"resourceSpans":[{"resource":{"attributes":["#)
        for (index, attribute) in resource.enumerated() {
            if index > 0 { writer.write(raw: ",") }
            writer.write(raw: #"{"key":"#)
            writer.write(attribute.name)
            writer.write(raw: #","value":{"stringValue":"#)
            writer.write(attribute.value)
            writer.write(raw: "}}")
        }
        writer.write(raw: #"]},"scopeSpans":[{"scope":{"name":"keyway","version":"#)
        writer.write(version)
        writer.write(raw: #"},"spans":["#)
        head = writer.bytes
    }

    func bytes(of spans: some Collection<FinishedSpan>) -> [UInt8] {
        var writer = JSONWriter(capacity: head.count + 512 * spans.count)
        writer.write(raw: head)
        for (index, span) in spans.enumerated() {
            if index > 0 { writer.write(raw: ",") }
            Self.write(span, to: &writer)
        }
        writer.write(raw: Self.tail)
        return writer.bytes
    }

    private static func write(_ span: FinishedSpan, to writer: inout JSONWriter) {
        writer.write(raw: #"{"traceId":"#)
        writer.write(span.context.traceText)
        writer.write(raw: #","spanId":"#)
        writer.write(span.context.spanText)
        if let parent = span.parent {
            writer.write(raw: #","parentSpanId":"#)
            writer.write(SpanContext.text(parent))
        }
        writer.write(raw: #","name":"#)
        writer.write(span.name.text)
        writer.write(raw: #","kind":"#)
        writer.write(span.kind.rawValue)
        // Numbers of 64 bits are strings in protobuf's JSON.
        writer.write(raw: #","startTimeUnixNano":"#)
        writer.write(String(span.start))
        writer.write(raw: #","endTimeUnixNano":"#)
        writer.write(String(span.end))
        writer.write(raw: #","attributes":["#)
        for (index, attribute) in span.attributes.enumerated() {
            if index > 0 { writer.write(raw: ",") }
            writer.write(raw: #"{"key":"#)
            writer.write(attribute.name)
            switch attribute.value {
            case .text(let text):
                writer.write(raw: #","value":{"stringValue":"#)
                writer.write(text)
            case .number(let number):
                writer.write(raw: #","value":{"intValue":"#)
                writer.write(String(number))
            }
            writer.write(raw: "}}")
        }
        // 2 is STATUS_CODE_ERROR. Success is for those who read traces to judge.
        writer.write(raw: span.hasFailed ? #"],"status":{"code":2}}"# : "]}")
    }
}
