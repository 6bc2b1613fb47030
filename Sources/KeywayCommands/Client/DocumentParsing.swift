import DatadogClient
import JSONReading

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DocumentCheck {
    /// Reads JSON strictly: a name that stands twice is refused here, where its place can be told.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - place: Where it is from, for messages.
    /// - Returns: The value, members in their order.
    /// - Throws: ``CommandError`` with the place of the error.
    static func parse(_ bytes: [UInt8], from place: String) throws(CommandError) -> JSONValue {
        do {
            _ = try JSONReader.read(bytes)
            return try JSONValue(parsing: Data(bytes))
        } catch let error as JSONSyntaxError {
            throw CommandError(.data, "\(place) is not JSON: \(error.description)")
        } catch {
            throw CommandError(.data, "\(place) is not JSON")
        }
    }
}
