/// A type of the SDK that is to be written.
protocol Declaration {
    var name: String { get }

    /// Writes the type with its comment.
    func write(to source: inout SourceText)
}
