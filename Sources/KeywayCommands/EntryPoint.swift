import Platform

/// The program, from the arguments of its `main` to its end.
///
/// - Parameters:
///   - count: The number of words, the program's own name included.
///   - words: The words, in memory that stays.
/// - Returns: Never: the process ends with the command's exit code, or as the helper that it was started as.
@_cdecl("keyway_start")
package func keywayStart(_ count: Int32, _ words: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    if count > 0, let name = words[0], String(cString: name) == KeyHelper.name { KeyHelper.run() }
    let arguments = (0..<Int(count)).dropFirst().compactMap { words[$0].map { String(cString: $0) } }
    Task { exit(await KeywayCommand.run(arguments)) }
    while true { pause() }
}
