import HTTPServer
import NetworkTypes
import Testing
import TestSupport

@testable import KeywayServer

@Suite("An error")
struct ErrorFamilyTests {
    private static let error = APIError(
        400,
        [.init(detail: "first \"fault\"", source: .pointer("/data/a~1b")), .init(detail: "second", source: nil)]
    )

    @Test(
        "is written in the shape of its endpoint's family",
        arguments: [
            (
                ErrorFamily.objects, "application/vnd.api+json",
                #"{"errors":[{"status":"400","title":"Bad Request","detail":"first \"fault\"","#
                    + #""source":{"pointer":"/data/a~1b"}},{"status":"400","title":"Bad Request","detail":"second"}]}"#
            ),
            (ErrorFamily.strings(.json), "application/json", #"{"errors":["first \"fault\"","second"]}"#),
        ]
    )
    func shape(_ family: ErrorFamily, _ mediaType: String, _ body: String) {
        let answer = Answer(family.response(to: Self.error))
        #expect(answer.status == 400)
        #expect(answer.headers == [.init(name: "Content-Type", value: mediaType)])
        #expect(answer.text == body)
    }

    @Test("that nobody foresaw tells the caller nothing, and the operator its type")
    func unforeseen() {
        struct Unforeseen: Error { let secret = "hidden" }
        let (error, forOperator) = APIError.from(Unforeseen())
        #expect(error.status == 500)
        #expect(forOperator == "failed: Unforeseen")
        #expect(error.issues.allSatisfy { !$0.detail.contains("Unforeseen") && !$0.detail.contains("hidden") })
    }

    @Test("has a title for every status that is sent", arguments: Refusal.allCases)
    func titles(_ refusal: Refusal) {
        #expect((StatusTitle.of(refusal.status) == "Internal Server Error") == (refusal.status == 500))
    }
}
