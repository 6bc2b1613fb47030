import Connections
import Documents
import Testing
import TestSupport

/// A stored HTTP connection and updates of its lists.
@Suite("Updating the lists of an HTTP connection")
struct HTTPListTests {
    private static let facts = CredentialFacts.of("HTTPTokenAuth")

    /// Headers `A`, `B`; tokens `t1`, `t2`; URL parameters `p`, `q`; a body.
    private static func stored() throws -> JSONValue {
        let body: JSONValue = [
            "data": [
                "type": "action_connection",
                "attributes": [
                    "name": "HTTP",
                    "integration": [
                        "type": "HTTP",
                        "base_url": "https://example.com/api",
                        "credentials": [
                            "type": "HTTPTokenAuth",
                            "headers": [["name": "A", "value": "a"], ["name": "B", "value": "b"]],
                            "tokens": [
                                ["name": "t1", "type": "SECRET", "value": "one"],
                                ["name": "t2", "type": "SECRET", "value": "two"],
                            ],
                            "url_parameters": [["name": "p", "value": "1"], ["name": "q", "value": "2"]],
                            "body": ["content": "hello", "content_type": "text/plain"],
                        ],
                    ],
                ],
            ]
        ]
        return try create(body).document
    }

    private func update(_ name: String, _ value: JSONValue) throws -> PartedDocument {
        try ConnectionsTests.update(
            try Self.stored(),
            by: Self.facts.patch(credentials: [.init(JSONText(name), value)])
        )
    }

    private func pointers(_ name: String, _ value: JSONValue) throws -> [String] {
        let body = Self.facts.patch(credentials: [.init(JSONText(name), value)])
        let prefix = "\(Place.credentials)/"
        return ConnectionsTests.pointers(ofUpdating: try Self.stored(), by: body).map {
            $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0
        }
    }

    /// A list's elements, each as `name=value`.
    private func list(_ name: String, of parted: PartedDocument) -> [String] {
        guard case .array(let elements)? = parted.credentials?[name] else { return [] }
        return elements.map { "\($0["name"]?.text?.string ?? "?")=\($0["value"]?.text?.string ?? "?")" }
    }

    struct Merge: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let list: String
        let sent: JSONValue
        let result: [String]
    }

    @Test(
        "merges by name",
        arguments: [
            Merge(testDescription: "nothing sent", list: "headers", sent: [], result: ["A=a", "B=b"]),
            Merge(
                testDescription: "one changed",
                list: "headers",
                sent: [["name": "A", "value": "new"]],
                result: ["A=new", "B=b"]
            ),
            Merge(
                testDescription: "request order first, unmentioned after it",
                list: "headers",
                sent: [["name": "C", "value": "c"], ["name": "B", "value": "new"]],
                result: ["C=c", "B=new", "A=a"]
            ),
            Merge(
                testDescription: "value of a stored one left out",
                list: "headers",
                sent: [["name": "B"], ["name": "A", "value": "new"]],
                result: ["B=b", "A=new"]
            ),
            Merge(
                testDescription: "empty value is a value",
                list: "headers",
                sent: [["name": "A", "value": ""]],
                result: ["A=", "B=b"]
            ),
            Merge(
                testDescription: "header found in another case, whose spelling then holds",
                list: "headers",
                sent: [["name": "a"]],
                result: ["a=a", "B=b"]
            ),
            Merge(
                testDescription: "one deleted",
                list: "headers",
                sent: [["name": "A", "deleted": true]],
                result: ["B=b"]
            ),
            Merge(
                testDescription: "header deleted in another case",
                list: "headers",
                sent: [["name": "b", "deleted": true]],
                result: ["A=a"]
            ),
            Merge(
                testDescription: "unknown one deleted",
                list: "headers",
                sent: [["name": "Z", "deleted": true]],
                result: ["A=a", "B=b"]
            ),
            Merge(
                testDescription: "deleted with other members",
                list: "headers",
                sent: [["name": "A", "value": "x", "deleted": true]],
                result: ["B=b"]
            ),
            Merge(
                testDescription: "deleted: false",
                list: "headers",
                sent: [["name": "A", "value": "new", "deleted": false]],
                result: ["A=new", "B=b"]
            ),
            Merge(
                testDescription: "all deleted",
                list: "headers",
                sent: [["name": "A", "deleted": true], ["name": "B", "deleted": true]],
                result: []
            ),
            Merge(
                testDescription: "URL parameters are told apart by case",
                list: "url_parameters",
                sent: [["name": "P", "value": "3"], ["name": "q", "value": "new"]],
                result: ["P=3", "q=new", "p=1"]
            ),
            Merge(
                testDescription: "one URL parameter deleted",
                list: "url_parameters",
                sent: [["name": "p", "deleted": true]],
                result: ["q=2"]
            ),
            Merge(
                testDescription: "tokens are answered empty",
                list: "tokens",
                sent: [["name": "t3", "type": "SECRET", "value": "three"], ["name": "t2"]],
                result: ["t3=", "t2=", "t1="]
            ),
        ]
    )
    func merges(_ merge: Merge) throws {
        let updated = try update(merge.list, merge.sent)
        #expect(list(merge.list, of: updated) == merge.result)
        for other in ["headers", "tokens", "url_parameters", "body"] where other != merge.list {
            #expect(
                updated.credentials?[other] == (try Self.stored()).at("/attributes/integration/credentials/\(other)")
            )
        }
    }

    struct TokenChange: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sent: JSONValue
        /// The names of the tokens whose values the request brings.
        var new: [String] = []
        /// The names of the tokens whose values stay.
        var kept: [String] = []
    }

    @Test(
        "knows which tokens are new and which are kept",
        arguments: [
            TokenChange(testDescription: "nothing sent", sent: [], kept: ["t1", "t2"]),
            TokenChange(
                testDescription: "one replaced",
                sent: [["name": "t2", "type": "SECRET", "value": "new"]],
                new: ["t2"],
                kept: ["t1"]
            ),
            TokenChange(
                testDescription: "one sent empty, as it was answered",
                sent: [["name": "t2", "type": "SECRET", "value": ""]],
                kept: ["t2", "t1"]
            ),
            TokenChange(testDescription: "one sent by name alone", sent: [["name": "t2"]], kept: ["t2", "t1"]),
            TokenChange(
                testDescription: "one added",
                sent: [["name": "t3", "type": "SECRET", "value": "new"]],
                new: ["t3"],
                kept: ["t1", "t2"]
            ),
            TokenChange(
                testDescription: "names differ by case",
                sent: [["name": "T1", "type": "SECRET", "value": "new"]],
                new: ["T1"],
                kept: ["t1", "t2"]
            ),
            TokenChange(
                testDescription: "one deleted with the value that clients must send",
                sent: [["name": "t1", "type": "SECRET", "value": "", "deleted": true]],
                kept: ["t2"]
            ),
            TokenChange(
                testDescription: "one deleted with a value",
                sent: [["name": "t1", "type": "SECRET", "value": "x", "deleted": true]],
                kept: ["t2"]
            ),
            TokenChange(
                testDescription: "one renamed",
                sent: [
                    ["name": "t1", "deleted": true],
                    ["name": "renamed", "type": "SECRET", "value": "one"],
                ],
                new: ["renamed"],
                kept: ["t2"]
            ),
        ]
    )
    func tokens(_ change: TokenChange) throws {
        let updated = try update("tokens", change.sent)
        #expect(updated.secretAddresses == change.new.map { address("tokens/\($0)/value") })
        #expect(updated.keptSecrets == change.kept.map { address("tokens/\($0)/value") })
        #expect(Set(list("tokens", of: updated)) == Set((change.new + change.kept).map { "\($0)=" }))
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let list: String
        let sent: JSONValue
        let pointers: [String]
    }

    @Test(
        "refuses",
        arguments: [
            Fault(
                testDescription: "one header twice, in different cases",
                list: "headers",
                sent: [["name": "X", "value": "1"], ["name": "x", "value": "2"]],
                pointers: ["headers/1/name"]
            ),
            Fault(
                testDescription: "one header deleted and sent",
                list: "headers",
                sent: [["name": "A", "deleted": true], ["name": "a", "value": "2"]],
                pointers: ["headers/1/name"]
            ),
            Fault(
                testDescription: "one token twice",
                list: "tokens",
                sent: [["name": "t1"], ["name": "t2"], ["name": "t1"]],
                pointers: ["tokens/2/name"]
            ),
            Fault(
                testDescription: "one URL parameter twice",
                list: "url_parameters",
                sent: [["name": "p"], ["name": "p"]],
                pointers: ["url_parameters/1/name"]
            ),
            Fault(
                testDescription: "a new token with an empty value",
                list: "tokens",
                sent: [["name": "t3", "type": "SECRET", "value": ""]],
                pointers: ["tokens/0/value"]
            ),
            Fault(
                testDescription: "a new token without a value",
                list: "tokens",
                sent: [["name": "t3", "type": "SECRET"]],
                pointers: ["tokens/0/value"]
            ),
            Fault(
                testDescription: "a new token without a type",
                list: "tokens",
                sent: [["name": "t3", "value": "x"]],
                pointers: ["tokens/0/type"]
            ),
            Fault(
                testDescription: "a token of another type",
                list: "tokens",
                sent: [["name": "t1", "type": "PUBLIC", "value": "x"]],
                pointers: ["tokens/0/type"]
            ),
            Fault(
                testDescription: "a rename of a token without its value",
                list: "tokens",
                sent: [["name": "t1", "deleted": true], ["name": "renamed", "type": "SECRET", "value": ""]],
                pointers: ["tokens/1/value"]
            ),
            Fault(
                testDescription: "a new header without a value",
                list: "headers",
                sent: [["name": "C"]],
                pointers: ["headers/0/value"]
            ),
            Fault(
                testDescription: "a null in place of a stored value",
                list: "headers",
                sent: [["name": "A", "value": .null]],
                pointers: ["headers/0/value"]
            ),
            Fault(
                testDescription: "an element without a name",
                list: "headers",
                sent: [["value": "x"], ["deleted": true]],
                pointers: ["headers/0/name", "headers/1/name"]
            ),
            Fault(
                testDescription: "a deletion that is no flag",
                list: "headers",
                sent: [["name": "A", "deleted": "true"], ["name": "B", "deleted": .null]],
                pointers: ["headers/0/deleted", "headers/1/deleted"]
            ),
            Fault(
                testDescription: "a deletion with an unknown member",
                list: "headers",
                sent: [["name": "A", "deleted": true, "force": true]],
                pointers: ["headers/0/force"]
            ),
            Fault(
                testDescription: "a deletion of what can't be a name",
                list: "headers",
                sent: [["name": "not a name", "deleted": true]],
                pointers: ["headers/0/name"]
            ),
            Fault(
                testDescription: "more elements than a list may have",
                list: "headers",
                sent: .array((0..<101).map { ["name": .string("H\($0)"), "value": ""] }),
                pointers: ["headers"]
            ),
            Fault(
                testDescription: "more elements than a list may have, with those that are stored",
                list: "headers",
                sent: .array((0..<99).map { ["name": .string("H\($0)"), "value": ""] }),
                pointers: ["headers"]
            ),
        ]
    )
    func refuses(_ fault: Fault) throws {
        #expect(try pointers(fault.list, fault.sent) == fault.pointers)
    }

    @Test("knows no deletion on create", arguments: [true, false])
    func deletedOnCreate(_ flag: Bool) {
        let pointer = "\(Place.credentials)/headers/0/deleted"
        let body = Sample.body(Self.facts).with(pointer, .boolean(flag))
        #expect(ConnectionsTests.pointers(ofCreating: body) == [pointer])
    }

    @Test(
        "replaces the body as a whole",
        arguments: [
            (["content": "new"], ["content": "new"]),
            (["content_type": "text/html"], ["content_type": "text/html"]),
            (["content": "", "content_type": "text/html"], ["content": "", "content_type": "text/html"]),
            (.object([]), nil),
        ] as [(JSONValue, JSONValue?)]
    )
    func body(_ sent: JSONValue, after: JSONValue?) throws {
        #expect(try update("body", sent).credentials?["body"] == after)
    }
}
