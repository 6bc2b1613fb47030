import Documents

/// The value that AWS roles ask for before they can be assumed: 128 random bits.
enum ExternalID {
    /// 32 lower-case hexadecimal digits.
    static func issue() -> String {
        Identifier(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
            .description.filter { $0 != "-" }
    }
}
