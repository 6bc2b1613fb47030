import Documents

/// A place as text of letters, digits, hyphens and a dot: the element's id, and the value that the list is ordered by.
extension ListPosition {
    package var text: String {
        let value =
            switch value {
            case .none: "0"
            case .integer(let integer): "1\(integer)"
            case .text(let text): "2\(text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
            }
        return "\(id).\(value)"
    }

    /// - Returns: `nil` for what is no place's text.
    package init?(text: Substring) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let id = Identifier(parts[0]) else { return nil }
        let text = parts[1].dropFirst()
        switch parts[1].first {
        case "0" where text.isEmpty: self.init(.none, id)
        case "1":
            guard let integer = Int64(text) else { return nil }
            self.init(.integer(integer), id)
        case "2":
            let digits = Array(text.utf8)
            guard digits.count % 2 == 0 else { return nil }
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: digits.count, by: 2) {
                let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
                guard let byte = UInt8(pair, radix: 16) else { return nil }
                bytes.append(byte)
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            self.init(.text(text), id)
        default: return nil
        }
    }
}
