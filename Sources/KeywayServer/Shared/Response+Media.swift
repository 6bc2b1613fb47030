import Documents
import HTTPServer
import NetworkTypes

/// The media types of responses.
enum MediaType: String, Sendable {
    case json = "application/json"
    case jsonAPI = "application/vnd.api+json"
    /// JSON values, one in each line.
    case jsonLines = "application/x-ndjson"
    case xml = "application/xml"
    /// Prometheus' text format, version 0.0.4.
    case metrics = "text/plain; version=0.0.4; charset=utf-8"
}

extension Response {
    init(_ mediaType: MediaType, status: Int = 200, _ body: [UInt8]) {
        self.init(status: status, headers: [HeaderField(name: "Content-Type", value: mediaType.rawValue)], body: body)
    }

    static let noContent = Response(status: 204)

    /// `{"data":…}` around a stored document.
    static func document(_ document: [UInt8], status: Int = 200) -> Response {
        var writer = JSONWriter(capacity: document.count + 16)
        writer.write(raw: "{\"data\":")
        writer.write(raw: document)
        writer.write(raw: "}")
        return Response(.jsonAPI, status: status, writer.bytes)
    }

    /// `{"data":…}` around a key, a user or a role, or a list of them, with what belongs to it.
    static func resource(
        _ data: JSONValue,
        included: [JSONValue]? = nil,
        meta: JSONValue? = nil,
        status: Int = 200,
        next: HeaderField? = nil,
        as mediaType: MediaType = .json
    ) -> Response {
        var members = [JSONValue.Member("data", data)]
        if let included { members.append(.init("included", .array(included))) }
        if let meta { members.append(.init("meta", meta)) }
        var response = Response(mediaType, status: status, JSONWriter.bytes(of: .object(members)))
        if let next { response.headers.append(next) }
        return response
    }

    /// `{"data":[…],"meta":{…}}` around the documents of a page.
    static func page(
        _ documents: [[UInt8]],
        total: Int,
        totalFiltered: Int,
        next: HeaderField? = nil
    ) -> Response {
        var writer = JSONWriter(capacity: documents.reduce(64) { $0 + $1.count + 1 })
        writer.write(raw: "{\"data\":[")
        writer.write(documents: documents)
        writer.write(raw: "],\"meta\":")
        writer.write(["total": .integer(Int64(total)), "total_filtered": .integer(Int64(totalFiltered))])
        writer.write(raw: "}")
        var response = Response(.jsonAPI, writer.bytes)
        if let next { response.headers.append(next) }
        return response
    }
}

extension JSONValue {
    /// The `meta` of a list of users, roles or permissions.
    static func page(total: Int, totalFiltered: Int) -> JSONValue {
        [
            "page": [
                "total_count": .integer(Int64(total)), "total_filtered_count": .integer(Int64(totalFiltered)),
            ]
        ]
    }
}

extension JSONWriter {
    fileprivate mutating func write(documents: [[UInt8]]) {
        for (index, document) in documents.enumerated() {
            if index > 0 { write(raw: ",") }
            write(raw: document)
        }
    }
}
