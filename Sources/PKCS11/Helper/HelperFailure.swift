import CPKCS11

/// The reason why the helper can't do what it was asked for. It holds no secret.
struct HelperFailure: Error {
    let reply: HelperMessage.Reply
    let reason: String

    init(_ reason: String) {
        self.init(.unavailable, reason)
    }

    init(_ reply: HelperMessage.Reply, _ reason: String) {
        self.reply = reply
        self.reason = reason
    }
}

/// A function of the module returned an error.
struct CryptokiError: Error {
    let function: StaticString
    let code: CK_RV

    /// The standard's name of the code, if it is one that people meet.
    var name: String {
        switch code {
        case CKR_ARGUMENTS_BAD: "CKR_ARGUMENTS_BAD"
        case CKR_CRYPTOKI_NOT_INITIALIZED: "CKR_CRYPTOKI_NOT_INITIALIZED"
        case CKR_DATA_INVALID: "CKR_DATA_INVALID"
        case CKR_DEVICE_ERROR: "CKR_DEVICE_ERROR"
        case CKR_DEVICE_MEMORY: "CKR_DEVICE_MEMORY"
        case CKR_DEVICE_REMOVED: "CKR_DEVICE_REMOVED"
        case CKR_ENCRYPTED_DATA_INVALID: "CKR_ENCRYPTED_DATA_INVALID"
        case CKR_FUNCTION_FAILED: "CKR_FUNCTION_FAILED"
        case CKR_FUNCTION_NOT_SUPPORTED: "CKR_FUNCTION_NOT_SUPPORTED"
        case CKR_GENERAL_ERROR: "CKR_GENERAL_ERROR"
        case CKR_HOST_MEMORY: "CKR_HOST_MEMORY"
        case CKR_KEY_FUNCTION_NOT_PERMITTED: "CKR_KEY_FUNCTION_NOT_PERMITTED"
        case CKR_KEY_HANDLE_INVALID: "CKR_KEY_HANDLE_INVALID"
        case CKR_MECHANISM_INVALID: "CKR_MECHANISM_INVALID"
        case CKR_MECHANISM_PARAM_INVALID: "CKR_MECHANISM_PARAM_INVALID"
        case CKR_OBJECT_HANDLE_INVALID: "CKR_OBJECT_HANDLE_INVALID"
        case CKR_PIN_EXPIRED: "CKR_PIN_EXPIRED"
        case CKR_PIN_INCORRECT: "CKR_PIN_INCORRECT"
        case CKR_PIN_INVALID: "CKR_PIN_INVALID"
        case CKR_PIN_LEN_RANGE: "CKR_PIN_LEN_RANGE"
        case CKR_PIN_LOCKED: "CKR_PIN_LOCKED"
        case CKR_SESSION_CLOSED: "CKR_SESSION_CLOSED"
        case CKR_SESSION_COUNT: "CKR_SESSION_COUNT"
        case CKR_SESSION_HANDLE_INVALID: "CKR_SESSION_HANDLE_INVALID"
        case CKR_TOKEN_NOT_PRESENT: "CKR_TOKEN_NOT_PRESENT"
        case CKR_TOKEN_NOT_RECOGNIZED: "CKR_TOKEN_NOT_RECOGNIZED"
        case CKR_USER_NOT_LOGGED_IN: "CKR_USER_NOT_LOGGED_IN"
        case CKR_USER_PIN_NOT_INITIALIZED: "CKR_USER_PIN_NOT_INITIALIZED"
        default: "error 0x" + String(code, radix: 16)
        }
    }

    /// Whether the PIN is the reason, so that trying it again may lock the token.
    var isOfPIN: Bool {
        [CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED].contains(code)
    }

    var failure: HelperFailure {
        isOfPIN
            ? HelperFailure(
                .pinRefused,
                "the token refuses the PIN (\(name)), which is not tried again until its file changes"
            )
            : HelperFailure("\(function) of the module returns \(name)")
    }
}
