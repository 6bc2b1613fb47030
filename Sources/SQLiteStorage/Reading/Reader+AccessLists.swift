import Access
import Documents
import Storage

/// Lists of keys and users. They are rare, and their order varies, so their statements are prepared for each; they cost
/// a step for each key or user of the organisation, and the sorting of those that the filter lets through.
extension Reader {
    func apiKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(SQLiteError) -> PageOf<APIKey> {
        let list = AccessList(
            table: "api_keys k",
            select: ReadStatements.apiKeys,
            condition: """
                k.organization = ?1 AND (?2 IS NULL OR instr(lower(k.name), lower(?2)) > 0)
                AND k.created_at BETWEEN ?3 AND ?4 AND k.modified_at BETWEEN ?5 AND ?6
                """,
            order: ListOrder(order.column(modifiedAt: "k.modified_at"), key: "k.key", order.isDescending)
        )
        return try read(list, in: organization, isFiltered: filter != KeyFilter(), page: page) {
            statement throws(SQLiteError) in
            try statement.bind(2, text: filter.nameContains)
            try statement.bind(3, filter.createdFrom?.microseconds ?? .min)
            try statement.bind(4, filter.createdTo?.microseconds ?? .max)
            try statement.bind(5, filter.modifiedFrom?.microseconds ?? .min)
            try statement.bind(6, filter.modifiedTo?.microseconds ?? .max)
        } element: { statement throws(SQLiteError) in
            try apiKey(from: statement)
        } position: {
            order.position(of: $0)
        }
    }

    func applicationKeys(
        in organization: Identifier,
        matching filter: KeyFilter,
        order: KeyOrder,
        page: Page
    ) throws(SQLiteError) -> PageOf<ApplicationKey> {
        let list = AccessList(
            table: "application_keys k",
            select: ReadStatements.applicationKeys,
            // An owner that is asked for is both ends of the range.
            condition: """
                k.organization = ?1 AND (?2 IS NULL OR instr(lower(k.name), lower(?2)) > 0)
                AND k.created_at BETWEEN ?3 AND ?4 AND k.owner BETWEEN ?5 AND ?6
                AND (?7 IS NULL OR EXISTS (SELECT 1 FROM users w WHERE w.key = k.owner AND w.low = ?7))
                """,
            // They do not tell when they were changed.
            order: ListOrder(order.column(modifiedAt: "k.created_at"), key: "k.key", order.isDescending)
        )
        return try read(list, in: organization, isFiltered: filter != KeyFilter(), page: page) {
            statement throws(SQLiteError) in
            try statement.bind(2, text: filter.nameContains)
            try statement.bind(3, filter.createdFrom?.microseconds ?? .min)
            try statement.bind(4, filter.createdTo?.microseconds ?? .max)
            try statement.bind(5, filter.owner?.key ?? .min)
            try statement.bind(6, filter.owner?.key ?? .max)
            if let owner = filter.owner { try statement.bind(7, owner.lowBits) }
        } element: { statement throws(SQLiteError) in
            try applicationKey(from: statement)
        } position: {
            order.position(of: $0)
        }
    }

    func accessTokens(
        in organization: Identifier,
        matching filter: AccessTokenFilter,
        order: AccessTokenOrder,
        page: Page
    ) throws(SQLiteError) -> PageOf<AccessToken> {
        let list = AccessList(
            table: "access_tokens k",
            select: TokenReadStatements.access,
            condition: """
                k.organization = ?1 AND k.kind <> 2 AND (?2 IS NULL OR instr(lower(k.name), lower(?2)) > 0)
                AND k.owner BETWEEN ?3 AND ?4 AND k.kind >= ?5
                AND (?6 IS NULL OR EXISTS (SELECT 1 FROM users w WHERE w.key = k.owner AND w.low = ?6))
                """,
            order: ListOrder(order.column, key: "k.key", order.isDescending)
        )
        // Delegated tokens are in the table, and in no list.
        return try read(list, in: organization, isFiltered: true, page: page) { statement throws(SQLiteError) in
            try statement.bind(2, text: filter.nameContains)
            try statement.bind(3, filter.owner?.key ?? .min)
            try statement.bind(4, filter.owner?.key ?? .max)
            try statement.bind(5, filter.ofServiceAccounts)
            if let owner = filter.owner { try statement.bind(6, owner.lowBits) }
        } element: { statement throws(SQLiteError) in
            try accessToken(from: statement)
        } position: {
            order.position(of: $0)
        }
    }

    func users(
        in organization: Identifier,
        matching filter: UserFilter,
        order: UserOrder,
        page: Page
    ) throws(SQLiteError) -> PageOf<User> {
        let list = AccessList(
            table: "users",
            select: ReadStatements.users,
            // A handle that is asked for is both ends of the range; of all handles, '' is the first, and a blob comes
            // after any.
            condition: """
                organization = ?1 AND handle BETWEEN ifnull(?2, '') AND ifnull(?2, x'')
                AND (?3 IS NULL OR instr(lower(handle), lower(?3)) > 0 OR instr(lower(name), lower(?3)) > 0)
                AND is_disabled BETWEEN ?4 AND ?5
                """,
            order: ListOrder(order.column, key: "key", order.isDescending)
        )
        return try read(list, in: organization, isFiltered: filter != UserFilter(), page: page) {
            statement throws(SQLiteError) in
            try statement.bind(2, text: filter.handle)
            try statement.bind(3, text: filter.contains)
            try statement.bind(4, filter.isDisabled ?? false)
            try statement.bind(5, filter.isDisabled ?? true)
        } element: { statement throws(SQLiteError) in
            try user(from: statement, in: organization)
        } position: {
            order.position(of: $0)
        }
    }

    private func read<Element>(
        _ list: AccessList,
        in organization: Identifier,
        isFiltered: Bool,
        page: Page,
        bind: (borrowing Statement) throws(SQLiteError) -> Void,
        element: (borrowing Statement) throws(SQLiteError) -> Element,
        position: (Element) -> ListPosition
    ) throws(SQLiteError) -> PageOf<Element> {
        guard let organization = try ordinal(of: organization) else { return .empty }
        let total = try count(Statement(list.countingAll, on: database), organization)
        var totalFiltered = total
        if isFiltered {
            let counting = try Statement(list.countingFiltered, on: database)
            try bind(counting)
            totalFiltered = try count(counting, organization)
        }
        let statement = try Statement(list.sql(after: page.after), on: database)
        try statement.bind(1, organization)
        try bind(statement)
        try self.bind(page, to: statement, at: AccessList.limit)
        if let after = page.after {
            switch after.value {
            case .none: break
            case .text(let text): try statement.bind(ListOrder.value, text: text)
            case .integer(let integer): try statement.bind(ListOrder.value, integer)
            }
            try statement.bind(ListOrder.key, after.id.key)
        }
        var elements: [Element] = []
        while try statement.step() { elements.append(try element(statement)) }
        return PageOf(
            elements: elements,
            total: total,
            totalFiltered: totalFiltered,
            end: elements.last.map(position)
        )
    }
}

/// The statements of a list: made of what stands in this file alone, never of what a client sent.
private struct AccessList {
    /// The table, with the name that the condition calls it by.
    let table: String
    /// The rows' columns and where they come from.
    let select: String
    /// The condition of rows; its first parameter is the organisation's.
    let condition: String
    let order: ListOrder

    /// The parameter of the limit, which the offset's follows.
    static let limit: Int32 = 8

    var countingAll: String { "SELECT count(*) FROM \(table) WHERE organization = ?1" }
    var countingFiltered: String { "SELECT count(*) FROM \(table) WHERE \(condition)" }

    func sql(after position: ListPosition?) -> String {
        let rest = position.map { " AND (\(order.isBehind($0)))" } ?? ""
        return """
            \(select) WHERE \(condition)\(rest) ORDER BY \(order.clause) LIMIT ?\(Self.limit) OFFSET ?\(Self.limit + 1)
            """
    }
}

/// The order of a list by a column, then by key; of a column that may be empty, the empty ones come first.
private struct ListOrder {
    let column: String
    let keyColumn: String
    let isDescending: Bool

    /// The parameters of a position.
    static let value: Int32 = 10
    static let key: Int32 = 11

    init(_ column: String, key keyColumn: String, _ isDescending: Bool) {
        self.column = column
        self.keyColumn = keyColumn
        self.isDescending = isDescending
    }

    var clause: String {
        isDescending ? "\(column) DESC, \(keyColumn) DESC" : "\(column), \(keyColumn)"
    }

    /// Whether a row comes behind a position.
    func isBehind(_ position: ListPosition) -> String {
        let (value, key) = ("?\(Self.value)", "?\(Self.key)")
        switch (position.value, isDescending) {
        case (.none, false): return "\(column) IS NOT NULL OR \(keyColumn) > \(key)"
        case (.none, true): return "\(column) IS NULL AND \(keyColumn) < \(key)"
        case (_, false): return "\(column) > \(value) OR \(column) = \(value) AND \(keyColumn) > \(key)"
        case (_, true):
            return "\(column) IS NULL OR \(column) < \(value) OR \(column) = \(value) AND \(keyColumn) < \(key)"
        }
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
