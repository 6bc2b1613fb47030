import Access
import Documents
import Storage

/// Lists of keys, tokens and users: a step for each of the organisation's, and the sorting of those that the filter lets
/// through.
extension PostgresReads {
    func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(PostgresError) -> PageOf<APIKey> {
        var list = OrderedList(table: "api_keys k", select: Self.apiKeys, organization: "k.organization")
        list.add(filter)
        if let time = filter.modifiedFrom { list.add("k.modified_at >=", .integer(time.microseconds)) }
        if let time = filter.modifiedTo { list.add("k.modified_at <=", .integer(time.microseconds)) }
        list.order(by: order.column(modifiedAt: "k.modified_at"), key: "k.key", order.isDescending)
        return try read(list, in: organization, page) { row throws(PostgresError) in
            try Self.apiKey(row)
        } position: {
            order.position(of: $0)
        }
    }

    func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(PostgresError) -> PageOf<ApplicationKey> {
        var list = OrderedList(
            table: "application_keys k JOIN users u ON u.key = k.owner",
            select: Self.applicationKeys,
            organization: "k.organization"
        )
        list.add(filter)
        list.add(owner: filter.owner)
        // They do not tell when they were changed.
        list.order(by: order.column(modifiedAt: "k.created_at"), key: "k.key", order.isDescending)
        return try read(list, in: organization, page) { row throws(PostgresError) in
            try Self.applicationKey(row)
        } position: {
            order.position(of: $0)
        }
    }

    func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(PostgresError) -> PageOf<AccessToken> {
        var list = OrderedList(
            table: "access_tokens k JOIN users u ON u.key = k.owner",
            select: Self.accessTokens,
            organization: "k.organization"
        )
        // Delegated tokens are in the table, and in no list.
        list.add("k.kind <>", .integer(AccessToken.Kind.delegated.number))
        if let part = filter.nameContains { list.add("lower(k.name) LIKE", .text(part.containedPattern)) }
        if filter.ofServiceAccounts { list.add("k.kind =", .integer(AccessToken.Kind.service.number)) }
        list.add(owner: filter.owner)
        list.order(by: order.column, key: "k.key", order.isDescending)
        return try read(list, in: organization, page) { row throws(PostgresError) in
            try Self.accessToken(row)
        } position: {
            order.position(of: $0)
        }
    }

    func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(PostgresError) -> PageOf<User> {
        var list = OrderedList(table: "users", select: Self.users, organization: "organization")
        if let handle = filter.handle { list.add("handle =", .text(handle)) }
        if let part = filter.contains { list.add(anyOf: ["lower(handle) LIKE", "lower(name) LIKE"], part) }
        if let isDisabled = filter.isDisabled { list.add("is_disabled =", .flag(isDisabled)) }
        list.order(by: order.column, key: "key", order.isDescending)
        return try read(list, in: organization, page) { row throws(PostgresError) in
            try Self.user(row, in: organization)
        } position: {
            order.position(of: $0)
        }
    }

    private func read<Element>(
        _ list: OrderedList,
        in organization: Identifier,
        _ page: Page,
        element: (SQLRow) throws(PostgresError) -> Element,
        position: (Element) -> ListPosition
    ) throws(PostgresError) -> PageOf<Element> {
        guard let ordinal = try ordinal(of: organization) else { return .empty }
        let results = try ask(together: list.queries(in: ordinal, page))
        let elements = try results[0].map(element)
        return PageOf(
            elements: elements,
            total: Int(results[1].first?.integer(0) ?? 0),
            totalFiltered: Int(results[2].first?.integer(0) ?? 0),
            end: elements.last.map(position)
        )
    }
}

/// The statements of a list: made of what stands in this file alone, never of what a client sent.
private struct OrderedList {
    /// The table, with the name that the conditions call it by, and what they need beside it.
    let table: String
    /// The rows' columns and where they come from.
    let select: String
    /// The column of the organisation's ordinal.
    let organization: String

    private var conditions: [String] = []
    /// `$1` is the ordinal.
    private var parameters: [SQLValue] = []
    private var column = ""
    private var keyColumn = ""
    private var isDescending = false

    init(table: String, select: String, organization: String) {
        self.table = table
        self.select = select
        self.organization = organization
    }

    /// Adds a comparison with a value.
    mutating func add(_ comparison: String, _ value: SQLValue) {
        parameters.append(value)
        conditions.append("\(comparison) $\(parameters.count + 1)")
    }

    mutating func add(anyOf comparisons: [String], _ part: String) {
        parameters.append(.text(part.containedPattern))
        let place = "$\(parameters.count + 1)"
        conditions.append("(\(comparisons.map { "\($0) \(place)" }.joined(separator: " OR ")))")
    }

    mutating func add(_ filter: KeyFilter) {
        if let part = filter.nameContains { add("lower(k.name) LIKE", .text(part.containedPattern)) }
        if let time = filter.createdFrom { add("k.created_at >=", .integer(time.microseconds)) }
        if let time = filter.createdTo { add("k.created_at <=", .integer(time.microseconds)) }
    }

    mutating func add(owner: Identifier?) {
        guard let owner else { return }
        add("k.owner =", .integer(owner.key))
        add("u.low =", .integer(owner.lowBits))
    }

    /// Orders by a column, then by key; of a column that may be empty, the empty ones come first.
    mutating func order(by column: String, key keyColumn: String, _ isDescending: Bool) {
        self.column = column
        self.keyColumn = keyColumn
        self.isDescending = isDescending
    }

    /// The elements of a page, the number of all, and that of those that the filter lets through.
    func queries(in ordinal: Int64, _ page: Page) -> [SQLQuery] {
        let all = [SQLValue.integer(ordinal)]
        let ofOrganization = "\(organization) = $1"
        let condition = ([ofOrganization] + conditions).joined(separator: " AND ")
        var rest = ""
        var values = all + parameters
        if let position = page.after {
            rest = " AND (\(isBehind(position, &values)))"
        }
        let clause =
            isDescending
            ? "\(column) DESC NULLS LAST, \(keyColumn) DESC" : "\(column) ASC NULLS FIRST, \(keyColumn) ASC"
        let next = values.count + 1
        values += [SQLQuery.limit(of: page), SQLQuery.offset(of: page)]
        return [
            SQLQuery(
                "\(select) WHERE \(condition)\(rest) ORDER BY \(clause) LIMIT $\(next) OFFSET $\(next + 1)",
                parameters: values,
                isKept: false
            ),
            SQLQuery("SELECT count(*) FROM \(table) WHERE \(ofOrganization)", parameters: all, isKept: false),
            SQLQuery("SELECT count(*) FROM \(table) WHERE \(condition)", parameters: all + parameters, isKept: false),
        ]
    }

    /// Whether a row comes behind a position.
    private func isBehind(_ position: ListPosition, _ values: inout [SQLValue]) -> String {
        let value = "$\(values.count + 1)"
        switch position.value {
        case .none:
            values.append(.integer(position.id.key))
            return isDescending
                ? "\(column) IS NULL AND \(keyColumn) < \(value)"
                : "\(column) IS NOT NULL OR \(keyColumn) > \(value)"
        case .text(let text): values.append(.text(text))
        case .integer(let integer): values.append(.integer(integer))
        }
        values.append(.integer(position.id.key))
        let key = "$\(values.count)"
        return isDescending
            ? "\(column) IS NULL OR \(column) < \(value) OR \(column) = \(value) AND \(keyColumn) < \(key)"
            : "\(column) > \(value) OR \(column) = \(value) AND \(keyColumn) > \(key)"
    }
}

extension AccessTokenOrder {
    fileprivate var column: String {
        switch criterion {
        case .name: "k.name"
        case .createdAt: "k.created_at"
        case .expiresAt: "k.expires_at"
        case .lastUsedAt: "k.last_used_at"
        }
    }
}

extension KeyOrder {
    fileprivate func column(modifiedAt: String) -> String {
        switch criterion {
        case .name: "k.name"
        case .createdAt: "k.created_at"
        case .modifiedAt: modifiedAt
        case .last4: "k.last4"
        }
    }
}

extension UserOrder {
    fileprivate var column: String {
        switch criterion {
        case .name: "name"
        case .handle: "handle"
        case .createdAt: "created_at"
        case .modifiedAt: "modified_at"
        case .isDisabled: "is_disabled"
        }
    }
}
