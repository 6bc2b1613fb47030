import Documents
import Storage

extension StoreExercise {
    static let lists = [
        StoreExercise("lists are ordered by the bytes of the name, then by id") { store in
            let tenant = try await Tenant.create(in: store)
            let ids = (0..<3).map { _ in Tenant.ids.next() }
            // The same name for three, of which the newest is stored first.
            for id in ids.reversed() {
                try await tenant.create(tenant.record("b", id: id, document: "\(id)"), in: store)
            }
            for name in ["a", "B", "é", "Z", "ab", "", "\u{65}\u{301}"] {
                try await tenant.create(tenant.record(name, document: name), in: store)
            }
            let expected = ["", "B", "Z", "a", "ab"] + ids.map(\.description) + ["\u{65}\u{301}", "é"]
            let list = try listed(tenant, store)
            try expect(list.map { [UInt8]($0.utf8) }, is: expected.map { [UInt8]($0.utf8) }, "the list")
        },
        StoreExercise("pages follow each other without gaps, and end") { store in
            let tenant = try await Tenant.create(in: store)
            let names = (10..<35).map { "n\($0)" }
            for name in names.shuffled() { try await tenant.create(tenant.record(name, document: name), in: store) }
            var collected: [String] = []
            for number in 0..<4 { collected += try listed(tenant, store, page: Page(size: 10, number: number)) }
            try expect(collected, is: names, "the pages together")
            for page in [Page(size: 10, number: 3), Page(size: 100, number: .max), Page(size: .max, number: .max)] {
                let beyond = try store.documents(.connection, in: tenant.id, matching: .init(), page: page)
                try expect(beyond.elements.isEmpty, "a page beyond the end is empty")
                try expect(beyond.total, is: 25, "the total of a page beyond the end")
            }
        },
        StoreExercise("short reads follow each other without gaps, whatever goes and comes before them") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            try await other.create(other.record("n15", kind: .awsAccount, document: "foreign"), in: store)
            func all(_ bytes: Int, _ filter: DocumentFilter = .init(), of kind: DocumentKind) throws -> [String] {
                var found: [String] = []
                var position: ListPosition?
                repeat {
                    let read = try store.documents(kind, in: tenant.id, matching: filter, after: position, bytes: bytes)
                    found += read.documents.map { String(decoding: $0, as: UTF8.self) }
                    position = read.end
                    try expect(read.documents.isEmpty, is: position == nil && found.isEmpty, "an empty read")
                } while position != nil
                return found
            }
            for kind in [DocumentKind.connection, .awsAccount] {
                try expect(try all(100, of: kind), is: [], "the list of none")
                let names = (10..<40).map { "n\($0)" }
                for name in names.shuffled() {
                    try await tenant.create(tenant.record(name, kind: kind, document: name), in: store)
                }
                for bytes in [0, 1, 3, 4, 10, 89, 90, 91, 10_000] {
                    try expect(try all(bytes, of: kind), is: names, "the list in reads of \(bytes) bytes")
                }
                let filter = DocumentFilter(nameContains: "2")
                try expect(try all(4, filter, of: kind), is: names.filter { $0.contains("2") }, "the filtered list")
                try expect(try all(1, .init(name: "n20"), of: kind), is: ["n20"], "the one of that name")
                let first = try store.documents(kind, in: tenant.id, matching: .init(), after: nil, bytes: 30)
                try expect(first.documents.count, is: 10, "the first read")
                try await tenant.create(tenant.record("n00", kind: kind, document: "early"), in: store)
                let second = try store.documents(kind, in: tenant.id, matching: .init(), after: first.end, bytes: 3)
                try expect(second.documents, is: [Array("n20".utf8)], "the second read")
            }
        },
        StoreExercise("a part of the name filters, whatever the case of its ASCII letters") { store in
            let tenant = try await Tenant.create(in: store)
            let names = ["100% sure", "1000 sure", "under_score", "underscore", "back\\slash", "ÜBER", "über", "it's"]
            for name in names { try await tenant.create(tenant.record(name, document: name), in: store) }
            let cases: [(part: String, names: [String])] = [
                ("", names), ("SURE", ["100% sure", "1000 sure"]), ("0%", ["100% sure"]), ("%", ["100% sure"]),
                ("R_s", ["under_score"]), ("_", ["under_score"]), ("\\", ["back\\slash"]), ("'", ["it's"]),
                ("über", ["über"]), ("Ü", ["ÜBER"]), ("üBER", ["über"]), ("nothing", []), ("\0", []), ("sure\0", []),
            ]
            for (part, names) in cases {
                let list = try listed(tenant, store, .init(nameContains: part))
                try expect(list, is: names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, "names with \(part)")
            }
        },
        StoreExercise("without a page a list has all") { store in
            let tenant = try await Tenant.create(in: store)
            try expect(listed(tenant, store, page: nil), is: [], "the list of none")
            let names = (1000..<1250).map { "n\($0)" }
            for kind in [DocumentKind.connection, .awsAccount] {
                let records = names.reversed().map { tenant.record($0, kind: kind, document: $0) }
                _ = try await store.commit(Change(records.map { .createDocument($0, sealed: nil) }, event: nil))
                try expect(listed(tenant, store, of: kind, page: nil), is: names, "the list")
                let filter = DocumentFilter(nameContains: "7")
                try expect(
                    listed(tenant, store, of: kind, filter, page: nil),
                    is: names.filter { $0.contains("7") },
                    "the filtered list"
                )
            }
        },
        StoreExercise("a name filters exactly") { store in
            let tenant = try await Tenant.create(in: store)
            let names = ["", "123", "1234", "123 ", "ab", "AB", "a%", "é"]
            for kind in [DocumentKind.connection, .awsAccount] {
                for name in names {
                    try await tenant.create(tenant.record(name, kind: kind, document: "[\(name)]"), in: store)
                }
                for name in names {
                    try expect(
                        listed(tenant, store, of: kind, .init(name: name)),
                        is: ["[\(name)]"],
                        "those of \(name)"
                    )
                }
                try expect(listed(tenant, store, of: kind, .init(name: "12")), is: [], "those of no name")
                try expect(listed(tenant, store, of: kind, .init(category: "H", name: "ab")), is: [], "of no category")
                try expect(listed(tenant, store, of: kind, .init(name: "ab", nameContains: "z")), is: [], "of no part")
                let both = DocumentFilter(category: "HTTP", name: "ab", nameContains: "B")
                try expect(listed(tenant, store, of: kind, both), is: ["[ab]"], "of name, part and category")
                let page = try store.documents(kind, in: tenant.id, matching: .init(name: "AB"), page: nil)
                try expect([page.total, page.totalFiltered], is: [names.count, 1], "the totals")
            }
            try await tenant.create(tenant.record("ab", document: "2"), in: store)
            try expect(listed(tenant, store, .init(name: "ab")), is: ["[ab]", "2"], "two of a name")
        },
        StoreExercise("a list is of one kind") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.record("a", kind: .awsAccount, document: "account")
            let config = tenant.record("a", kind: .ccmConfig, id: account.id, document: "config")
            let connection = tenant.record("a", document: "connection")
            let settings = tenant.record("a", kind: .connectionSettings, id: connection.id, document: "settings")
            for record in [connection, account, config, settings] {
                try await tenant.create(record, in: store)
            }
            for (kind, document) in [
                (DocumentKind.connection, "connection"), (.awsAccount, "account"), (.ccmConfig, "config"),
                (.connectionSettings, "settings"),
            ] {
                try expect(listed(tenant, store, of: kind), is: [document], "the list of \(kind)")
                try expect(listed(tenant, store, of: kind, .init(name: "a"), page: nil), is: [document], "filtered")
            }
        },
        StoreExercise("the category filters exactly, also together with the name") { store in
            let tenant = try await Tenant.create(in: store)
            for (name, category) in [("a1", "HTTP"), ("a2", "OpenAI"), ("b1", "HTTP"), ("b2", "http")] {
                try await tenant.create(tenant.record(name, category: category, document: name), in: store)
            }
            try expect(listed(tenant, store, .init(category: "HTTP")), is: ["a1", "b1"], "those of HTTP")
            try expect(listed(tenant, store, .init(category: "HTT")), is: [], "those of a part")
            let both = try listed(tenant, store, .init(category: "HTTP", nameContains: "B"))
            try expect(both, is: ["b1"], "those of HTTP with a B")
        },
        StoreExercise("totals count all of the organisation, and all that the filter lets through") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            try await other.create(other.record("a"), in: store)
            for index in 0..<30 {
                let category = index % 3 == 0 ? "OpenAI" : "HTTP"
                try await tenant.create(tenant.record("a\(index)", category: category), in: store)
            }
            let cases: [(DocumentFilter, Int)] = [
                (.init(), 30), (.init(category: "OpenAI"), 10), (.init(nameContains: "A1"), 11),
                (.init(category: "OpenAI", nameContains: "a1"), 3), (.init(nameContains: "q"), 0),
            ]
            for (filter, expected) in cases {
                let page = try store.documents(
                    .connection,
                    in: tenant.id,
                    matching: filter,
                    page: Page(size: 2, number: 0)
                )
                try expect(page.total, is: 30, "the total")
                try expect(page.totalFiltered, is: expected, "the filtered total of \(filter)")
                try expect(page.elements.count, is: min(2, expected), "the page's size")
            }
        },
        StoreExercise("a list follows renaming and deleting") { store in
            let tenant = try await Tenant.create(in: store)
            let records = ["a", "b", "c"].map { tenant.record($0, document: $0) }
            for record in records { try await tenant.create(record, in: store) }
            let renamed = tenant.record("d", id: records[0].id, document: "d")
            _ = try await store.commit(Change([.updateDocument(renamed, expecting: 1, sealed: nil)], event: nil))
            _ = try await store.commit(
                Change([.deleteDocument(.connection, records[1].id, organization: tenant.id)], event: nil)
            )
            try expect(listed(tenant, store), is: ["c", "d"], "the list")
        },
    ]
}

private func listed(
    _ tenant: Tenant,
    _ store: any Store,
    of kind: DocumentKind = .connection,
    _ filter: DocumentFilter = .init(),
    page: Page? = Page(size: 100, number: 0)
) throws -> [String] {
    try store.documents(kind, in: tenant.id, matching: filter, page: page).elements
        .map { String(decoding: $0, as: UTF8.self) }
}
