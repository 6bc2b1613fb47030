import Testing

@testable import Scrubbing

@Suite("Scrubbing")
struct ScrubbingTests {}
