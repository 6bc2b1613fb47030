import Testing

@testable import Egress

@Suite("How much of a coded body is decoded", .timeLimit(.minutes(10)))
struct CodedProgressTests {
    @Test("is all of it where the decoder keeps nothing back")
    func settled() {
        var progress = CodedProgress()
        progress.take(10, isUsed: true, isSettled: true)
        #expect(progress.decoded == 10)
    }

    @Test("is not known until the decoder has handed on all that it can")
    func pending() {
        var progress = CodedProgress()
        progress.hasText = true
        progress.take(10, isUsed: false, isSettled: true)
        #expect(progress.decoded == 0)
        progress.hasText = true
        progress.take(5, isUsed: true, isSettled: true)
        #expect(progress.decoded == 15)
    }

    @Test("is what came before a block ended, where blocks are handed on as a whole")
    func blocks() {
        var progress = CodedProgress()
        progress.take(10, isUsed: true, isSettled: false)
        progress.take(10, isUsed: true, isSettled: false)
        #expect(progress.decoded == 0)
        progress.hasText = true
        progress.take(10, isUsed: false, isSettled: false)
        #expect(progress.decoded == 0)
        progress.take(3, isUsed: true, isSettled: false)
        #expect(progress.decoded == 20)
        progress.take(3, isUsed: true, isSettled: false)
        #expect(progress.decoded == 20)
    }
}
