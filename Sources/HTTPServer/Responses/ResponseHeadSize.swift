import NetworkTypes

/// The size of a response's head, which the engine writes to what a request has left of its connection's memory. A head
/// that does not fit would close the connection without a word.
enum ResponseHeadSize {
    /// The engine's memory for a head.
    struct Room {
        /// How much there is if nothing was read beyond the request, in bytes.
        var bytes = leastRoom
        /// How much there is if the memory for reading is full of requests that follow.
        var bytesBesideOthers = leastRoom
        /// Where those would begin.
        var rest: UnsafePointer<CChar>?
    }

    /// The room that every request leaves for a head; one that would leave less is refused.
    static let leastRoom = 4 * 1_024

    /// The space for what the engine writes of its own (status line, date, `Connection`, `Content-Length`), and for the
    /// count of what was left out.
    private static let own = 320

    /// Leaves out headers until the head fits, the largest first, and counts them in a header of its own.
    static func fit(_ response: inout Response, into room: Room) {
        let size = response.headers.reduce(own) { $0 + self.size(of: $1) }
        guard size > leastRoom else { return }
        // The engine clears what it does not use, and no request begins with a zero.
        let isAlone = room.rest.map { $0.pointee == 0 } ?? false
        let bytes = max(leastRoom, isAlone ? room.bytes : room.bytesBesideOthers)
        guard size > bytes else { return }
        var surplus = size - bytes
        var omitted: Set<Int> = []
        let headers = response.headers
        for index in headers.indices.sorted(by: { self.size(of: headers[$0]) > self.size(of: headers[$1]) }) {
            guard surplus > 0 else { break }
            surplus -= self.size(of: headers[index])
            omitted.insert(index)
        }
        response.headers = headers.indices.filter { !omitted.contains($0) }.map { headers[$0] }
        response.headers.append(HeaderField(name: "Keyway-Omitted-Headers", value: "\(omitted.count)"))
    }

    private static func size(of header: HeaderField) -> Int {
        header.name.utf8.count + max(1, header.rawValue?.count ?? header.value.utf8.count) + 4
    }
}
