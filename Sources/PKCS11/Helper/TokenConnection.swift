import Cryptography
import CPKCS11
import Secrets
import Threads
import Vault

/// A token that is logged in to, with the key that wraps. After a lost session it logs in again.
///
/// Safe to share: `lock` guards all that varies.
final class TokenConnection: @unchecked Sendable {
    /// A session of one thread.
    struct Session {
        let handle: CK_SESSION_HANDLE
        let key: CK_OBJECT_HANDLE
        /// The login that it is part of.
        let login: Int
    }

    /// Sessions at a time.
    private static let sessionsAtMost = 4
    /// The version of wrapped keys: AES-GCM, the nonce before the ciphertext.
    private static let version: UInt8 = 1
    private static let label = "keyway hardware key id 1"

    let module: CryptokiModule
    private let request: KeyRequest
    private let lock = Lock()
    private var login = 0
    private var slot: CK_SLOT_ID = 0
    /// Keeps the login while other sessions come and go; the first thread works with it.
    private var first = Session(handle: 0, key: 0, login: 0)
    /// A data key of no record, wrapped: what opens it, opens others.
    private var canary: [UInt8] = []
    private var knownID: String?
    private var sessionLimit = 1

    init(_ request: KeyRequest) throws(HelperFailure) {
        module = try CryptokiModule(path: request.modulePath)
        self.request = request
    }

    /// The key's id, once there was a login.
    var id: String { lock { knownID ?? "" } }

    /// The number of the login so far.
    var currentLogin: Int { lock { login } }

    /// How many threads may work at once.
    var threads: Int { lock { module.takesThreads ? sessionLimit : 1 } }

    /// A session for a thread, which is the first or another.
    func session(isFirst: Bool) throws(HelperFailure) -> Session {
        try lock { () throws(HelperFailure) in
            if isFirst { return first }
            do throws(CryptokiError) {
                return Session(handle: try open(), key: first.key, login: login)
            } catch {
                throw error.failure
            }
        }
    }

    /// Logs in, unless another thread has done so since that login.
    func logIn(after lost: Int) throws(HelperFailure) {
        try lock { () throws(HelperFailure) in
            guard login == lost else { return }
            if login > 0 { _ = module.functions.C_CloseAllSessions?(slot) }
            do {
                try connect()
            } catch let error as CryptokiError {
                throw error.failure
            } catch let failure as HelperFailure {
                throw failure
            } catch {
                throw HelperFailure("\(error)")
            }
        }
    }

    private func connect() throws {
        let attributes = HardwareKeyURI.TokenAttribute.allCases.compactMap { attribute in
            request.token[attribute].map { (attribute.rawValue, $0) }
        }
        let (slot, info) = try module.slot(with: attributes) { slot, info in
            request.token.allSatisfy { $0.value == info.text($0.key, slot) }
        }
        self.slot = slot
        // 0 is no limit, and the greatest number one that is not known.
        let limit = info.ulMaxSessionCount
        sessionLimit = limit == 0 ? Self.sessionsAtMost : Int(min(limit, CK_ULONG(Self.sessionsAtMost)))
        let handle = try open()
        if info.flags & CK_FLAGS(CKF_LOGIN_REQUIRED) != 0 { try logIn(handle, info) }
        let key = try key(handle)
        let id = try id(of: key, handle)
        guard knownID ?? id == id else {
            throw HelperFailure("another key has the name of \(knownID ?? "") now, with the id \(id)")
        }
        let session = Session(handle: handle, key: key, login: login + 1)
        let dataKey = Secret(SecretBuffer(count: SealingKey.length) { RandomBytes.fill($0) })
        canary = try wrap(dataKey, [], session)
        guard try opensCanary(session) else {
            throw HelperFailure("the key does not decrypt what it encrypts by AES-GCM")
        }
        knownID = id
        first = session
        login += 1
    }

    private func open() throws(CryptokiError) -> CK_SESSION_HANDLE {
        var handle: CK_SESSION_HANDLE = 0
        try module.check(
            "C_OpenSession",
            module.functions.C_OpenSession?(slot, CK_FLAGS(CKF_SERIAL_SESSION), nil, nil, &handle)
        )
        return handle
    }

    private func logIn(_ session: CK_SESSION_HANDLE, _ info: CK_TOKEN_INFO) throws {
        let user = CK_USER_TYPE(CKU_USER)
        let code: CK_RV?
        if let pin = request.pin {
            code = pin.withBytes { pin in
                let start = UnsafeMutablePointer(mutating: pin.assumingMemoryBound(to: UInt8.self).baseAddress)
                return module.functions.C_Login?(session, user, start, CK_ULONG(pin.count))
            }
        } else {
            guard info.flags & CK_FLAGS(CKF_PROTECTED_AUTHENTICATION_PATH) != 0 else {
                throw HelperFailure("the token asks for a PIN: give `pin-source`, a file of mode 0600 that holds it")
            }
            code = module.functions.C_Login?(session, user, nil, 0)
        }
        if code == CKR_USER_ALREADY_LOGGED_IN { return }
        try module.check("C_Login", code)
    }

    /// The one key of that name, if it wraps and can't leave the token.
    private func key(_ session: CK_SESSION_HANDLE) throws -> CK_OBJECT_HANDLE {
        let keys = try module.keys(session, label: request.object, id: request.id)
        guard let key = keys.first else {
            throw HelperFailure("the token has no AES key of that label or id, or shows it to another PIN alone")
        }
        guard keys.count == 1 else {
            throw HelperFailure("the token has several AES keys of that label or id: name one by both")
        }
        let mayLeave =
            module.flag(CK_ATTRIBUTE_TYPE(CKA_SENSITIVE), of: key, session) == false
            || module.flag(CK_ATTRIBUTE_TYPE(CKA_EXTRACTABLE), of: key, session) != false
        guard !mayLeave else {
            throw HelperFailure(
                "the key may leave the token (it is not CKA_SENSITIVE, or it is CKA_EXTRACTABLE): make one that may not"
            )
        }
        return key
    }

    /// The beginning of a digest of what the key alone makes of a fixed text under a fixed nonce, which nothing else is
    /// ever encrypted with.
    private func id(of key: CK_OBJECT_HANDLE, _ session: CK_SESSION_HANDLE) throws(CryptokiError) -> String {
        let fixed = Array("keyway keyid".utf8)
        var nonce = fixed
        let zeros = Secret(SecretBuffer(count: SealingKey.length) { _ in })
        let ciphertext = try zeros.withBytes { zeros throws(CryptokiError) in
            try module.encrypt(zeros, with: key, session, nonce: &nonce, associatedData: [])
        }
        let digested = Array(Self.label.utf8) + ciphertext
        guard nonce == fixed else { throw CryptokiError(function: "C_Encrypt", code: CKR_MECHANISM_PARAM_INVALID) }
        return String(digested.withUnsafeBytes { SHA256.digest(of: $0) }.description.prefix(8))
    }

    // MARK: Wrapping

    func wrap(_ dataKey: Secret, _ associatedData: [UInt8], _ session: Session) throws(CryptokiError) -> [UInt8] {
        var nonce = RandomBytes.array(count: CryptokiModule.nonceLength)
        let ciphertext = try dataKey.withBytes { dataKey throws(CryptokiError) in
            try module.encrypt(
                dataKey,
                with: session.key,
                session.handle,
                nonce: &nonce,
                associatedData: associatedData
            )
        }
        return [Self.version] + nonce + ciphertext
    }

    /// - Returns: The data key, or `nil` if the bytes are no wrapped key.
    func unwrap(_ wrapped: [UInt8], _ associatedData: [UInt8], _ session: Session) throws(CryptokiError) -> Secret? {
        let start = 1 + CryptokiModule.nonceLength
        guard wrapped.first == Self.version, wrapped.count > start + CryptokiModule.tagLength else { return nil }
        return try module.decrypt(
            Array(wrapped[start...]),
            with: session.key,
            session.handle,
            nonce: Array(wrapped[1..<start]),
            associatedData: associatedData
        )
    }

    /// Whether the key unwraps what it wrapped: then something that it does not unwrap is not authentic. Modules report
    /// both by the same errors.
    func isWorking(_ session: Session) -> Bool {
        (try? lock { () throws(CryptokiError) in try opensCanary(session) }) ?? false
    }

    private func opensCanary(_ session: Session) throws(CryptokiError) -> Bool {
        try unwrap(canary, [], session)?.count == SealingKey.length
    }
}

extension CK_TOKEN_INFO {
    /// An attribute that the token has, without the blanks that fill its places.
    fileprivate func text(_ attribute: HardwareKeyURI.TokenAttribute, _ slot: CK_SLOT_ID) -> String {
        switch attribute {
        case .token: Self.text(label)
        case .manufacturer: Self.text(manufacturerID)
        case .model: Self.text(model)
        case .serial: Self.text(serialNumber)
        case .slot: String(slot)
        }
    }

    private static func text<Place>(_ place: Place) -> String {
        withUnsafeBytes(of: place) { bytes in
            let end = bytes.lastIndex { $0 != UInt8(ascii: " ") && $0 != 0 }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}
