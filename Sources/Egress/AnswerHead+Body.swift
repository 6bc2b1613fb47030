/// What the head says about the body.
extension AnswerHead {
    /// Checks that the body can be read, and is not known to be too long.
    ///
    /// Only what every recipient must know is decoded, and once: several codings on top of each other, or those that
    /// make a megabyte of a few bytes, serve nobody but an attacker. They were not asked for.
    ///
    /// - Returns: What decodes the body, if it is coded.
    func bodyDecoder(forHead isHead: Bool, atMost limit: Int) throws(EgressError) -> BodyDecoder? {
        let lengths = values("content-length")
        guard lengths.allSatisfy({ $0 == lengths.first }) else { throw .malformedAnswer("it states two lengths") }
        if isHead || status == 204 || status == 304 { return nil }
        guard codings("transfer-encoding").allSatisfy({ $0 == "chunked" }) else {
            throw .malformedAnswer("its transfer coding is not supported")
        }
        let codings = codings("content-encoding")
        guard codings.count <= 1, codings.allSatisfy(["gzip", "x-gzip", "deflate"].contains) else {
            throw .malformedAnswer("its content coding is not supported")
        }
        if let coding = codings.first {
            guard let decoder = BodyDecoder(isGzip: coding != "deflate") else {
                throw .malformedAnswer("no memory is left to decode it")
            }
            return decoder
        }
        if let length = lengths.first.flatMap(Int.init), length > limit { throw .answerTooLarge }
        return nil
    }

    /// The codings in the order applied, in lower case, without those that change nothing.
    private func codings(_ name: String) -> [String] {
        values(name).flatMap { $0.split { $0 == "," || $0 == " " || $0 == "\t" } }
            .map { $0.lowercased() }
            .filter { $0 != "identity" }
    }

    private func values(_ name: String) -> [String] {
        headers.filter { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name }.map(\.value)
    }
}
