import Documents

/// A path that can be joined to a base URL, and cannot climb out of it, whoever reads it (``URLPath``).
///
/// It is sent as it came.
struct RequestPath {
    let text: String

    init(_ text: String) throws(ActRefusal) {
        if let fault = URLPath.fault(in: Array(text.utf8)) {
            throw ActRefusal(.pathNotAllowed, "the path \(fault)")
        }
        self.text = text
    }
}
