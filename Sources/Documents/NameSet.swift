/// A fixed set of ASCII names, such as those of headers, in which a name is found whatever its case: without making
/// another string of it.
package struct NameSet: Sendable, ExpressibleByArrayLiteral {
    /// The names in lower case, by their lengths.
    private let names: [[[UInt8]]]

    package init(arrayLiteral names: String...) {
        self.init(names)
    }

    package init(_ names: [String]) {
        var byLength: [[[UInt8]]] = Array(repeating: [], count: (names.map(\.utf8.count).max() ?? 0) + 1)
        for name in names { byLength[name.utf8.count].append(name.utf8.map(\.lowercasedASCII)) }
        self.names = byLength
    }

    package func contains(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { name in
            guard name.count < names.count else { return false }
            return names[name.count].contains { other in
                name.indices.allSatisfy { name[$0].lowercasedASCII == other[$0] }
            }
        }
    }
}

extension String {
    /// Whether an ASCII text begins with another, which is in lower case, whatever its own case.
    package func hasASCIIPrefix(_ prefix: StaticString) -> Bool {
        var text = self
        return text.withUTF8 { text in
            let count = prefix.utf8CodeUnitCount
            return text.count >= count && (0..<count).allSatisfy { text[$0].lowercasedASCII == prefix.utf8Start[$0] }
        }
    }

    /// Whether an ASCII text is another, which is in lower case, whatever its own case.
    package func isSameASCII(as other: StaticString) -> Bool {
        utf8.count == other.utf8CodeUnitCount && hasASCIIPrefix(other)
    }
}
