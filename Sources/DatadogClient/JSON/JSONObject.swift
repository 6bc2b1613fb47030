/// The members of a JSON object, in the order in which they were written.
public struct JSONObject: Sendable, Hashable {
    /// A name and its value.
    public struct Member: Sendable, Hashable {
        /// The member's name.
        public var name: String
        /// The member's value.
        public var value: JSONValue

        /// Pairs a name with a value.
        ///
        /// - Parameters:
        ///   - name: The member's name.
        ///   - value: The member's value.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// All members. A name that was written twice stands here twice.
    public var members: [Member]

    /// An object of those members.
    ///
    /// - Parameter members: The members, in order.
    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The value of a member; of a name that stands twice the last one's, as most readers have it.
    ///
    /// - Parameter name: The member's name.
    /// - Returns: Its value, or `nil` if there is none.
    public subscript(name: String) -> JSONValue? {
        var index = members.count
        while index > 0 {
            index -= 1
            if members[index].name == name { return members[index].value }
        }
        return nil
    }
}
