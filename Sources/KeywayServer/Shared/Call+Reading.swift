import Access
import ActService
import Documents
import HTTPServer
import JSONReading
import Storage

// What handlers read from a call.
extension ServiceRequest {
    /// The body as JSON.
    ///
    /// - Throws: ``JSONSyntaxError``, or ``APIError`` if the body is compressed.
    func json() throws -> JSONValue {
        if let coding = header("Content-Encoding"), coding.lowercased() != "identity" {
            throw APIError(
                400,
                "Compressed bodies are not read: send the body without Content-Encoding.",
                at: .header("Content-Encoding")
            )
        }
        return try JSONReader.read(body)
    }
}

extension Call {
    /// The body as JSON, as ``ServiceRequest/json()``.
    func json() throws -> JSONValue { try request.json() }

    /// The id in the path, or an error of that status if it is none.
    func identifier(_ parameter: String, orStatus status: Int) throws -> Identifier {
        guard let id = parameters[parameter].flatMap({ Identifier($0) }) else {
            throw APIError(
                status,
                "\(parameter) must be a UUID, such as 00000000-0000-0000-0000-000000000000.",
                at: .parameter(parameter)
            )
        }
        return id
    }

    /// The query, decoded.
    func query() throws -> QueryItems {
        do {
            return try QueryItems(parsing: request.rawQuery)
        } catch {
            throw APIError(400, "The query has a malformed percent escape or is not UTF-8.")
        }
    }

    /// The audit event that tells of a change by this call.
    func event(
        _ action: String,
        on resourceType: String,
        _ resource: Identifier,
        details: [JSONValue.Member] = []
    ) -> AuditEvent {
        actor.event(action, on: resourceType, resource, details: details)
    }
}

extension QueryItems {
    /// The value of a parameter that may be sent once, or `nil` if it is not sent.
    func only(_ name: String) throws -> String? {
        let values = filter { $0.name == name }
        guard values.count <= 1 else {
            throw APIError(400, "\(name) may be sent once.", at: .parameter(name))
        }
        return values.first?.value
    }

    /// `page[size]` (1 to 100, 10 if not sent) and `page[number]` (from 0).
    func page() throws -> Page {
        Page(
            size: try integer("page[size]", in: 1...100) ?? 10,
            number: try integer("page[number]", in: 0...1_000_000_000) ?? 0
        )
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try only(name) else { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy(\.isASCIIDigit), let number = Int(text),
            range.contains(number)
        else {
            let rule = "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            throw APIError(400, rule, at: .parameter(name))
        }
        return number
    }
}
