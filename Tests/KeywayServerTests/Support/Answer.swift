import Documents
import HTTPServer
import JSONReading
import NetworkTypes
import Testing
import TestSupport

/// A response to a test's request.
struct Answer {
    let status: Int
    let headers: [HeaderField]
    let body: [UInt8]

    init(_ response: Response) {
        status = response.status
        headers = response.headers
        body = response.body
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var requestID: String? { header("X-Request-Id") }
    /// Keyway's own id of the request, also where a third party's stands in its place.
    var ownRequestID: String? { header("Keyway-Request-Id") ?? requestID }
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONReader.read(body)) ?? .null }

    /// The value where the pointer (RFC 6901, without escapes) leads.
    subscript(_ pointer: String) -> JSONValue? { json.at(pointer) }

    /// The id of the document that was answered.
    var id: String { self["/data/id"]?.text?.string ?? "" }

    /// The sources of its errors, such as `pointer /data`; `nil` for an error without one.
    var sources: [String?] {
        self["/errors"]?.elements.map { error in
            guard case .object(let members)? = error["source"], let member = members.first else { return nil }
            return "\(member.name.string) \(member.value.text?.string ?? "")"
        } ?? []
    }
}

extension JSONValue {
    func at(_ pointer: String) -> JSONValue? {
        pointer.split(separator: "/").reduce(self) { value, step in
            if let index = Int(step), let elements = value?.elements, elements.indices.contains(index) {
                return elements[index]
            }
            return value?[String(step)]
        }
    }

    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var members: [JSONValue.Member] {
        if case .object(let members) = self { members } else { [] }
    }

    var names: [String] { members.map(\.name.string) }

    /// The value as compact JSON, for comparison.
    var compact: String { String(decoding: JSONWriter.bytes(of: self), as: UTF8.self) }
}

/// Expects an error body that is exact in shape.
func expectErrors(
    in answer: Answer,
    status: Int,
    sources: [String?]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, sourceLocation: sourceLocation)
    #expect(answer.header("Content-Type") == "application/vnd.api+json", sourceLocation: sourceLocation)
    // To an act, what the vendor's clients read stands beside it.
    let names = answer.header("Keyway-Error") == nil ? answer.json.names : Array(answer.json.names.prefix(1))
    #expect(names == ["errors"], sourceLocation: sourceLocation)
    let errors = answer["/errors"]?.elements ?? []
    #expect(!errors.isEmpty, sourceLocation: sourceLocation)
    for error in errors {
        let names = ["status", "title", "detail"] + (error["source"] == nil ? [] : ["source"])
        #expect(error.names == names, sourceLocation: sourceLocation)
        #expect(error["status"]?.text?.string == String(status), sourceLocation: sourceLocation)
        #expect(error["title"]?.text?.string == titles[status], sourceLocation: sourceLocation)
        #expect(error["detail"]?.text?.isEmpty == false, sourceLocation: sourceLocation)
    }
    if let sources { #expect(answer.sources == sources, sourceLocation: sourceLocation) }
}

private let titles = [
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests",
    409: "Conflict", 424: "Failed Dependency", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
]
