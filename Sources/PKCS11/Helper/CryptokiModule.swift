import CPKCS11
import Platform

/// A vendor's module, loaded into this process until its end.
///
/// Safe to share: the table of functions never changes, and a module that was initialised with locks of the system may
/// be called from several threads; ``takesThreads`` says whether it was.
final class CryptokiModule: @unchecked Sendable {
    let functions: CK_FUNCTION_LIST
    /// Whether several threads may call it at once.
    let takesThreads: Bool

    /// Loads and initialises a module.
    init(path: String) throws(HelperFailure) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? path
            throw HelperFailure("the module can't be loaded: \(reason)")
        }
        var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        guard let symbol = dlsym(library, "C_GetFunctionList"), keyway_function_list(symbol, &list) == CKR_OK,
            let list
        else {
            throw HelperFailure("\(path) is no PKCS#11 module: it gives no list of functions")
        }
        functions = list.pointee
        var arguments = CK_C_INITIALIZE_ARGS()
        arguments.flags = CKF_OS_LOCKING_OK
        var code = functions.C_Initialize?(&arguments) ?? CKR_FUNCTION_NOT_SUPPORTED
        takesThreads = code != CKR_CANT_LOCK
        if code == CKR_CANT_LOCK { code = functions.C_Initialize?(nil) ?? CKR_FUNCTION_NOT_SUPPORTED }
        guard code == CKR_OK || code == CKR_CRYPTOKI_ALREADY_INITIALIZED else {
            throw CryptokiError(function: "C_Initialize", code: code).failure
        }
    }

    /// Turns a code into an error. A function that the module lacks is one that is not supported.
    func check(_ function: StaticString, _ code: CK_RV?) throws(CryptokiError) {
        let code = code ?? CKR_FUNCTION_NOT_SUPPORTED
        guard code == CKR_OK else { throw CryptokiError(function: function, code: code) }
    }

    // MARK: Tokens

    /// The slot of the one token with these attributes, and what the token says about itself.
    func slot(
        with attributes: [(name: String, value: String)],
        matching matches: (CK_SLOT_ID, CK_TOKEN_INFO) -> Bool
    ) throws(HelperFailure) -> (slot: CK_SLOT_ID, info: CK_TOKEN_INFO) {
        var found: [(slot: CK_SLOT_ID, info: CK_TOKEN_INFO)] = []
        do throws(CryptokiError) {
            for slot in try slots() {
                var info = CK_TOKEN_INFO()
                guard functions.C_GetTokenInfo?(slot, &info) == CKR_OK, matches(slot, info) else { continue }
                found.append((slot, info))
            }
        } catch {
            throw error.failure
        }
        let names = attributes.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        guard let first = found.first else { throw HelperFailure("the module has no token with \(names)") }
        guard found.count == 1 else {
            throw HelperFailure("\(found.count) tokens have \(names): name one by its serial too")
        }
        return first
    }

    private func slots() throws(CryptokiError) -> [CK_SLOT_ID] {
        var count: CK_ULONG = 0
        try check("C_GetSlotList", functions.C_GetSlotList?(1, nil, &count))
        // A token that comes in between is not missed.
        count += 8
        var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
        try check("C_GetSlotList", functions.C_GetSlotList?(1, &slots, &count))
        return Array(slots.prefix(Int(count)))
    }

    // MARK: Keys

    /// The AES keys with this label or id, two at most.
    func keys(
        _ session: CK_SESSION_HANDLE,
        label: String?,
        id: [UInt8]?
    ) throws(CryptokiError) -> [CK_OBJECT_HANDLE] {
        var objectClass = CK_OBJECT_CLASS(CKO_SECRET_KEY)
        var keyType = CK_KEY_TYPE(CKK_AES)
        var label = label.map { Array($0.utf8) } ?? []
        var id = id ?? []
        var handles = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
        var count: CK_ULONG = 0
        let begun = withUnsafeMutableBytes(of: &objectClass) { objectClass in
            withUnsafeMutableBytes(of: &keyType) { keyType in
                label.withUnsafeMutableBytes { label in
                    id.withUnsafeMutableBytes { id in
                        var template = [
                            Self.attribute(CKA_CLASS, objectClass), Self.attribute(CKA_KEY_TYPE, keyType),
                        ]
                        if !label.isEmpty { template.append(Self.attribute(CKA_LABEL, label)) }
                        if !id.isEmpty { template.append(Self.attribute(CKA_ID, id)) }
                        return functions.C_FindObjectsInit?(session, &template, CK_ULONG(template.count))
                    }
                }
            }
        }
        try check("C_FindObjectsInit", begun)
        let code = functions.C_FindObjects?(session, &handles, CK_ULONG(handles.count), &count)
        _ = functions.C_FindObjectsFinal?(session)
        try check("C_FindObjects", code)
        return Array(handles.prefix(Int(count)))
    }

    /// A Boolean attribute of a key; `nil` if the module does not tell.
    func flag(
        _ type: CK_ATTRIBUTE_TYPE,
        of key: CK_OBJECT_HANDLE,
        _ session: CK_SESSION_HANDLE
    ) -> Bool? {
        var value: UInt8 = 0xFF
        let code = withUnsafeMutableBytes(of: &value) { value in
            var attribute = Self.attribute(type, value)
            return functions.C_GetAttributeValue?(session, key, &attribute, 1)
        }
        return code == CKR_OK && value != 0xFF ? value != 0 : nil
    }

    private static func attribute(
        _ type: CK_ATTRIBUTE_TYPE,
        _ value: UnsafeMutableRawBufferPointer
    ) -> CK_ATTRIBUTE {
        CK_ATTRIBUTE(type: type, pValue: value.baseAddress, ulValueLen: CK_ULONG(value.count))
    }
}
