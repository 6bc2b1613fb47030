/// How a command ended, for scripts: 0, or one of these, which from 64 on are those of sysexits.h.
enum ExitCode: Int32, CaseIterable, Sendable {
    /// The server has no such thing, or the answer to a question was no.
    case notFound = 1
    /// Not done, as was asked for: there is something to do.
    case changes = 2
    /// The third party, not the server, says no.
    case thirdParty = 3
    /// The command line is wrong.
    case usage = 64
    /// The content is wrong: the server refuses it, a document is invalid, an audit log or a store is not whole.
    case data = 65
    /// A file that the user named can't be used.
    case input = 66
    /// Something that is needed is in use or not there.
    case unavailable = 69
    /// An error of Keyway itself.
    case `internal` = 70
    /// A file can't be created.
    case cannotCreate = 73
    /// The output can't be written.
    case output = 74
    /// It may work later.
    case temporary = 75
    /// The server's response can't be understood.
    case `protocol` = 76
    /// The keys are wrong, or may not do this.
    case forbidden = 77
    /// The settings don't fit together.
    case configuration = 78

    /// A description, for help, man page and documents.
    var meaning: String {
        switch self {
        case .notFound: "the server has no such resource, or you answered no"
        case .changes: "only for apply --plan --detailed-exit-code: there is something to do"
        case .thirdParty: "the third party does not accept the credentials, or act --fail got a status of 400 or more"
        case .usage: "the command line is wrong, or something is missing and there is no terminal to ask on"
        case .data: "the server refuses what it was sent, or a document, an audit log or a store is not whole"
        case .input: "a file that you named can't be read"
        case .unavailable: "there is no response from the server, it failed, or something needed is in use"
        case .internal: "an error of keyway itself: please report it"
        case .cannotCreate: "a file can't be created, or exists already"
        case .output: "the output can't be written"
        case .temporary: "try again later: too many requests, or the server is not ready"
        case .protocol: "the response is not one of this API: is it the right server?"
        case .forbidden: "the keys are wrong, or may not do this"
        case .configuration: "the settings don't fit together, or are missing"
        }
    }
}
