package import Access

extension PermissionSet {
    /// The names of the members, with spaces between.
    package var names: String { members.map(\.rawValue).joined(separator: " ") }

    /// A set of permissions, as ``names`` writes it. A name that this version does not know grants nothing.
    package init(names: String) {
        self.init(names.split(separator: " ").compactMap { Permission(rawValue: String($0)) })
    }
}

extension [String] {
    /// The texts with line feeds between: no element holds one.
    package var lines: String { joined(separator: "\n") }

    /// A list of texts, as ``lines`` writes it.
    package init(lines: String) {
        self = lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

extension AccessToken.Kind {
    /// The number by which stores know it.
    package var number: Int64 {
        switch self {
        case .personal: 0
        case .service: 1
        case .delegated: 2
        }
    }

    package init?(number: Int64) {
        guard let kind = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = kind
    }
}

extension Page {
    /// The number of elements before it; a page beyond all counting is empty.
    package var offset: Int64 {
        guard after == nil else { return 0 }
        let (offset, overflows) = Int64(size).multipliedReportingOverflow(by: Int64(number))
        return overflows ? .max : offset
    }
}

extension PageOf {
    /// The list of an organisation that is not there.
    package static var empty: PageOf { PageOf(elements: [], total: 0, totalFiltered: 0) }
}
