/// A request for credentials, as clouds' own tools send it to where they expect to find some.
package struct AmbientRequest: Sendable {
    /// A header, whose value may be a proof.
    package struct Header: Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let method: String
    /// The path as received.
    package let path: String
    /// The query as received, without its question mark.
    package let query: String?
    package let headers: [Header]

    package init(method: String, path: String, query: String? = nil, headers: [Header]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The values of all headers of that name, its case ignored.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The value of a header that was sent once.
    func only(_ name: String) -> String? {
        let values = values(of: name)
        return values.count == 1 ? values[0] : nil
    }

    /// The value of a parameter that was sent once, as it was sent.
    func parameter(_ name: String) -> Substring? {
        let values = (query ?? "").split(separator: "&").compactMap { part -> Substring? in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return halves[0] == name ? halves.dropFirst().first ?? "" : nil
        }
        return values.count == 1 ? values[0] : nil
    }
}

/// The response to a request for credentials. Its body may hold some.
package struct AmbientResponse: Sendable, CustomStringConvertible, CustomReflectable {
    package let status: Int
    package let headers: [AmbientRequest.Header]
    package let body: [UInt8]

    /// Nothing of the body.
    package var description: String { "<response \(status)>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
