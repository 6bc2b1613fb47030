import Testing

@testable import Egress

@Suite("Egress")
struct EgressTests {}
