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

    /// An error in the content.
    package enum Fault: Error {
        case noHeader
        case unknownVersion
        case notAKey
        case keyUnlikeItsID
        case duplicateKey
        case noKey
        case tooLong
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
        }
    }
}

extension MasterKeyError.Fault {
    fileprivate var text: String {
        switch self {
        case .noHeader: "master keys begin with the word `\(MasterKeyring.header)`: put back the original content"
        case .unknownVersion: "these master keys are of a version that this program does not know: use a newer one"
        case .notAKey: "a key is written ID:DIGITS, with 8 and 64 hexadecimal digits: put back the original line"
        case .keyUnlikeItsID: "the key does not belong to its id, so it was altered: put back the original line"
        case .duplicateKey: "the key stands there twice: remove one"
        case .noKey: "no key follows the first word: put back the original content"
        case .tooLong: "the content is too long for master keys: put back the original"
        }
    }
}
