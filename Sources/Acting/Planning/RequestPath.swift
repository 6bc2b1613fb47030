import Documents

/// A path that can be joined to a base URL, and cannot climb out of it, whichever server reads it (``URLPath``).
///
/// It is sent as it came.
struct RequestPath {
    let text: String

    init(_ text: String) throws(ActRefusal) {
        if let reason = URLPath.fault(in: Array(text.utf8)) {
            throw ActRefusal(.pathNotAllowed, "the path \(reason)")
        }
        self.text = text
    }
}
