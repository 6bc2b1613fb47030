import Documents
import Testing

/// Reading beyond what today's integrations ask of it.
@Suite("Reading a document")
struct DocumentReadingTests {
    private static let id = Identifier(high: 1, low: 2)

    private static let tokens = DocumentSchema(
        type: "thing",
        attributes: [
            .optionalList("tokens", "Tokens", KeyedList(name: .line, countAtMost: 3, [.secret("value", "Value")])),
            .optionalList(
                "headers",
                "Headers",
                KeyedList(name: .line, ignoresCase: true, [.secret("value", "Value")])
            ),
            .optionalObject("note", "Note", [.optionalText("text", "Text")]),
        ]
    )

    private func body(_ attributes: JSONValue) -> JSONValue {
        ["data": ["type": "thing", "attributes": attributes]]
    }

    private func create(_ attributes: JSONValue) throws(InvalidDocument) -> PartedDocument {
        try Self.tokens.create(body(attributes), id: Self.id) { $0 }
    }

    private func pointers(ofCreating attributes: JSONValue) -> [String] {
        do {
            _ = try create(attributes)
            return []
        } catch {
            return error.problems.map(\.pointer)
        }
    }

    private func list(_ names: String...) -> JSONValue {
        .array(names.map { ["name": .string($0), "value": "v"] })
    }

    @Test(
        "addresses secrets in ASCII, with the slashes of names escaped",
        arguments: [
            ("github", "tokens/github/value"),
            ("a/b~c", "tokens/a~1b~0c/value"),
            ("a/\u{301}", "tokens/a~1~cc~81/value"),
            ("\u{e9}", "tokens/~c3~a9/value"),
            ("e\u{301}", "tokens/e~cc~81/value"),
            ("~c3", "tokens/~0c3/value"),
        ]
    )
    func addresses(_ name: String, address: String) throws {
        #expect(try create(["tokens": list(name)]).secrets.map(\.address) == [address])
    }

    @Test("keeps names apart that differ only in Unicode normalization")
    func normalization() throws {
        let parted = try create(["tokens": list("\u{e9}", "e\u{301}")])
        #expect(Set(parted.secrets.map(\.address)).count == 2)
    }

    @Test("addresses a secret by one name, whatever case an update gives the name of its element")
    func addressIgnoringCase() throws {
        let stored = try create(["headers": list("X-Key")])
        let update = try Self.tokens.update(
            body(["headers": [["name": "x-KEY"]]]),
            id: Self.id,
            of: stored.document
        ) { $0 }
        #expect(update.keptSecrets == stored.secrets.map(\.address))
    }

    @Test("counts stored elements and sent ones together")
    func countAtMost() throws {
        let stored = try create(["tokens": list("a", "b")]).document
        let update = { (attributes: JSONValue) throws(InvalidDocument) in
            try Self.tokens.update(self.body(attributes), id: Self.id, of: stored) { $0 }
        }
        #expect(throws: Never.self) { try update(["tokens": list("c")]) }
        let error = #expect(throws: InvalidDocument.self) { try update(["tokens": list("c", "d")]) }
        #expect(error?.problems.map(\.pointer) == ["/data/attributes/tokens"])
        #expect(pointers(ofCreating: ["tokens": list("a", "b", "c", "d")]) == ["/data/attributes/tokens"])
    }

    @Test("has no object of which nothing was sent")
    func emptyObject() throws {
        #expect(try create(["note": .object([])]).document["attributes"]?["note"] == nil)
    }

    @Test("drops an object of which an update leaves nothing")
    func emptiedObject() throws {
        let stored = try create(["note": ["text": "something"]]).document
        let updated = try Self.tokens.update(body(["note": .object([])]), id: Self.id, of: stored) { $0 }
        #expect(updated.document["attributes"]?["note"] == nil)
    }

    @Test("reads an object that an update replaces as in a create")
    func replacedObject() throws {
        let stored = try create(["note": ["text": "something"]]).document
        let error = #expect(throws: InvalidDocument.self) {
            try Self.tokens.update(body(["note": ["text": .null]]), id: Self.id, of: stored) { $0 }
        }
        #expect(error?.problems.map(\.pointer) == ["/data/attributes/note/text"])
    }

    @Test("takes null for what is missing in an update alone")
    func nullInCreate() {
        #expect(pointers(ofCreating: ["note": ["text": .null]]) == ["/data/attributes/note/text"])
    }

    @Test("finds the other faults of an element without a valid name", arguments: [.null, 5, ""] as [JSONValue])
    func elementWithoutName(_ name: JSONValue) {
        let element: JSONValue = ["name": name, "value": 5, "other": 5]
        #expect(
            pointers(ofCreating: ["tokens": [element]]) == [
                "/data/attributes/tokens/0/name", "/data/attributes/tokens/0/other", "/data/attributes/tokens/0/value",
            ]
        )
    }

    @Test(
        "points at members by RFC 6901",
        arguments: [
            ("a/b", "a~1b"), ("~", "~0"), ("~1", "~01"), ("", ""), ("é", "é"), ("a\"b\\", "a\"b\\"),
            ("/\u{301}", "~1\u{301}"),
        ]
    )
    func points(_ name: String, at step: String) {
        let pointer = pointers(ofCreating: .object([.init(JSONText(name), 1)])).first ?? ""
        #expect(Array(pointer.unicodeScalars) == Array("/data/attributes/\(step)".unicodeScalars))
    }

    @Test(
        "shows no more than the start of a long name",
        arguments: [String(repeating: "n", count: 100_000), "n" + String(repeating: "\u{301}", count: 100_000)]
    )
    func longName(_ name: String) {
        let pointer = pointers(ofCreating: .object([.init(JSONText(name), 1)])).first ?? ""
        #expect(pointer.unicodeScalars.count == "/data/attributes/".count + 128)
    }

    @Test("tells the first hundred faults of a body that has more")
    func manyFaults() {
        let members = (0..<1000).map { JSONValue.Member(JSONText("unknown\($0)"), .null) }
        #expect(pointers(ofCreating: .object(members)).count == 100)
    }

    @Test(
        "points at the root or at `data` when nothing is there to read",
        arguments: [
            (.null, [""]), (true, [""]), (1, [""]), ("", [""]), ([], [""]),
            (.object([]), ["/data"]),
            (["data": .null], ["/data"]),
            (["data": []], ["/data"]),
            (["data": .object([])], ["/data/type", "/data/attributes"]),
            (["date": 1], ["/date", "/data"]),
            (["data": ["type": "other", "attributes": 1]], ["/data/type", "/data/attributes"]),
        ] as [(JSONValue, [String])]
    )
    func envelope(_ body: JSONValue, pointers: [String]) {
        let error = #expect(throws: InvalidDocument.self) { try Self.tokens.create(body, id: Self.id) { $0 } }
        #expect(error?.problems.map(\.pointer) == pointers)
    }

    private static let shapes = DocumentSchema(
        type: "thing",
        attributes: [
            .variants(
                "login",
                "Login",
                Variants(
                    [
                        Variant(type: "User", help: "User", [.secret("key", "Key"), .text("name", "Name")]),
                        Variant(type: "Robot", help: "Robot", [.secret("key", "Key"), .text("name", "Name")]),
                    ],
                    isSwitchable: true
                )
            ),
            .optionalTexts("labels", "Labels", format: .line, countAtMost: 3),
        ]
    )

    @Test("keeps nothing of another shape, though its members have the same names")
    func switchedShape() throws {
        let login: JSONValue = ["type": "User", "key": "one", "name": "someone"]
        let stored = try Self.shapes.create(body(["login": login]), id: Self.id) { $0 }.document
        let update = { (login: JSONValue) throws(InvalidDocument) in
            try Self.shapes.update(self.body(["login": login]), id: Self.id, of: stored) { $0 }
        }
        for switched in [["type": "Robot"], ["type": "Robot", "key": ""]] as [JSONValue] {
            let error = #expect(throws: InvalidDocument.self) { try update(switched) }
            #expect(error?.problems.map(\.pointer) == ["/data/attributes/login/key", "/data/attributes/login/name"])
        }
        let updated = try update(["type": "Robot", "key": "two", "name": "something"])
        #expect(updated.keptSecrets == [])
        #expect(updated.secrets.map(\.address) == ["login/key"])
    }

    @Test(
        "points at each element of a list of texts that is wrong, and at a list that is too long",
        arguments: [
            ([], []),
            (["a", "b", "a"], []),
            (["a", "", .null], ["/1", "/2"]),
            ([["a"], 5], ["/0", "/1"]),
            (["a", "b", "c", "d"], [""]),
        ] as [(JSONValue, [String])]
    )
    func texts(_ labels: JSONValue, faults: [String]) {
        let login: JSONValue = ["type": "User", "key": "one", "name": "someone"]
        var pointers: [String] = []
        do {
            _ = try Self.shapes.create(body(["login": login, "labels": labels]), id: Self.id) { $0 }
        } catch {
            pointers = error.problems.map(\.pointer)
        }
        #expect(pointers == faults.map { "/data/attributes/labels\($0)" })
    }
}
