import Access
import Documents
import HTTPServer
import Testing
import TestSupport

@Suite("The list of connections")
struct ConnectionListTests {
    private func fixture() async throws -> Fixture {
        let fixture = try await Fixture()
        for name in ["delta", "Alpha", "beta 100%", "alpha_2", "Ägir"] {
            _ = try await fixture.create(Bodies.openAI(name: name))
        }
        for name in ["alpha", "omega"] { _ = try await fixture.create(Bodies.aws(name: name)) }
        _ = try await fixture.create(Bodies.openAI(name: "alpha of others"), as: try await fixture.stranger())
        return fixture
    }

    private func names(_ answer: Answer) -> [String] {
        answer["/data"]?.elements.compactMap { $0.at("/attributes/name")?.text?.string } ?? []
    }

    @Test(
        "is filtered, ordered by name, cut into pages, and counted",
        arguments: [
            ("", ["Alpha", "alpha", "alpha_2", "beta 100%", "delta", "omega", "Ägir"], 7),
            ("?filter[integration]=AWS", ["alpha", "omega"], 2),
            ("?filter%5Bintegration%5D=AWS", ["alpha", "omega"], 2),
            ("?filter[integration]=aws", [], 0),
            ("?filter[integration]=Unknown", [], 0),
            ("?filter[query]=ALPHA", ["Alpha", "alpha", "alpha_2"], 3),
            ("?filter[query]=%25", ["beta 100%"], 1),
            ("?filter[query]=_", ["alpha_2"], 1),
            ("?filter[query]=a+1", ["beta 100%"], 1),
            ("?filter[query]=%C3%84", ["Ägir"], 1),
            ("?filter[query]=alpha&filter[integration]=AWS", ["alpha"], 1),
            ("?filter[query]=nothing", [], 0),
            ("?filter[query]='--", [], 0),
            ("?page[size]=2", ["Alpha", "alpha"], 7),
            ("?page[size]=2&page[number]=1", ["alpha_2", "beta 100%"], 7),
            ("?page[size]=2&page[number]=3", ["Ägir"], 7),
            ("?page[size]=2&page[number]=4", [], 7),
            ("?page[number]=1000000000&page[size]=100", [], 7),
            ("?page[size]=100", ["Alpha", "alpha", "alpha_2", "beta 100%", "delta", "omega", "Ägir"], 7),
            ("?page[size]=1&filter[query]=alpha", ["Alpha"], 3),
            ("?unknown=1&&", ["Alpha", "alpha", "alpha_2", "beta 100%", "delta", "omega", "Ägir"], 7),
        ]
    )
    func lists(_ query: String, _ names: [String], _ totalFiltered: Int) async throws {
        let fixture = try await fixture()
        let answer = try await fixture.send(.get, Paths.connections + query, as: fixture.admin)
        #expect(answer.status == 200)
        #expect(self.names(answer) == names)
        #expect(answer["/meta"]?.compact == #"{"total":7,"total_filtered":\#(totalFiltered)}"#)
        #expect(!answer.text.contains(Bodies.marker))
    }

    @Test("has elements that are the documents that a get answers")
    func elements() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let get = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        let list = try await fixture.send(.get, Paths.connections, as: fixture.admin)
        #expect(list["/data/0"] == get["/data"])
    }

    @Test("has ten elements on a page unless asked otherwise")
    func pageSize() async throws {
        let fixture = try await Fixture()
        for number in 0..<12 { _ = try await fixture.create(Bodies.aws(name: "\(number)")) }
        let first = try await fixture.send(.get, Paths.connections, as: fixture.admin)
        let second = try await fixture.send(.get, Paths.connections + "?page[number]=1", as: fixture.admin)
        #expect([names(first).count, names(second).count] == [10, 2])
    }
}

@Suite("A list's parameters")
struct ListParameterTests {
    @Test(
        "that are nonsense are refused by name",
        arguments: [Paths.connections, Paths.registrations],
        [
            ("page[size]=0", "page[size]"), ("page[size]=101", "page[size]"), ("page[size]=-1", "page[size]"),
            ("page[size]=ten", "page[size]"), ("page[size]=", "page[size]"), ("page[size]", "page[size]"),
            ("page[size]=1.5", "page[size]"), ("page[size]=+1", "page[size]"), ("page[size]=0x1", "page[size]"),
            ("page[size]=%D9%A1", "page[size]"), ("page[size]=99999999999999999999", "page[size]"),
            ("page[size]=1&page[size]=1", "page[size]"), ("page[size]=1&page%5Bsize%5D=2", "page[size]"),
            ("page[number]=-1", "page[number]"), ("page[number]=1000000001", "page[number]"),
            ("page[number]=x", "page[number]"), ("page[number]=1&page[number]=1", "page[number]"),
        ]
    )
    func nonsense(_ path: String, _ row: (query: String, parameter: String)) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(.get, "\(path)?\(row.query)", as: fixture.admin)
        expectErrors(in: answer, status: 400, sources: ["parameter \(row.parameter)"])
    }

    @Test("must be well-formed", arguments: ["a=%zz", "%", "page[size]=%ff", "a=%c3%28"])
    func malformed(_ query: String) async throws {
        let fixture = try await Fixture()
        for path in [Paths.connections, Paths.registrations] {
            let answer = try await fixture.send(.get, "\(path)?\(query)", as: fixture.admin)
            expectErrors(in: answer, status: 400, sources: [nil])
        }
    }

    @Test("stand once where they filter", arguments: ["filter[query]", "filter[integration]"])
    func repeated(_ name: String) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(.get, "\(Paths.connections)?\(name)=a&\(name)=b", as: fixture.admin)
        expectErrors(in: answer, status: 400, sources: ["parameter \(name)"])
    }
}

@Suite("The list of registrations")
struct RegistrationListTests {
    @Test("has the organisation's registered keys, oldest first, in pages")
    func registrations() async throws {
        let fixture = try await Fixture()
        let second = try await fixture.member([.readOnly])
        _ = try await fixture.member([.readOnly], isRegistered: false)
        let third = try await fixture.member([.readOnly])
        _ = try await fixture.stranger()
        let all = [fixture.admin, second, third].map(\.applicationKey.description)
        for (query, ids) in [
            ("", all), ("?page[size]=2", Array(all[..<2])), ("?page[size]=2&page[number]=1", [all[2]]),
            ("?page[number]=7", []),
        ] {
            let answer = try await fixture.send(.get, Paths.registrations + query, as: fixture.admin)
            let data = ids.map { #"{"id":"\#($0)","type":"app_key_registration"}"# }.joined(separator: ",")
            #expect(answer.text == #"{"data":[\#(data)],"meta":{"total":3,"total_filtered":3}}"#)
        }
    }

    @Test("shows a registration as register and get answer it")
    func document() async throws {
        let fixture = try await Fixture()
        let path = Paths.registration(fixture.admin.applicationKey)
        let expected = #"{"data":{"id":"\#(fixture.admin.applicationKey)","type":"app_key_registration"}}"#
        #expect(try await fixture.send(.get, path, as: fixture.admin).text == expected)
        #expect(try await fixture.send(.put, path, as: fixture.admin).text == expected)
    }
}
