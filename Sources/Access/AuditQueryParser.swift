/// Reads a search: `@action:connection.* AND (@usr.id:… OR NOT slow)`.
package struct AuditQueryParser {
    /// Why a search is not read, and where.
    package struct Fault: Error, Equatable {
        /// A sentence that quotes nothing.
        package let explanation: String
        /// The character, from 1.
        package let position: Int
    }

    /// The supported syntax, named in the error for anything else.
    package static let supported =
        "Supported are words and \"phrases\", attributes (@action:connection.create, @usr.id:…, @asset.id:…), "
        + "the wildcards * and ?, comparisons (@details.status:>=400), AND, OR, NOT or -, and parentheses"

    private static let lengthLimit = 4096
    private static let depthLimit = 32

    private let characters: [Character]
    private var position = 0
    private var depth = 0

    /// - Throws: ``Fault`` for what is not supported.
    package static func parse(_ text: String) throws(Fault) -> AuditQuery {
        guard text.utf8.count <= lengthLimit else {
            throw Fault(explanation: "it is longer than \(lengthLimit) bytes", position: 1)
        }
        var parser = AuditQueryParser(characters: Array(text))
        parser.skipSpace()
        if parser.isAtEnd { return .all }
        let query = try parser.alternatives(of: nil)
        guard parser.isAtEnd else { throw parser.fault("there is a parenthesis too many") }
        return query
    }

    private init(characters: [Character]) {
        self.characters = characters
    }

    // MARK: Grammar

    /// Reads the terms between parentheses, or all. Inside of `@name:(…)`, `path` is that attribute's.
    private mutating func alternatives(of path: [String]?) throws(Fault) -> AuditQuery {
        var queries = [try conjunction(of: path)]
        while take(word: "OR") { queries.append(try conjunction(of: path)) }
        return queries.count == 1 ? queries[0] : .or(queries)
    }

    private mutating func conjunction(of path: [String]?) throws(Fault) -> AuditQuery {
        var queries = [try negation(of: path)]
        while !isAtEnd, next != ")", !isAt(word: "OR") {
            _ = take(word: "AND")
            queries.append(try negation(of: path))
        }
        return queries.count == 1 ? queries[0] : .and(queries)
    }

    private mutating func negation(of path: [String]?) throws(Fault) -> AuditQuery {
        if take(word: "NOT") { return .not(try nested { (parser) throws(Fault) in try parser.negation(of: path) }) }
        if next == "-" {
            advance()
            return .not(try nested { (parser) throws(Fault) in try parser.negation(of: path) })
        }
        return try term(of: path)
    }

    private mutating func term(of path: [String]?) throws(Fault) -> AuditQuery {
        skipSpace()
        guard !isAtEnd, !isAt(word: "AND"), !isAt(word: "OR") else { throw fault("a word is missing") }
        if next == "(" { return try parenthesis(of: path) }
        if let path { return try value(of: path) }
        if next == "@" {
            let path = try attributeName()
            return next == "(" ? try parenthesis(of: path) : try value(of: path)
        }
        let start = position
        let pattern = try pattern(upToColon: true)
        guard next == ":" else {
            skipSpace()
            return pattern.matchesAnything ? .all : .text(pattern)
        }
        position = start
        throw fault("events have no tags: the names of attributes begin with @")
    }

    private mutating func parenthesis(of path: [String]?) throws(Fault) -> AuditQuery {
        advance()
        let query = try nested { (parser) throws(Fault) in try parser.alternatives(of: path) }
        guard next == ")" else { throw fault("a parenthesis is not closed") }
        advance()
        skipSpace()
        return query
    }

    private mutating func nested(
        _ body: (inout AuditQueryParser) throws(Fault) -> AuditQuery
    ) throws(Fault) -> AuditQuery {
        depth += 1
        guard depth <= Self.depthLimit else { throw fault("it is nested deeper than \(Self.depthLimit) levels") }
        defer { depth -= 1 }
        return try body(&self)
    }

    /// `@usr.id:`
    private mutating func attributeName() throws(Fault) -> [String] {
        advance()
        let start = position
        while let character = next, character.isLetter || character.isNumber || "._-".contains(character) { advance() }
        let path = String(characters[start..<position]).split(separator: ".", omittingEmptySubsequences: false)
        guard path.allSatisfy({ !$0.isEmpty }) else { throw fault("the name of an attribute is missing") }
        guard next == ":" else { throw fault("a colon and a value must follow the name of an attribute") }
        advance()
        return path.map(String.init)
    }

    private mutating func value(of path: [String]) throws(Fault) -> AuditQuery {
        if next == "[" || next == "{" { throw fault("ranges are not supported: give >= and <=") }
        for comparison in AuditQuery.Comparison.allCases where starts(with: comparison.rawValue) {
            position += comparison.rawValue.count
            let start = position
            while let character = next, character.isNumber || "+-.eE".contains(character) { advance() }
            guard let bound = Double(String(characters[start..<position])), bound.isFinite else {
                throw fault("a number must follow a comparison")
            }
            skipSpace()
            return .attribute(path, .compares(comparison, bound))
        }
        let pattern = try pattern(upToColon: false)
        skipSpace()
        return .attribute(path, .equals(pattern))
    }

    /// A phrase in quotation marks, in which nothing is a wildcard, or a word.
    private mutating func pattern(upToColon: Bool) throws(Fault) -> TextPattern {
        var elements: [TextPattern.Element] = []
        let isPhrase = next == "\""
        if isPhrase { advance() }
        while let character = next {
            if isPhrase ? character == "\"" : character.isWhitespace || "()\"".contains(character) { break }
            if upToColon, !isPhrase, character == ":" { break }
            advance()
            switch character {
            case "\\":
                guard let escaped = next else { throw fault("nothing follows the backslash") }
                advance()
                elements += escaped.utf8.map { .byte($0) }
            case "*" where !isPhrase: elements.append(.any)
            case "?" where !isPhrase: elements.append(.anyOne)
            default: elements += character.utf8.map { .byte($0) }
            }
        }
        if isPhrase {
            guard next == "\"" else { throw fault("a quotation mark is not closed") }
            advance()
        }
        guard !elements.isEmpty || isPhrase else { throw fault("a value is missing") }
        return TextPattern(elements)
    }

    // MARK: Characters

    private var isAtEnd: Bool { position == characters.count }
    private var next: Character? { isAtEnd ? nil : characters[position] }

    private mutating func advance() { position += 1 }

    private mutating func skipSpace() {
        while let character = next, character.isWhitespace { advance() }
    }

    private func starts(with text: String) -> Bool { characters[position...].starts(with: text) }

    /// Whether an operator stands here, and not a word that begins like it.
    private func isAt(word: String) -> Bool {
        guard starts(with: word) else { return false }
        let end = position + word.count
        return end == characters.count || characters[end].isWhitespace || "()".contains(characters[end])
    }

    private mutating func take(word: String) -> Bool {
        skipSpace()
        guard isAt(word: word) else { return false }
        position += word.count
        skipSpace()
        return true
    }

    private func fault(_ explanation: String) -> Fault {
        Fault(explanation: explanation, position: min(position, characters.count) + 1)
    }
}
