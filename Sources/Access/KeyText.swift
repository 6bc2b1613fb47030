/// The texts of new keys, in the shapes of the reference: 32 hexadecimal digits for API keys, 40 for application keys.
package enum KeyText {
    package static func apiKey() -> String { digits(32) }
    package static func applicationKey() -> String { digits(40) }

    /// Digits from the system's generator of secure random numbers.
    private static func digits(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &generator) ?? "0" })
    }
}
