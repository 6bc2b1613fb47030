import Secrets

/// A text as one reading has it, run past the patterns of one writing.
///
/// This is the automaton of Knuth, Morris and Pratt: whatever the text, each byte costs a constant number of steps on
/// average.
struct Lane {
    let writing: Writing
    /// The escapes that are read; without any, a byte of the text is a byte of the reading.
    let syntax: EscapeSyntax?

    /// The lane's patterns, and how many bytes of each have been matched.
    private let patterns: Range<Int>
    private var matched: [Int]
    /// Whether any byte has been matched.
    private var isMatching = false

    /// The start of an escape whose end has not come yet, and how long it is.
    private var pending = SIMD16<UInt8>()
    private var pendingCount = 0

    /// Where the last characters began in the text; as many as the longest pattern has, in a ring.
    private var starts: [Int]
    private var characterCount = 0

    /// How many steps were taken; for tests.
    private(set) var stepCount = 0

    init(_ writing: Writing, syntax: EscapeSyntax? = nil, of patterns: ScrubPatterns) {
        self.writing = writing
        self.syntax = syntax
        self.patterns = patterns.range(of: writing)
        matched = Array(repeating: 0, count: self.patterns.count)
        var capacity = 1
        while capacity < patterns.longestSecret { capacity *= 2 }
        starts = syntax == nil ? [] : Array(repeating: 0, count: capacity)
    }

    /// Whether no pattern and no escape has begun.
    var isIdle: Bool { pendingCount == 0 && !isMatching }

    /// Where the first of the patterns and escapes begins that may still be completed; `position` if there is none.
    ///
    /// - Parameter position: How much of the text has been read.
    /// - Returns: A position in the text.
    func earliestStart(at position: Int) -> Int {
        let end = position - pendingCount
        return matched.reduce(end) { $1 == 0 ? $0 : min($0, start(ofLast: $1, before: end)) }
    }

    /// Reads the next byte of the text.
    ///
    /// - Parameters:
    ///   - byte: The byte.
    ///   - position: Where it stands.
    ///   - patterns: The patterns.
    ///   - matches: Takes what was found.
    @inline(__always)
    mutating func read(_ byte: UInt8, at position: Int, _ patterns: PatternMemory, _ matches: inout MatchList) {
        guard let syntax else { return advance(by: byte, end: position + 1, patterns, &matches) }
        if pendingCount == 0, byte != syntax.introducer {
            note(characterAt: position)
            return advance(by: byte, end: position + 1, patterns, &matches)
        }
        pending[pendingCount] = byte
        pendingCount += 1
        readPending(syntax, end: position + 1, isLast: false, patterns, &matches)
    }

    /// Reads what is left when the text has ended.
    mutating func finish(at position: Int, _ patterns: PatternMemory, _ matches: inout MatchList) {
        guard let syntax else { return }
        readPending(syntax, end: position, isLast: true, patterns, &matches)
    }

    /// Reads the escapes that are complete, and what turned out to be none.
    private mutating func readPending(
        _ syntax: EscapeSyntax,
        end: Int,
        isLast: Bool,
        _ patterns: PatternMemory,
        _ matches: inout MatchList
    ) {
        while pendingCount > 0 {
            var unit: EscapedUnit? = EscapedUnit(byte: pending[0], length: 1)
            if pending[0] == syntax.introducer {
                let read = withUnsafeBytes(of: pending) {
                    syntax.unit(startingWith: UnsafeRawBufferPointer(rebasing: $0[..<pendingCount]))
                }
                if read != nil || !isLast { unit = read }
            }
            guard let unit else { return }
            let start = end - pendingCount
            for index in 0..<unit.count {
                note(characterAt: start)
                let byte = UInt8(truncatingIfNeeded: unit.value >> UInt32(8 * index))
                advance(by: byte, end: start + unit.length, patterns, &matches)
            }
            if unit.count == 0 { reset() }
            pendingCount -= unit.length
            for index in 0..<pendingCount { pending[index] = pending[index + unit.length] }
        }
    }

    /// What stands here is in no secret.
    private mutating func reset() {
        for index in matched.indices { matched[index] = 0 }
        isMatching = false
    }

    @inline(__always)
    private mutating func note(characterAt position: Int) {
        starts[characterCount & (starts.count - 1)] = position
        characterCount += 1
    }

    private func start(ofLast count: Int, before end: Int) -> Int {
        syntax == nil ? end - count : starts[(characterCount - count) & (starts.count - 1)]
    }

    @inline(__always)
    private mutating func advance(by byte: UInt8, end: Int, _ memory: PatternMemory, _ matches: inout MatchList) {
        let byte = writing.folded(byte)
        var isMatching = false
        for (index, number) in patterns.enumerated() {
            let pattern = memory.patterns[number]
            let bytes = memory.bytes + pattern.offset
            let links = memory.links + pattern.offset
            var count = matched[index]
            stepCount += 1
            while count > 0, bytes[count] != byte {
                count = Int(links[count - 1])
                stepCount += 1
            }
            if bytes[count] == byte { count += 1 }
            if count == pattern.count {
                matches.add(start(ofLast: count, before: end)..<end)
                count = Int(links[count - 1])
            }
            matched[index] = count
            isMatching = isMatching || count > 0
        }
        self.isMatching = isMatching
    }
}

/// The memory of ``ScrubPatterns``, lent for a call.
struct PatternMemory {
    let patterns: UnsafePointer<Pattern>
    let bytes: UnsafePointer<UInt8>
    let links: UnsafePointer<Int32>
}

extension ScrubPatterns {
    /// Lends the patterns' memory.
    func withMemory(_ body: (PatternMemory) -> Void) {
        withExtendedLifetime(self) {
            patterns.withUnsafeBufferPointer { patterns in
                guard
                    let patterns = patterns.baseAddress,
                    let bytes = bytes.bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
                    let links = links.bytes.assumingMemoryBound(to: Int32.self).baseAddress
                else { return }
                body(PatternMemory(patterns: patterns, bytes: bytes, links: links))
            }
        }
    }
}
