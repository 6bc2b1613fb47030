extension UnsafeRawBufferPointer {
    var hasCapitals: Bool { contains { $0.foldedASCII != $0 } }
}

extension UInt8 {
    /// The byte, an ASCII capital as the small letter: as SQLite's `lower` has it.
    var foldedASCII: UInt8 {
        self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
    }
}
