import Documents
import Storage

/// The statements of a list of documents by name: made of what stands here alone, never of what a client sent.
struct NamedList {
    private let table: DocumentTable
    private let condition: String
    private let visibility: String
    private let parameters: [SQLValue]
    private let visibilityParameters: [SQLValue]
    let isFiltered: Bool

    /// - Parameters:
    ///   - table: The documents' table.
    ///   - organization: The organisation's ordinal.
    ///   - filter: What is asked for.
    ///   - subjects: The names by which policies know who asks; `nil` if everything is visible.
    init(
        _ table: DocumentTable,
        in organization: Int64,
        matching filter: DocumentFilter,
        visibleTo subjects: [String]? = nil
    ) {
        self.table = table
        var parameters = [SQLValue.integer(organization)]
        var visibility = "organization = $1"
        if let subjects {
            parameters.append(.texts(subjects))
            visibility += """
                 AND (is_restricted = 0 OR EXISTS (
                    SELECT 1 FROM restriction_bindings b
                    WHERE b.connection = \(table.name).key AND b.principal = ANY($2)
                ))
                """
        }
        visibilityParameters = parameters
        var condition = visibility
        func add(_ comparison: (String) -> String, _ value: SQLValue) {
            parameters.append(value)
            condition += " AND " + comparison("$\(parameters.count)")
        }
        if let name = filter.name { add({ "name = \($0)" }, .text(name)) }
        if let category = filter.category { add({ "category = \($0)" }, .text(category)) }
        if let part = filter.nameContains { add({ "lower(name) LIKE \($0)" }, .text(part.containedPattern)) }
        self.visibility = visibility
        self.condition = condition
        self.parameters = parameters
        isFiltered = filter != DocumentFilter()
    }

    var countingAll: SQLQuery {
        SQLQuery(
            "SELECT count(*) FROM \(table.name) WHERE \(visibility)",
            parameters: visibilityParameters,
            isKept: false
        )
    }

    var countingFiltered: SQLQuery {
        SQLQuery("SELECT count(*) FROM \(table.name) WHERE \(condition)", parameters: parameters, isKept: false)
    }

    /// The documents, each with its name and its id.
    func page(_ page: Page?) -> SQLQuery {
        var parameters = parameters
        var rest = ""
        if let after = page?.after {
            let next = parameters.count + 1
            rest = " AND (name, key) > ($\(next), $\(next + 1))"
            parameters += [.text(after.value.text ?? ""), .integer(after.id.key)]
        }
        let next = parameters.count + 1
        parameters += [SQLQuery.limit(of: page), SQLQuery.offset(of: page)]
        return SQLQuery(
            """
            SELECT document, name, key, low FROM \(table.name) WHERE \(condition)\(rest)
            ORDER BY name, key LIMIT $\(next) OFFSET $\(next + 1)
            """,
            parameters: parameters,
            isKept: false
        )
    }
}
