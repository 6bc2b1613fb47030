import Cryptography
import Platform
import Testing

@Suite("Locked memory")
struct LockedMemoryTests {
    private struct Refusal: Error {}

    @Test("holds what it was filled with")
    func content() {
        let memory = LockedMemory(count: 4) { $0.copyBytes(from: [1, 2, 3, 4]) }
        #expect(memory.count == 4)
        #expect(memory.withBytes { [UInt8]($0) } == [1, 2, 3, 4])
    }

    @Test("passes on the error of what fills it")
    func failure() {
        #expect(throws: Refusal.self) {
            try LockedMemory(count: 4) { _ throws(Refusal) in throw Refusal() }
        }
    }

    @Test("shows nothing of its bytes")
    func redacted() {
        let memory = LockedMemory(count: 3) { $0.copyBytes(from: "key".utf8) }
        var dumped = ""
        dump(memory, to: &dumped)
        for text in [String(describing: memory), String(reflecting: memory), dumped, "\([memory])"] {
            #expect(!text.contains("key") && !text.contains("107"))
        }
    }

    @Test("cannot be written to once it is filled")
    func readOnly() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            // Without the runtime's crash report.
            signal(SIGSEGV, SIG_DFL)
            let memory = LockedMemory(randomCount: 32)
            memory.withBytes { UnsafeMutableRawBufferPointer(mutating: $0)[0] = 1 }
        }
    }
}

@Suite("Scratch memory")
struct ScratchMemoryTests {
    private struct Refusal: Error {}

    @Test("returns and throws what its body does", arguments: [0, 32, 5000])
    func result(count: Int) throws {
        #expect(ScratchMemory.with(byteCount: count) { $0.count } == count)
        #expect(throws: Refusal.self) {
            try ScratchMemory.with(byteCount: count) { _ throws(Refusal) in throw Refusal() }
        }
    }
}
