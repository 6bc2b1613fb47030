import Platform

/// Why master keys cannot be had: each says where they were looked for, and what to do. None carries key material.
package enum MasterKeyError: Error, Equatable {
    case missing(path: String)
    case exists(path: String)
    case openToOthers(path: String, mode: String)
    case noRegularFile(path: String)
    /// A call of the system failed.
    case system(path: String, action: String, code: Int32)
    /// A temporary file stands in the way of a change.
    case changeUnderWay(path: String, temporaryPath: String)
    case malformed(source: String, line: Int, fault: Fault)

    /// A file with the PIN of a token is missing, is open to others, or holds no PIN.
    case noPIN(path: String, fault: PINFault)

    /// The trouble with a PIN's file.
    package enum PINFault: Error, Equatable {
        case missing
        case openToOthers(mode: String)
        case notOneLine
    }

    /// An error in the content.
    package enum Fault: Error, Equatable {
        case noHeader
        case unknownVersion
        case notAKey
        case keyUnlikeItsID
        case duplicateKey
        case noKey
        case tooLong
        /// The URI of a key in hardware is not one.
        case badHardwareKey(HardwareKeyURI.Fault)
    }
}

extension MasterKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path):
            "there is no master key file at \(path): put the file back from its backup, or run `keyway init` "
                + "if there are no data yet"
        case .exists(let path):
            "a master key file exists at \(path): it is not overwritten, for the secrets sealed under it would be lost"
        case .openToOthers(let path, let mode):
            "the master key file \(path) is open to other users (mode \(mode)): "
                + "run `chmod 600 \(path)`"
        case .noRegularFile(let path):
            "\(path) is not a regular file: name the master key file"
        case .system(let path, let action, let code):
            "cannot \(action) \(path): \(String(cString: strerror(code)))"
        case .changeUnderWay(let path, let temporaryPath):
            "another change of \(path) is under way, or was interrupted: if none is, remove \(temporaryPath)"
        case .malformed(let source, let line, let fault):
            "\(source), line \(line): \(fault.text)"
        case .noPIN(let path, let fault): fault.text(path)
        }
    }
}

extension MasterKeyError.PINFault {
    fileprivate func text(_ path: String) -> String {
        switch self {
        case .missing:
            "there is no file with the PIN at \(path), which `pin-source` names: write the PIN there, mode 0600"
        case .openToOthers(let mode):
            "the file with the PIN \(path) is open to other users (mode \(mode)): run `chmod 600 \(path)`"
        case .notOneLine: "the file \(path) must hold the PIN on one line, and nothing else"
        }
    }
}

extension MasterKeyError.Fault {
    fileprivate var text: String {
        switch self {
        case .noHeader: "master keys begin with the word `\(MasterKeyList.header)`: put back the original content"
        case .unknownVersion: "these master keys are of a version that this program does not know: use a newer one"
        case .notAKey: "a key is written ID:DIGITS, with 8 and 64 hexadecimal digits: put back the original line"
        case .keyUnlikeItsID: "the key does not belong to its id, so it was altered: put back the original line"
        case .duplicateKey: "the key stands there twice: remove one"
        case .noKey: "no key follows the first word: put back the original content"
        case .tooLong: "the content is too long for master keys: put back the original"
        case .badHardwareKey(let fault): "the URI of a key in hardware can't be used: \(fault.description)"
        }
    }
}
