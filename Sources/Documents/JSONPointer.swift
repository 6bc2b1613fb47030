/// Pointers into JSON values (RFC 6901).
package enum JSONPointer {
    /// A name as a pointer holds it.
    package static func escape(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        // Scalar by scalar: as a `Character`, a slash with a combining mark is no slash.
        return name.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    /// The names and indices that lead to the value, none for the whole.
    ///
    /// - Returns: `nil` if `pointer` is none.
    package static func steps(_ pointer: some Collection<UInt8>) -> [String]? {
        guard let first = pointer.first else { return [] }
        guard first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for escaped in pointer.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var step: [UInt8] = []
            var rest = escaped[...]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "~") else {
                    step.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "0"): step.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): step.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            steps.append(String(decoding: step, as: UTF8.self))
        }
        return steps
    }
}
