import Access
import Documents
import HTTPServer
import KeywayServer
import Testing
import TestSupport

@testable import KeywayServer

@Suite("A key")
struct KeyManagementTests {
    private static let own = "/api/v2/current_user/application_keys"

    @Test("is shown in the answer to its creation, and nowhere else")
    func shownOnce() async throws {
        let fixture = try await Fixture()
        let apiKey = try await fixture.send(.post, "/api/v2/api_keys", body: AccessBodies.apiKey())
        let applicationKey = try await fixture.send(.post, Self.own, body: AccessBodies.applicationKey())
        for (answer, length) in [(apiKey, 32), (applicationKey, 40)] {
            let key = try #require(answer["/data/attributes/key"]?.text?.string)
            #expect(key.utf8.count == length)
            #expect(answer["/data/attributes/last4"]?.text?.string == String(key.suffix(4)))
        }
        let targets = [
            "/api/v2/api_keys", "/api/v2/api_keys/\(apiKey.id)", Self.own, "\(Self.own)/\(applicationKey.id)",
            "/api/v2/application_keys", "/api/v2/application_keys/\(applicationKey.id)",
        ]
        let edits = [
            ("/api/v2/api_keys/\(apiKey.id)", AccessBodies.apiKey()),
            ("\(Self.own)/\(applicationKey.id)", AccessBodies.applicationKey()),
        ]
        var answers: [Answer] = []
        for target in targets { answers.append(try await fixture.send(.get, target, as: fixture.admin)) }
        for (target, body) in edits { answers.append(try await fixture.send(.patch, target, body: body)) }
        for answer in answers {
            #expect(answer.status == 200)
            #expect(!answer.text.contains(#""key":"#))
        }
        let told = try fixture.events().map(\.compact).joined() + fixture.logLines().joined()
        for key in [apiKey, applicationKey] {
            #expect(!told.contains(try #require(key["/data/attributes/key"]?.text?.string)))
        }
    }

    @Test("opens what it names from its creation until its deletion, even its own")
    func life() async throws {
        let fixture = try await Fixture()
        var keys = fixture.admin
        let apiKey = try await fixture.send(.post, "/api/v2/api_keys", body: AccessBodies.apiKey())
        let applicationKey = try await fixture.send(.post, Self.own, body: AccessBodies.applicationKey())
        keys.api = try #require(apiKey["/data/attributes/key"]?.text?.string)
        keys.application = try #require(applicationKey["/data/attributes/key"]?.text?.string)
        #expect(try await fixture.send(.get, "/api/v2/validate_keys", as: keys).status == 200)
        #expect(try await fixture.send(.delete, "/api/v2/api_keys/\(apiKey.id)", as: keys).status == 204)
        #expect(try await fixture.send(.get, "/api/v2/validate_keys", as: keys).status == 403)
        #expect(try await fixture.send(.get, "/api/v1/validate", as: keys).status == 403)
        keys.api = fixture.admin.api
        #expect(try await fixture.send(.delete, "\(Self.own)/\(applicationKey.id)", as: keys).status == 204)
        #expect(try await fixture.send(.get, "/api/v2/validate_keys", as: keys).status == 403)
    }

    @Test("that is deleted is registered no more")
    func registration() async throws {
        let fixture = try await Fixture()
        let key = try await fixture.send(.post, Self.own, body: AccessBodies.applicationKey()).id
        let registration = "\(Paths.registrations)/\(key)"
        #expect(try await fixture.send(.put, registration, as: fixture.admin).status == 201)
        #expect(try await fixture.send(.delete, "\(Self.own)/\(key)", as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, registration, as: fixture.admin).status == 404)
    }

    @Test("has new scopes at once, and keeps those that are not sent")
    func scopes() async throws {
        let fixture = try await Fixture()
        let keys = try await fixture.member([.admin])
        let path = "\(Self.own)/\(keys.applicationKey)"
        func patch(_ attributes: String) async throws -> String? {
            let answer = try await fixture.send(
                .patch,
                path,
                as: keys,
                body: AccessBodies.key("application_keys", attributes)
            )
            return answer["/data/attributes/scopes"]?.compact
        }
        #expect(try await patch(#""scopes":["user_app_keys","later"]"#) == #"["user_app_keys","later"]"#)
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 403)
        #expect(try await patch(#""name":"New""#) == #"["user_app_keys","later"]"#)
        // It lacks what it gave up.
        #expect(try await patch(#""scopes":[]"#) == nil)
        let admin = try await fixture.send(
            .patch,
            "/api/v2/application_keys/\(keys.applicationKey)",
            body: AccessBodies.key("application_keys", #""scopes":[]"#)
        )
        #expect(admin["/data/attributes/scopes"] == .null)
        #expect(try await fixture.send(.get, Paths.connections, as: keys).status == 200)
    }

    @Test("stands in answers as in the reference's")
    func shape() async throws {
        let fixture = try await Fixture()
        let apiKey = try await fixture.send(.post, "/api/v2/api_keys", body: AccessBodies.apiKey())
        #expect(
            apiKey["/data/attributes"]?.names == [
                "created_at", "key", "last4", "modified_at", "name", "category", "remote_config_read_enabled",
            ]
        )
        let user = fixture.admin.user.description
        for relationship in ["created_by", "modified_by"] {
            #expect(apiKey["/data/relationships/\(relationship)/data/id"]?.text?.string == user)
        }
        let time = try #require(apiKey["/data/attributes/created_at"]?.text?.string)
        #expect(time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00/#) != nil)
        let list = try await fixture.send(
            .get,
            "/api/v2/api_keys?include=created_by,modified_by&filter=test",
            as: fixture.admin
        )
        #expect(list["/meta"]?.compact == #"{"page":{"total_filtered_count":1},"max_allowed":1000}"#)
        #expect(list["/included"]?.elements.count == 1)
        #expect(list["/included/0/id"]?.text?.string == user)

        let key = try await fixture.send(.post, Self.own, body: AccessBodies.applicationKey())
        #expect(key["/data/attributes"]?.names == ["name", "created_at", "last4", "key", "scopes"])
        #expect(key["/data/attributes/scopes"] == .null)
        #expect(key["/data/relationships/owned_by/data/id"]?.text?.string == user)
        let keys = try await fixture.send(.get, "\(Self.own)?filter=TEST&include=owned_by", as: fixture.admin)
        #expect(keys["/meta"]?.compact == #"{"page":{"total_filtered_count":1},"max_allowed_per_user":1000}"#)
        #expect(keys["/included/0/id"]?.text?.string == user)
    }

    @Test(
        "is found by what a list asks for",
        arguments: [
            ("", 4), ("filter=a", 2), ("filter=A&page[size]=1", 1), ("page[size]=3&page[number]=1", 1),
            ("filter[created_at][start]=2020-01-01", 4), ("filter[created_at][end]=2020-01-01T00:00:00Z", 0),
            ("filter[modified_at][start]=2999-01-01T00:00:00%2B01:00", 0),
            ("filter[modified_at][end]=2999-01-01T00:00:00+01:00", 4), ("filter[remote_config_read_enabled]=True", 4),
            ("filter[remote_config_read_enabled]=false", 0), ("filter[category]=default", 4),
            ("filter[category]=other", 0),
        ]
    )
    func filters(_ query: String, _ count: Int) async throws {
        let fixture = try await Fixture()
        for name in ["Ba", "C", "A"] {
            _ = try await fixture.send(.post, "/api/v2/api_keys", body: AccessBodies.apiKey(#""name":"\#(name)""#))
        }
        let organizationKey = try await fixture.send(.get, "/api/v2/api_keys?filter=API", as: fixture.admin).json
        let first = try #require(organizationKey.at("/data/0/id")?.text?.string)
        let renaming = AccessBodies.apiKey(#""name":"Z""#)
        #expect(try await fixture.send(.patch, "/api/v2/api_keys/\(first)", body: renaming).status == 200)
        let answer = try await fixture.send(.get, "/api/v2/api_keys?\(query)", as: fixture.admin)
        #expect(answer["/data"]?.elements.count == count)
    }

    @Test(
        "stands where a list's order puts it",
        arguments: [("name", "A B C"), ("-name", "C B A"), ("created_at", "B C A"), ("-created_at", "A C B")]
    )
    func order(_ sort: String, _ names: String) async throws {
        let fixture = try await Fixture()
        for name in ["B", "C", "A"] {
            let body = AccessBodies.key("application_keys", #""name":"\#(name)""#)
            _ = try await fixture.send(.post, Self.own, body: body)
        }
        let answer = try await fixture.send(.get, "\(Self.own)?sort=\(sort)", as: fixture.admin)
        let answered = answer["/data"]?.elements.compactMap { $0["attributes"]?["name"]?.text?.string } ?? []
        #expect(answered.filter { $0.count == 1 }.joined(separator: " ") == names)
    }

    @Test("of another user is in no list of one's own, and one organisation's in no other's")
    func isolation() async throws {
        let fixture = try await Fixture()
        let stranger = try await fixture.stranger()
        let other = try await fixture.member([.readOnly])
        func ids(_ target: String, as keys: Keys) async throws -> [String] {
            let answer = try await fixture.send(.get, target, as: keys)
            return answer["/data"]?.elements.compactMap { $0["id"]?.text?.string } ?? []
        }
        #expect(try await ids(Self.own, as: other) == [other.applicationKey.description])
        #expect(try await ids("/api/v2/application_keys", as: stranger) == [stranger.applicationKey.description])
        let owned = "/api/v2/application_keys?filter[owned_by]="
        #expect(try await ids("\(owned)\(other.user)", as: fixture.admin) == [other.applicationKey.description])
        #expect(try await ids("\(owned)\(stranger.user)", as: fixture.admin).isEmpty)
        #expect(try await ids("/api/v2/api_keys", as: stranger).count == 1)
    }

    @Test("tells of itself in the audit log")
    func events() async throws {
        let fixture = try await Fixture()
        let key = try await fixture.send(.post, Self.own, body: AccessBodies.applicationKey(scopes: #"["a"]"#)).id
        let event = try #require(try fixture.events().last)
        #expect(event["action"]?.text == "application_key.create")
        #expect(event["resource_id"]?.text?.string == key)
        #expect(event["details"]?.compact == #"{"owner_id":"\#(fixture.admin.user)","scopes":["a"]}"#)
    }
}

@Suite("A time in a query")
struct TimestampTextTests {
    @Test(
        "is one of RFC 3339, or a date",
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T01:00:00+01:00", 0), ("1970-01-01T01:00:00 01:00", 0), ("1969-12-31T23:30:00-00:30", 0),
            ("1970-01-01T00:00:00.5Z", 500_000), ("1970-01-01T00:00:00.1234567Z", 123_456),
            ("2024-02-29T12:34:56Z", 1_709_210_096_000_000), ("2000-03-01", 951_868_800_000_000),
        ]
    )
    func valid(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "yesterday", "1970", "1970-1-1", "1970-13-01", "2023-02-29", "1900-02-29", "1970-01-01T", "0000-01-01",
            "1970-01-01T00:00:00", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zx",
            "1970-01-01T00:00:00+1:00", "१९७०-01-01",
        ]
    )
    func invalid(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("is read as it is answered")
    func roundTrip() {
        let time = Timestamp(microseconds: 1_795_183_509_000_120)
        #expect(time.offsetText == "2026-11-20T14:05:09.000120+00:00")
        #expect(Timestamp(rfc3339: time.offsetText) == time)
    }
}
