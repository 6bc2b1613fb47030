/// A JSON number as it was written, so that none is rounded on its way through.
public struct JSONNumber: Sendable, Hashable {
    /// The digits, such as `1.50` or `1e400`.
    public let text: String

    /// Digits that were checked against RFC 8259.
    init(checked text: String) {
        self.text = text
    }

    /// A whole number.
    ///
    /// - Parameter value: The number.
    public init(_ value: Int) {
        text = String(value)
    }

    /// The number, if it is whole and fits.
    public var integer: Int? {
        if let integer = Int(text) { return integer }
        return Double(text).flatMap { Int(exactly: $0) }
    }

    /// The nearest floating point number; infinite if there is none.
    public var double: Double {
        Double(text) ?? .nan
    }
}
