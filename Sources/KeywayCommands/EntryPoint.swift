import Platform

/// The program, from the arguments of its `main` to its end.
///
/// - Parameters:
///   - count: The number of words, the program's own name included.
///   - words: The words, in memory that stays.
/// - Returns: Never: the process ends with the command's exit code.
@_cdecl("keyway_start")
package func keywayStart(_ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let arguments = (0..<Int(count)).dropFirst().compactMap { words[$0].map { String(cString: $0) } }
    Task { exit(await KeywayCommand.run(arguments)) }
    while true { pause() }
}
