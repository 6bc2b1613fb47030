import CSodium

/// Comparisons whose duration tells nothing about the bytes.
package enum ConstantTime {
    /// Whether both hold the same bytes. Their lengths are no secret: where they differ, it is known at once.
    package static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return sodium_memcmp(leftStart, rightStart, left.count) == 0
    }
}
