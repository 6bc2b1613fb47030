/// The options of `keyway export` and `keyway apply`, beside those of secrets.
enum StateOptions {
    static let exportDirectory = Option(
        name: "dir",
        letter: "o",
        placeholder: "DIR",
        help: "Directory to write to; created if it is missing",
        values: .directory
    )
    static let pruneFiles = Option.flag("prune", "Remove the files of an earlier export whose documents are gone")

    static let stateDirectory = Option(
        name: "dir",
        letter: "f",
        placeholder: "DIR",
        help: "Directory of the state files",
        values: .directory
    )
    static let plan = Option.flag("plan", "Show the plan, and do nothing")
    static let detailedExitCode = Option.flag(
        "detailed-exit-code",
        "With --plan, exit with \(ExitCode.changes.rawValue) if there is something to do"
    )
    static let prune = Option.flag("prune", "Delete documents on the server that no file describes")
}
