import Access
import Documents
import Testing

@Suite("A search of the audit log")
struct AuditQueryTests {
    private static let attributes: JSONValue = [
        "action": "connection.create",
        "usr": ["id": "u-1", "email": "ada@example.com"],
        "details": ["status": 404, "seconds": .number(1.5), "dry_run": true, "query": ["page", "per_page"]],
    ]

    private func matches(_ query: String) throws -> Bool {
        try AuditQueryParser.parse(query).matches(Self.attributes, others: ["Connection created (by Ada)"])
    }

    @Test(
        "means an event",
        arguments: [
            "", "   ", "*", "@action:connection.create", "@action:\"connection.create\"", "@action:connection.*",
            "@action:*", "@action:c?nnection.create", "@action:*.create", "@usr.id:u-1", "@usr:*", "created", "CREATED",
            "\"connection created\"", "crea*d", "\"(by Ada)\"", "example.com", "@details.status:404",
            "@details.status:>=404", "@details.status:<=404", "@details.status:>403", "@details.status:<405.5",
            "@details.seconds:>1", "@details.dry_run:true", "@details.query:per_page", "@details.query:p*",
            "@action:connection.create @usr.id:u-1", "@action:connection.create AND @usr.id:u-1",
            "@usr.id:u-2 OR @usr.id:u-1", "NOT @usr.id:u-2", "-@usr.id:u-2", "- @usr.id:u-2", "-nothing created",
            "@usr.id:(u-2 OR u-1)", "@usr.id:(u-* -u-2)", "(@usr.id:u-2 OR created) AND (NOT nothing)",
            "NOT NOT created",
            "@action:connection\\.create", "@usr.id:u-2 OR created AND @usr.id:u-1", "ORDER OR created",
            "NOTHING OR created",
        ]
    )
    func found(query: String) throws {
        #expect(try matches(query))
    }

    @Test(
        "does not mean an event",
        arguments: [
            "@action:connection.delete", "@action:Connection.create", "@action:connection", "@action:\"connection.*\"",
            "@action:connection.\\*", "@usr.name:*", "@nothing:*", "nothing", "\"created connection\"", "u-1 nothing",
            "@details.status:>404", "@details.status:<404", "@action:>1", "NOT created", "-created", "-*",
            "@usr.id:(u-2 OR u-3)", "@usr.id:u-1 AND nothing", "nothing OR @usr.id:u-2", "@action:", "@usr.id:\"\"",
            "@details.dry_run:false", "AND", "created AND OR nothing",
        ]
    )
    func notFound(query: String) throws {
        do throws(AuditQueryParser.Fault) {
            let query = try AuditQueryParser.parse(query)
            #expect(!query.matches(Self.attributes, others: ["Connection created (by Ada)"]))
        } catch {
            #expect(error.position > 0)
        }
    }

    @Test(
        "is refused with the place of the fault",
        arguments: [
            ("(created", 9), ("created)", 8), ("\"created", 9), ("@action", 8), ("@:x", 2), ("@a..b:x", 6),
            ("@action:", 9), ("status:ok", 1), ("created tag:x", 9), ("created OR", 11), ("AND created", 1), ("NOT", 4),
            ("@a:[1 TO 2]", 4), ("@a:>x", 5), ("a\\", 3), ("()", 2), ("@a:()", 5),
        ]
    )
    func refused(query: String, position: Int) {
        let fault = #expect(throws: AuditQueryParser.Fault.self) { try AuditQueryParser.parse(query) }
        #expect(fault?.position == position, "\(fault?.explanation ?? "")")
        #expect(fault?.explanation.contains(query) == false)
    }

    @Test("may be neither too long nor too deep")
    func bounds() throws {
        let deep = String(repeating: "(", count: 32) + "a" + String(repeating: ")", count: 32)
        #expect(try AuditQueryParser.parse(deep) == .text(TextPattern("a")))
        #expect(throws: AuditQueryParser.Fault.self) { try AuditQueryParser.parse("(\(deep))") }
        #expect(throws: AuditQueryParser.Fault.self) {
            try AuditQueryParser.parse(String(repeating: "-", count: 4000) + "a")
        }
        #expect(throws: AuditQueryParser.Fault.self) { try AuditQueryParser.parse(String(repeating: "a", count: 4097)) }
    }

    @Test("names texts that every event has that it means, to pass others over")
    func requiredTexts() throws {
        func texts(_ query: String) throws -> [String] {
            try AuditQueryParser.parse(query).requiredTexts { $0.first != "keyway" }
                .map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try texts("@a:x.y @b:\"z\" word") == ["x.y", "z"])
        #expect(try texts("@a:conn*ection.?") == ["ection."])
        #expect(try texts("@a:x OR @a:y").isEmpty)
        #expect(try texts("-@a:x").isEmpty)
        #expect(try texts("@keyway.sequence:7").isEmpty)
        #expect(try texts("@a:>7").isEmpty)
        // JSON writes these otherwise than they are.
        #expect(try texts("@a:\"x\\\"y\"").isEmpty)
    }

    @Test("takes a star's time even where many could match")
    func stars() throws {
        let pattern = try AuditQueryParser.parse("@a:\(String(repeating: "*a", count: 200))*b")
        #expect(!pattern.matches(["a": .string(String(repeating: "a", count: 2000))]))
    }
}

@Suite("The audit of an act")
struct AuditedActTests {
    private func line(_ event: AuditEvent) -> String {
        String(decoding: event.line(sequence: 1, previous: ""), as: UTF8.self)
    }

    @Test("tells the intent and the outcome, both by the request's id, and no value of the query")
    func acts() throws {
        let principal = try #require(
            Principal(apiKey: Sample.apiKey(), applicationKey: Sample.applicationKey(), user: Sample.user())
        )
        let act = AuditedAct(
            .act,
            connection: Identifier(high: 5, low: 1),
            principal: principal,
            requestID: "req-1",
            method: "POST",
            origin: "https://api.example.com",
            path: "/v1/chat",
            queryNames: ["page", "token"],
            rule: "chat only"
        )
        let intent = line(act.intent())
        #expect(intent.contains(#""action":"connection.act","resource_type":"action_connection""#))
        #expect(
            intent.contains(
                """
                "details":{"phase":"intent","method":"POST","origin":"https://api.example.com","path":"/v1/chat",\
                "query":["page","token"],"rule":"chat only"}
                """
            )
        )
        let answered = line(act.outcome(.init(status: 201), milliseconds: 12))
        #expect(answered.contains(#""details":{"phase":"outcome","status":201,"milliseconds":12}"#))
        let failed = line(act.outcome(.init(error: "upstream_timeout"), milliseconds: 30_000))
        #expect(failed.contains(#""error":"upstream_timeout""#))
        for line in [intent, answered, failed] { #expect(line.hasSuffix(#","request_id":"req-1"}"#)) }
    }

    @Test("cuts long paths, and says so")
    func longPath() throws {
        let principal = try #require(
            Principal(apiKey: Sample.apiKey(), applicationKey: Sample.applicationKey(), user: Sample.user())
        )
        let act = AuditedAct(
            .test,
            connection: Identifier(high: 5, low: 1),
            principal: principal,
            requestID: "req-1",
            method: "GET",
            origin: "https://api.example.com",
            path: "/" + String(repeating: "a", count: 5000),
            objection: "no rule allows it"
        )
        let line = line(act.intent())
        #expect(line.utf8.count < 2000)
        #expect(line.contains(#""path_is_cut":true,"would_refuse":"no rule allows it"}"#))
        #expect(line.contains(#""action":"connection.test""#))
    }
}
