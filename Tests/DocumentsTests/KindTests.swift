import Documents
import Secrets
import Testing
import TestSupport

/// Groups, choices, lists and who sets what, beyond what today's documents ask of them.
@Suite("Reading the kinds of members")
struct KindTests {
    private static let id = Identifier(high: 1, low: 2)

    static let schema = DocumentSchema(
        type: "thing",
        attributes: [
            .group(
                "outer",
                "Outer",
                [
                    .flag("on", "On", standard: true),
                    .group("inner", "Inner", [.optionalText("note", "Note"), .flag("off", "Off", standard: false)]),
                    .optionalTexts("cleared", "Cleared", format: .line, countAtMost: 3).with(standard: ["x"])
                        .resetting(),
                ]
            ),
            .choice(
                "login",
                "Login",
                Choice(
                    common: [.text("realm", "Realm"), .flag("trusted", "Trusted", standard: false)],
                    options: [
                        [.text("user", "User"), .text("mail", "Mail"), .withheldSecret("password", "Password")],
                        [.text("robot", "Robot"), .withheldSecret("password", "Password")],
                    ]
                )
            ),
            .optionalList(
                "ports",
                "Ports",
                of: Choice([.text("name", "Name"), .flag("open", "Open", standard: false)]),
                countAtMost: 2
            ),
            .fixed("number", "Number", format: .digits(2)),
            .renewed("changed", "Changed"),
            .issuedUnlessSent("code", "Code", format: .digits(3)),
            .optionalTexts("labels", "Labels", format: .line, countAtMost: 3).with(standard: []).nullable(),
            .optionalNumber("limit", "Limit", in: 2...40),
            .optionalObject(
                "range",
                "Range",
                [
                    .number("least", "Least", in: -5...5),
                    .scalars("steps", "Steps", countAtMost: 3).nonEmpty(),
                    .optionalTexts("words", "Words", format: .line, countAtMost: 3).nonEmpty(),
                ]
            ),
        ],
        rules: [
            DocumentRule(at: "/outer/on", "must be true with off") {
                $0.at("/outer/inner/off") != true || $0.at("/outer/on") == true
            }
        ]
    )

    static let least: JSONValue = ["login": ["realm": "r", "robot": "b", "password": "SECRET"], "number": "12"]

    private static let user: JSONValue = ["realm": "r", "user": "u", "mail": "m", "password": "SECRET"]

    static func body(_ attributes: JSONValue) -> JSONValue {
        ["data": ["type": "thing", "attributes": attributes]]
    }

    private func create(_ attributes: JSONValue) throws(InvalidDocument) -> PartedDocument {
        try Self.schema.create(Self.body(attributes), id: Self.id) { $0 == "code" ? "100" : "first \($0)" }
    }

    private func update(_ stored: JSONValue, _ attributes: JSONValue) throws(InvalidDocument) -> PartedDocument {
        let body = Self.body(attributes.with("/number", attributes["number"] ?? "12"))
        return try Self.schema.update(body, id: Self.id, of: stored) { "second \($0)" }
    }

    private func faults(_ read: () throws(InvalidDocument) -> PartedDocument) -> [String] {
        do {
            _ = try read()
            return []
        } catch {
            return error.problems.map { String($0.pointer.dropFirst("/data/attributes".count)) }
        }
    }

    private func stored(_ attributes: JSONValue = least) throws -> JSONValue {
        try create(attributes).document
    }

    @Test("gives every member its standard, in the order of the declaration")
    func standards() throws {
        #expect(
            try stored().at("/attributes")?.json
                == #"{"outer":{"on":true,"inner":{"off":false},"cleared":["x"]},"#
                + #""login":{"realm":"r","trusted":false,"robot":"b"},"number":"12","changed":"first changed","#
                + #""code":"100","labels":[]}"#
        )
    }

    @Test(
        "merges groups, however deep",
        arguments: [
            (.object([]), #"{"on":false,"inner":{"note":"n","off":false},"cleared":["a"]}"#),
            (["outer": ["cleared": ["b"]]], #"{"on":false,"inner":{"note":"n","off":false},"cleared":["b"]}"#),
            (["outer": .object([])], #"{"on":false,"inner":{"note":"n","off":false},"cleared":["x"]}"#),
            (["outer": ["inner": .object([])]], #"{"on":false,"inner":{"note":"n","off":false},"cleared":["x"]}"#),
            (["outer": ["inner": ["note": .null]]], #"{"on":false,"inner":{"off":false},"cleared":["x"]}"#),
            (["outer": ["on": .null]], #"{"on":true,"inner":{"note":"n","off":false},"cleared":["x"]}"#),
        ] as [(JSONValue, String)]
    )
    func groups(_ sent: JSONValue, outer: String) throws {
        let stored = try stored(Self.least.with("/outer", ["on": false, "inner": ["note": "n"], "cleared": ["a"]]))
        #expect(try update(stored, sent).document.at("/attributes/outer")?.json == outer)
    }

    @Test("gives a group that a stored document lacks its standards")
    func newGroup() throws {
        let old = try stored().with("/attributes/outer", nil)
        #expect(try update(old, .object([])).document.at("/attributes/outer") == stored().at("/attributes/outer"))
    }

    @Test("keeps of a choice what is not sent, if the option stays")
    func sameOption() throws {
        let stored = try stored(Self.least.with("/login", Self.user))
        let updated = try update(stored, ["login": ["user": "v"]])
        #expect(
            updated.document.at("/attributes/login")?.json == #"{"realm":"r","trusted":false,"user":"v","mail":"m"}"#
        )
        #expect(updated.keptSecrets == ["login/password"])
    }

    @Test("requires all of an option that is new")
    func otherOption() throws {
        let stored = try stored()
        #expect(
            faults { () throws(InvalidDocument) in try update(stored, ["login": ["user": "u"]]) } == [
                "/login/realm", "/login/mail",
            ]
        )
        let updated = try update(stored, ["login": Self.user])
        #expect(
            updated.document.at("/attributes/login")?.json == #"{"realm":"r","trusted":false,"user":"u","mail":"m"}"#
        )
        #expect(updated.secrets.map(\.address) == ["login/password"])
    }

    @Test("keeps no secret of an option that is given up, though the new one has a member of that name")
    func secretOfOtherOption() throws {
        let stored = try stored()
        let updated = try update(stored, ["login": Self.user.with("/password", nil)])
        #expect(updated.keptSecrets == [])
        let empty: JSONValue = ["login": Self.user.with("/password", "")]
        #expect(faults { () throws(InvalidDocument) in try update(stored, empty) } == ["/login/password"])
    }

    @Test(
        "tells the faults inside a choice with none or two of its options",
        arguments: [
            (.object([]), ["/login", "/login/realm"]),
            (["realm": 1], ["/login", "/login/realm"]),
            (["realm": "r", "mail": 1, "who": 1], ["/login", "/login/who"]),
            (["realm": "r", "user": 1, "robot": 1, "mail": "m"], ["/login", "/login/user", "/login/robot"]),
            ([], ["/login"]),
            (.null, ["/login"]),
        ] as [(JSONValue, [String])]
    )
    func noneOrTwo(_ login: JSONValue, expected: [String]) {
        #expect(faults { () throws(InvalidDocument) in try create(Self.least.with("/login", login)) } == expected)
    }

    @Test(
        "points at what is wrong with a list of objects",
        arguments: [
            ([["name": "a"], ["name": "b"]], []),
            ([["name": "a"], ["open": true]], ["/1/name"]),
            ([["name": "a", "open": 1, "x": 1], 5], ["/0/x", "/0/open", "/1"]),
            ([["name": "a"], ["name": "b"], ["name": "c"]], [""]),
            (.object([]), [""]), (.null, [""]), ("", [""]),
        ] as [(JSONValue, [String])]
    )
    func lists(_ ports: JSONValue, expected: [String]) {
        #expect(
            faults { () throws(InvalidDocument) in try create(Self.least.with("/ports", ports)) }
                == expected.map { "/ports\($0)" }
        )
    }

    @Test("replaces a list of objects as a whole, its elements' standards included, and removes an empty one")
    func replacesList() throws {
        let stored = try stored(Self.least.with("/ports", [["name": "a", "open": true], ["name": "b"]]))
        let ports = "/attributes/ports"
        #expect(try update(stored, ["ports": [["name": "a"]]]).document.at(ports) == [["name": "a", "open": false]])
        #expect(try update(stored, .object([])).document.at(ports) == stored.at(ports))
        #expect(try update(stored, ["ports": []]).document.at(ports) == nil)
    }

    @Test(
        "wants what is fixed repeated",
        arguments: [("12", []), ("13", ["/number"]), ("x", ["/number"]), (12, ["/number"])]
            as [(JSONValue, [String])]
    )
    func fixed(_ number: JSONValue, expected: [String]) throws {
        let stored = try stored()
        #expect(faults { () throws(InvalidDocument) in try update(stored, ["number": number]) } == expected)
    }

    @Test("renews at each update what is renewed, and issues once what is issued unless sent")
    func renews() throws {
        let updated = try update(stored(), ["changed": "first changed"]).document
        #expect(updated.at("/attributes/changed") == "second changed")
        #expect(updated.at("/attributes/code") == "100")
        #expect(try update(updated, ["code": "123"]).document.at("/attributes/code") == "123")
        #expect(try update(updated, ["code": ""]).document.at("/attributes/code") == "100")
    }

    @Test("takes null for what is nullable, in a create too")
    func nullable() throws {
        #expect(try create(Self.least.with("/labels", nil)).document.at("/attributes/labels") == [])
        #expect(try create(Self.least.with("/labels", .null)).document.at("/attributes/labels") == [])
        let stored = try stored(Self.least.with("/labels", ["a"]))
        #expect(try update(stored, ["labels": .null]).document.at("/attributes/labels") == [])
    }

    @Test(
        "takes whole numbers within their range, whatever their notation",
        arguments: [
            (2, 2), (40, 40), (.number(7.0), 7), (1, nil), (41, nil), (-3, nil), (.number(7.5), nil),
            (.number(1e300), nil), (.number(.nan), nil), ("7", nil), (true, nil), ([7], nil), (.null, nil),
        ] as [(JSONValue, JSONValue?)]
    )
    func numbers(_ sent: JSONValue, expected: JSONValue?) throws {
        let body = Self.least.with("/limit", sent)
        let number = try? create(body).document.at("/attributes/limit")
        #expect(number == expected)
        #expect(faults { () throws(InvalidDocument) in try create(body) } == (expected == nil ? ["/limit"] : []))
    }

    @Test("keeps a number that is not sent, and removes it for null")
    func updatesNumber() throws {
        let stored = try stored(Self.least.with("/limit", 7))
        #expect(try update(stored, .object([])).document.at("/attributes/limit") == 7)
        #expect(try update(stored, ["limit": 8]).document.at("/attributes/limit") == 8)
        #expect(try update(stored, ["limit": .null]).document.at("/attributes/limit") == nil)
    }

    @Test(
        "takes lists of scalars that are not empty",
        arguments: [
            (["a", 1, true], []), ([.null, .number(1.5), ""], []), ([], [""]), (["a", "b", "c", "d"], [""]),
            ([["a"], .object([])], ["/0", "/1"]), ("a", [""]), (.null, [""]),
        ] as [(JSONValue, [String])]
    )
    func scalars(_ steps: JSONValue, expected: [String]) {
        let body = Self.least.with("/range", ["least": 0, "steps": steps])
        #expect(
            faults { () throws(InvalidDocument) in try create(body) } == expected.map { "/range/steps\($0)" }
        )
    }

    @Test("holds rules against what is stored after the update, where nothing else is wrong")
    func rules() throws {
        let off: JSONValue = ["outer": ["inner": ["off": true]]]
        let stored = try stored(Self.least.with("/outer", ["inner": ["off": true]]))
        #expect(faults { () throws(InvalidDocument) in try update(stored, ["outer": ["on": false]]) } == ["/outer/on"])
        #expect(faults { () throws(InvalidDocument) in try update(stored, off) } == [])
        let wrong: JSONValue = ["outer": ["on": false], "number": "13"]
        #expect(faults { () throws(InvalidDocument) in try update(stored, wrong) } == ["/number"])
    }

    private static let values: [JSONValue?] = [
        nil, .null, true, false, 17, [], .object([]), ["a"], [.null], "", "12", "123", "a\nb", ["on": .null],
        ["inner": ["off": false]], [["name": "a"]], [["name": .null]], [["open": true]], ["realm": "r"],
        ["realm": "r", "robot": "b"], ["robot": "b"], ["realm": "r", "robot": "b", "password": ""],
        ["realm": "r", "robot": "b", "user": "u"], ["realm": "r", "robot": .null], 5, .number(5), .number(5.5), -5,
        ["a", 1, .null], [["a"]], ["least": 0, "steps": ["a"]],
    ]

    private static let full =
        least
        .with("/outer", ["on": true, "inner": ["note": "n", "off": false], "cleared": ["a"]])
        .with("/ports", [["name": "a", "open": true]]).with("/code", "123").with("/labels", ["a"]).with("/limit", 3)
        .with("/range", ["least": 0, "steps": ["a", 1], "words": ["w"]])

    private static let places = [
        "/outer", "/outer/on", "/outer/inner", "/outer/inner/note", "/outer/inner/off", "/outer/cleared",
        "/outer/cleared/0", "/login", "/login/realm", "/login/trusted", "/login/robot", "/login/password", "/login/x",
        "/ports", "/ports/0", "/ports/0/name", "/ports/0/open", "/number", "/code", "/labels", "/labels/0", "/x",
        "/limit", "/range", "/range/least", "/range/steps", "/range/steps/0", "/range/words",
    ]

    @Test("agrees with the schemas of creates, updates and answers", arguments: places)
    func schemas(_ place: String) throws {
        let stored = try stored(Self.full)
        for value in Self.values {
            let attributes = Self.full.with(place, value)
            let body = Self.body(attributes)
            let created = try? create(attributes).document
            #expect(SchemaCheck.accepts(body, JSONSchema.body(of: Self.schema, for: .create)) == (created != nil))
            // What is stored a schema can't tell.
            if place != "/number" || value == nil {
                let updated = try? Self.schema.update(body, id: Self.id, of: stored) { $0 }
                #expect(SchemaCheck.accepts(body, JSONSchema.body(of: Self.schema, for: .update)) == (updated != nil))
            }
            guard let created else { continue }
            let answer: JSONValue = ["data": created]
            #expect(SchemaCheck.accepts(answer, JSONSchema.body(of: Self.schema, for: .response)))
        }
    }
}
