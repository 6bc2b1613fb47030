import Platform
import Testing

@testable import Cryptography
@testable import ForwardProxy

/// With the `curl` command as the client; the test fails without it.
@Suite("The keys of a session", .timeLimit(.minutes(5)))
struct SessionKeysTests {
    @Test("lie in the process's memory until the session ends, and nowhere once its connections are closed")
    func end() throws {
        let proxy = try Proxy()
        #expect(try proxy.curl("https://api.example.test/a").hasPrefix("GET /a"))
        let numbers = try Self.numbers(of: proxy)
        // What is looked for can be found.
        for number in numbers.inOrder { #expect(try number.isInMemory()) }
        proxy.gate.session.end()
        #expect(proxy.gate.session.authority == nil)
        proxy.stop()
        for number in numbers.inOrder + numbers.reversed { #expect(try !number.isInMemory()) }
    }

    /// The private numbers of the authority and of its hosts, in the order of bytes that they are kept in, and in that of
    /// libraries' own numbers. No reference to the keys is left.
    private static func numbers(of proxy: Proxy) throws -> (inOrder: [SoughtBytes], reversed: [SoughtBytes]) {
        let authority = try #require(proxy.gate.session.authority)
        let keys = [authority.key, authority.hostKey]
        return (
            keys.map { key in key.withNumber { SoughtBytes($0) } },
            keys.map { key in key.withNumber { SoughtBytes($0, isReversed: true) } }
        )
    }
}

/// Bytes that are looked for in all memory of the process, and their own copy, which does not count.
private final class SoughtBytes {
    private struct Failure: Error {}

    private let own: UnsafeMutableRawBufferPointer
    private static let chunkLength = 1 << 20

    init(_ bytes: UnsafeRawBufferPointer, isReversed: Bool = false) {
        own = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        for (index, byte) in bytes.enumerated() { own[isReversed ? bytes.count - 1 - index : index] = byte }
    }

    deinit {
        Self.clear(own)
        own.deallocate()
    }

    /// Whether any memory that can be read holds them.
    func isInMemory() throws -> Bool {
        let memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw Failure() }
        defer { close(memory) }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkLength, alignment: 4_096)
        defer {
            Self.clear(chunk)
            chunk.deallocate()
        }
        for range in try Self.ranges() {
            // Pieces overlap, so that nothing is missed where one ends.
            var place = range.lowerBound
            while place < range.upperBound {
                let wanted = min(chunk.count, range.upperBound - place)
                let count = pread(memory, chunk.baseAddress, wanted, off_t(place))
                guard count > 0 else { break }
                if holds(UnsafeRawBufferPointer(rebasing: chunk[..<count]), at: place, chunk) { return true }
                if place + count >= range.upperBound { break }
                place += max(1, count - own.count + 1)
            }
        }
        return false
    }

    /// Whether a copy of memory holds them, at a place that is neither this object's nor the copy's own.
    private func holds(
        _ copy: UnsafeRawBufferPointer,
        at place: Int,
        _ chunk: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let start = copy.baseAddress, let needle = own.baseAddress, let own = chunk.baseAddress else {
            return false
        }
        var offset = 0
        while offset + self.own.count <= copy.count,
            let found = memchr(start + offset, Int32(self.own[0]), copy.count - offset - self.own.count + 1)
        {
            let distance = UnsafeRawPointer(found) - start
            offset = distance + 1
            guard memcmp(found, needle, self.own.count) == 0 else { continue }
            let address = place + distance
            let isOwn = address == Int(bitPattern: needle)
            let isCopy = (Int(bitPattern: own)..<(Int(bitPattern: own) + chunk.count)).contains(address)
            if !isOwn, !isCopy { return true }
        }
        return false
    }

    private static func clear(_ memory: UnsafeMutableRawBufferPointer) {
        if let start = memory.baseAddress { explicit_bzero(start, memory.count) }
    }

    /// The addresses of memory that can be read.
    private static func ranges() throws -> [Range<Int>] {
        guard let file = fopen("/proc/self/maps", "r") else { throw Failure() }
        defer { fclose(file) }
        var ranges: [Range<Int>] = []
        var line = [CChar](repeating: 0, count: 4_096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            // The kernel's own pages can't be read, and a sanitizer's own tables have terabytes.
            guard words.count > 1, words[1].hasPrefix("r"), ends.count == 2, !text.contains("[v"),
                ends[1] - ends[0] < 1 << 32
            else { continue }
            ranges.append(ends[0]..<ends[1])
        }
        return ranges
    }
}
