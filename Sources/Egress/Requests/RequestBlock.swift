import CCurl
import NetworkTypes
import Secrets

/// The block of memory behind an encoded request: list nodes first, then the strings.
struct RequestBlock {
    let memory: SecretBuffer
    let url: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    let target: UnsafePointer<CChar>
    let headers: UnsafePointer<curl_slist>

    /// - Parameters:
    ///   - request: What was checked before.
    ///   - origin: The request's origin.
    ///   - names: Headers that libcurl is not to add: at least one.
    init(_ request: OutgoingRequest, origin: RequestOrigin, leavingOut names: [StaticString]) {
        let nodes = request.headers.count + names.count
        var size = nodes * MemoryLayout<curl_slist>.stride
        // And what ends the strings, is the path, or separates name and value.
        size += origin.text.utf8.count + 2 + request.method.utf8.count + 1 + request.target.count + 1
        for header in request.headers { size += header.name.utf8.count + header.value.count + 3 }
        for name in names { size += name.utf8CodeUnitCount + 2 }

        var writer = Writer(nodes: nodes)
        memory = SecretBuffer(count: size) { writer.write(request, origin: origin, leavingOut: names, into: $0) }
        // All is behind the start of a block that is not empty.
        let start = memory.bytes.baseAddress.unsafelyUnwrapped
        url = (start + writer.url).assumingMemoryBound(to: CChar.self)
        method = (start + writer.method).assumingMemoryBound(to: CChar.self)
        target = (start + writer.target).assumingMemoryBound(to: CChar.self)
        headers = start.assumingMemoryBound(to: curl_slist.self)
    }
}

/// Writes strings one after the other, and a list node for each header line.
private struct Writer {
    private(set) var url = 0
    private(set) var method = 0
    private(set) var target = 0
    private let nodes: Int
    private var node = 0
    private var end: Int

    init(nodes: Int) {
        self.nodes = nodes
        end = nodes * MemoryLayout<curl_slist>.stride
    }

    mutating func write(
        _ request: OutgoingRequest,
        origin: RequestOrigin,
        leavingOut names: [StaticString],
        into memory: UnsafeMutableRawBufferPointer
    ) {
        url = end
        append(origin.text.utf8, to: memory)
        append("/\0".utf8, to: memory)
        method = end
        append(request.method.utf8, to: memory)
        append("\0".utf8, to: memory)
        target = end
        request.target.withBytes { append($0, to: memory) }
        append("\0".utf8, to: memory)
        for header in request.headers {
            beginLine(in: memory)
            append(header.name.utf8, to: memory)
            header.value.withBytes {
                let value = HeaderSyntax.trimmed($0)
                // A colon without a value would leave the header out.
                append(value.isEmpty ? ";".utf8 : ": ".utf8, to: memory)
                append(value, to: memory)
            }
            append("\0".utf8, to: memory)
        }
        for name in names {
            beginLine(in: memory)
            append(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), to: memory)
            append(":\0".utf8, to: memory)
        }
    }

    private mutating func beginLine(in memory: UnsafeMutableRawBufferPointer) {
        let stride = MemoryLayout<curl_slist>.stride
        let start = memory.baseAddress.unsafelyUnwrapped
        let next = node + 1 < nodes ? start + (node + 1) * stride : nil
        memory.storeBytes(
            of: curl_slist(
                data: (start + end).assumingMemoryBound(to: CChar.self),
                next: next?.assumingMemoryBound(to: curl_slist.self)
            ),
            toByteOffset: node * stride,
            as: curl_slist.self
        )
        node += 1
    }

    private mutating func append(_ bytes: some Collection<UInt8>, to memory: UnsafeMutableRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyBytes(from: bytes)
        end += bytes.count
    }
}
