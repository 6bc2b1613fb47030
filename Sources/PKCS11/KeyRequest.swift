import Secrets
import Vault

/// The first request to a helper: the key, and the PIN of its token.
struct KeyRequest {
    let modulePath: String
    let token: [HardwareKeyURI.TokenAttribute: String]
    let object: String?
    let id: [UInt8]?
    /// `nil` where the token asks for none, or asks for it itself.
    let pin: Secret?

    init(_ uri: HardwareKeyURI, pin: Secret?) {
        modulePath = uri.modulePath
        token = uri.token
        object = uri.object
        id = uri.id
        self.pin = pin
    }

    /// Reads what ``encoded`` is, or `nil` if it is cut off.
    init?(_ content: Secret) {
        var parts = CountedParts(content)
        var values: [Secret?] = []
        for _ in 0..<4 + HardwareKeyURI.TokenAttribute.allCases.count {
            // Each is there or not: the first byte says it.
            guard let part = parts.next(), let mark = part.withBytes({ $0.first }) else { return nil }
            values.append(mark == 0 ? nil : part[1..<part.count])
        }
        guard let module = values[0]?.text else { return nil }
        modulePath = module
        object = values[1]?.text
        id = values[2].map { $0.withBytes { Array($0) } }
        pin = values[3]
        var token: [HardwareKeyURI.TokenAttribute: String] = [:]
        for (attribute, value) in zip(HardwareKeyURI.TokenAttribute.allCases, values[4...]) {
            token[attribute] = value?.text
        }
        self.token = token
    }

    var encoded: Secret {
        func part(_ bytes: [UInt8]?) -> Secret { Secret(copying: bytes.map { [1] + $0 } ?? [0]) }
        func part(_ text: String?) -> Secret { part(text.map { Array($0.utf8) }) }
        let pin = pin.map { pin in
            Secret(
                SecretBuffer(count: pin.count + 1) { memory in
                    memory[0] = 1
                    pin.withBytes { UnsafeMutableRawBufferPointer(rebasing: memory[1...]).copyMemory(from: $0) }
                }
            )
        }
        return CountedParts.encode(
            [part(modulePath), part(object), part(id), pin ?? part(nil as [UInt8]?)]
                + HardwareKeyURI.TokenAttribute.allCases.map { part(token[$0]) }
        )
    }
}
