/// A `0` within as many arrays or objects; `opening` is what one of them begins with.
func nested(_ opening: String, levels: Int) -> [UInt8] {
    let closing = opening == "[" ? "]" : "}"
    return [UInt8](
        (String(repeating: opening, count: levels) + "0" + String(repeating: closing, count: levels)).utf8
    )
}
