import Secrets

/// A text as one reading has it, run past the patterns of one writing.
///
/// Whatever the text and the patterns, each byte costs a constant number of steps on average (``Automaton``).
struct Lane {
    let writing: Writing
    /// The escapes that are read; without any, a byte of the text is a byte of the reading.
    let syntax: EscapeSyntax?

    private let automaton: Automaton
    private var state = Automaton.root

    /// The start of an escape whose end has not come yet, and how long it is.
    private var pending = SIMD16<UInt8>()
    private var pendingCount = 0

    /// Where the last characters began in the text; as many as the longest pattern has, in a ring.
    private var starts: [Int]
    private var characterCount = 0

    /// How many steps were taken; for tests.
    private(set) var stepCount = 0

    /// A lane of an automaton whose longest pattern has `longestPattern` bytes.
    init(_ writing: Writing, syntax: EscapeSyntax? = nil, _ automaton: Automaton, longestPattern: Int) {
        self.writing = writing
        self.syntax = syntax
        self.automaton = automaton
        var capacity = 1
        while capacity < longestPattern { capacity *= 2 }
        starts = syntax == nil ? [] : Array(repeating: 0, count: capacity)
    }

    /// Whether no pattern and no escape has begun.
    var isIdle: Bool { pendingCount == 0 && state == Automaton.root }

    /// Where the first of the patterns and escapes begins that may still be completed; `position` if there is none.
    ///
    /// - Parameter position: How much of the text has been read.
    /// - Returns: A position in the text.
    func earliestStart(at position: Int) -> Int {
        let end = position - pendingCount
        let depth = automaton.depth(of: state)
        return depth == 0 ? end : start(ofLast: depth, before: end)
    }

    /// Where the pattern begins of which a text that ends here holds a beginning that is not to be seen.
    func cutStart(at position: Int) -> Int? {
        automaton.depth(of: state) < ScrubPatterns.leastPrefix ? nil : earliestStart(at: position)
    }

    /// Reads the next byte of the text.
    ///
    /// - Parameters:
    ///   - byte: The byte.
    ///   - position: Where it stands.
    ///   - matches: Takes what was found.
    @inline(__always)
    mutating func read(_ byte: UInt8, at position: Int, _ matches: inout MatchList) {
        guard let syntax else { return advance(by: byte, end: position + 1, &matches) }
        if pendingCount == 0, byte != syntax.introducer {
            note(characterAt: position)
            return advance(by: byte, end: position + 1, &matches)
        }
        pending[pendingCount] = byte
        pendingCount += 1
        readPending(syntax, end: position + 1, isLast: false, &matches)
    }

    /// Reads what is left when the text has ended.
    mutating func finish(at position: Int, _ matches: inout MatchList) {
        guard let syntax else { return }
        readPending(syntax, end: position, isLast: true, &matches)
    }

    /// Reads the escapes that are complete, and what turned out to be none.
    private mutating func readPending(
        _ syntax: EscapeSyntax,
        end: Int,
        isLast: Bool,
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
                advance(by: byte, end: start + unit.length, &matches)
            }
            if unit.count == 0 { reset() }
            pendingCount -= unit.length
            for index in 0..<pendingCount { pending[index] = pending[index + unit.length] }
        }
    }

    /// Starts over: no secret contains the bytes at this position.
    private mutating func reset() {
        state = Automaton.root
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
    private mutating func advance(by byte: UInt8, end: Int, _ matches: inout MatchList) {
        state = automaton.state(after: writing.folded(byte), in: state, steps: &stepCount)
        guard state != Automaton.root, let length = automaton.match(in: state) else { return }
        matches.add(start(ofLast: length, before: end)..<end)
        state = automaton.rest(of: state)
    }
}
