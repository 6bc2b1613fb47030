extension Slice<UnsafeRawBufferPointer> {
    /// Whether some text stands in the bytes.
    func contains(_ text: String.UTF8View) -> Bool {
        indices.contains { self[$0...].starts(with: text) }
    }
}
