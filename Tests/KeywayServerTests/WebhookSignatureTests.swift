import Secrets
import Testing

@testable import KeywayServer

@Suite("The signature of a webhook")
struct WebhookSignatureTests {
    @Test("is that of the example of Standard Webhooks")
    func example() throws {
        let secret = Secret(copying: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8)
        let signature = try #require(WebhookSignature(secret))
        let text = signature.text(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            seconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(text == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "needs a key of 24 to 64 bytes, and its prefix",
        arguments: [
            (32, "whsec_", true), (23, "whsec_", false), (24, "whsec_", true), (64, "whsec_", true),
            (65, "whsec_", false), (32, "", false), (32, "whsk_", false),
        ]
    )
    func key(_ count: Int, _ prefix: String, _ isTaken: Bool) {
        let digits = ["", "AA==", "AAA="][count % 3]
        let text = prefix + String(repeating: "AAAA", count: count / 3) + digits
        #expect((WebhookSignature(Secret(copying: text.utf8)) != nil) == isTaken)
    }
}
