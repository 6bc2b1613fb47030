package import Acting
package import Documents

// The connections of hosts, for the door through which tools without a base URL come.
extension ConnectionActs {
    /// A connection, and a place of the web that it reaches.
    package struct Binding: Sendable {
        package let connection: Identifier
        /// The name of the connection, for people.
        package let title: String
        package let address: BoundAddress
    }

    /// Finds the places that connections reach, of those that the caller may act through.
    ///
    /// - Throws: ``ActError`` if the store can't tell.
    package func bindings(of connections: [Identifier], for actor: Actor) throws(ActError) -> [Binding] {
        var bindings: [Binding] = []
        for id in connections {
            guard let connection = try usableConnection(id, for: actor) else { continue }
            bindings += planner.boundAddresses(of: connection).map {
                Binding(connection: id, title: connection.title, address: $0)
            }
        }
        return bindings
    }

    /// Those of the connections that the caller may act through.
    ///
    /// - Throws: ``ActError`` if the store can't tell.
    package func usable(_ connections: [Identifier], for actor: Actor) throws(ActError) -> [Identifier] {
        var usable: [Identifier] = []
        for id in connections where try usableConnection(id, for: actor) != nil { usable.append(id) }
        return usable
    }

    private func usableConnection(_ id: Identifier, for actor: Actor) throws(ActError) -> ActConnection? {
        do throws(ActError) {
            return try connection(id, for: actor).0
        } catch {
            switch error.cause {
            case .token, .refused: return nil
            case .other(let other) where other is AccessError: return nil
            default: throw error
            }
        }
    }
}

extension [ConnectionActs.Binding] {
    /// Those of a host.
    package func reaching(_ host: String, port: UInt16) -> [Element] {
        filter { $0.address.includes(host, port: port) }
    }

    /// Those of a host that a path belongs to: the one with the longest base path, or several that can't be told apart.
    package func deciding(_ path: String, at host: String) -> [Element] {
        let fit = filter { $0.address.path(for: path, at: host) != nil }
        let longest = fit.map(\.address.length).max() ?? 0
        var connections: Set<Identifier> = []
        return fit.filter { $0.address.length == longest && connections.insert($0.connection).inserted }
    }

    /// Different connections of one place, between which no path decides.
    package var indistinguishable: [Element] {
        for binding in self {
            let same = filter { $0.address == binding.address }
            if Set(same.map(\.connection)).count > 1 { return same }
        }
        return []
    }
}
