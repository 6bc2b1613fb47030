import Testing

@testable import Acting

@Suite("Acting")
struct ActingTests {}
