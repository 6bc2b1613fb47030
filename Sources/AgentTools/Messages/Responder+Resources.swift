import ActService
import Cryptography
import Documents
import Secrets

// Resources: the bodies that are kept for the caller.
extension Responder {
    func resources(_ listings: [KeptResponses.Listing]) -> DoorResponse {
        let resources = listings.map { listing -> JSONValue in
            [
                "uri": .string(KeptResponses.Place(id: listing.id, offset: 0).address), "name": "response",
                "title": "A third party's response", "mimeType": .string(listing.mediaType),
                "size": .integer(Int64(listing.count)),
            ]
        }
        return result([.init("resources", .array(resources))], keptFor: 0)
    }

    func resourceTemplates(keptFor lifetime: Int64) -> DoorResponse {
        let template: JSONValue = [
            "uriTemplate": .string(KeptResponses.Place.addressTemplate), "name": "response",
            "title": "A third party's response",
            "description":
                "The body of a response that act did not return whole, for five minutes, for its caller alone",
        ]
        return result([.init("resourceTemplates", [template])], keptFor: lifetime)
    }

    func resource(_ piece: KeptResponses.Piece, at place: KeptResponses.Place) -> DoorResponse {
        let content: JSONValue.Member
        if piece.isText {
            content = .init("text", .string(String(decoding: piece.bytes, as: UTF8.self)))
        } else {
            let digits = piece.bytes.withUnsafeBytes { Base64.encode($0, .standard) }
            content = .init("blob", .string(JSONText(digits, offset: 0, count: digits.count)))
        }
        let contents: JSONValue = .object([
            .init("uri", .string(place.address)), .init("mimeType", .string(piece.mediaType)), content,
        ])
        return result([.init("contents", [contents])], keptFor: 0)
    }
}
