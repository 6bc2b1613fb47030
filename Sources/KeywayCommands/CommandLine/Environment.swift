import Platform

/// The environment's variables, one at a time: a copy of all of them would hold the master keys.
enum Environment {
    /// The value of a variable, or `nil` if it is unset or empty.
    static subscript(name: String) -> String? {
        guard let value = getenv(name), value[0] != 0 else { return nil }
        return String(cString: value)
    }

    /// Whether a variable has a value, which is not copied.
    static func has(_ name: String) -> Bool {
        getenv(name).map { $0[0] != 0 } ?? false
    }

    /// Overwrites a variable and removes it, so that neither `/proc` nor a child process has it.
    static func erase(_ name: String) {
        guard let value = getenv(name) else { return }
        explicit_bzero(value, strlen(value))
        unsetenv(name)
    }
}
