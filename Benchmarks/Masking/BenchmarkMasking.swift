import Platform
import Scrubbing
import Secrets

/// The masking rows of `make bench masking`: each line on standard input is a number of secrets, each line of output
/// the seconds that it takes to mask the text with that many.
///
///     BenchmarkMasking TEXT ROUNDS
///
/// The file `TEXT` is masked `ROUNDS` times, in pieces as long as those that come from a third party, with what a
/// connection's act makes again each time.
@main
enum BenchmarkMasking {
    private static let pieceBytes = 16_384

    static func main() {
        guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]),
            let text = contents(of: CommandLine.arguments[1])
        else {
            exit(64)
        }
        while let line = readLine() {
            guard let count = Int(line) else { exit(65) }
            let secrets = (0..<count).map(secret)
            var written = 0
            let duration = ContinuousClock().measure {
                for _ in 0..<rounds { written += mask(text, secrets) }
            }
            // Otherwise it would have masked what is none.
            guard written == rounds * text.count else { exit(70) }
            let answer = Array("\(duration / .seconds(1))\n".utf8)
            guard write(STDOUT_FILENO, answer, answer.count) == answer.count else { exit(74) }
        }
    }

    /// A token of 40 random characters, the same each time for the same number.
    private static func secret(_ number: Int) -> Secret {
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var state = UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15
        return Secret(
            copying: (0..<40).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return characters[Int(state >> 33) % characters.count]
            }
        )
    }

    private static func mask(_ text: [UInt8], _ secrets: [Secret]) -> Int {
        var scrubber = Scrubber(ScrubPatterns(secrets), style: .json)
        var written = 0
        text.withUnsafeBytes { text in
            for start in stride(from: 0, to: text.count, by: pieceBytes) {
                var output: [UInt8] = []
                scrubber.scrub(
                    UnsafeRawBufferPointer(rebasing: text[start..<min(start + pieceBytes, text.count)]),
                    into: &output
                )
                written += output.count
            }
        }
        var rest: [UInt8] = []
        scrubber.finish(into: &rest)
        return written + rest.count
    }

    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { text += piece[..<count] }
        return text
    }
}
