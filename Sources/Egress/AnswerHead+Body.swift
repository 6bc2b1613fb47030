extension AnswerHead {
    /// Checks that the body can be read, and is not known to be too long.
    ///
    /// Only what every recipient must know is decoded, and once: several codings on top of each other, or others that are
    /// registered, would hide a secret, and were not asked for. A coding that nobody knows names no coding: its body is
    /// handed on as it came.
    ///
    /// - Returns: The decoder of the body, if it is coded.
    func bodyDecoder(forHead isHead: Bool, atMost limit: Int) throws(EgressError) -> BodyDecoder? {
        if status < 200 { throw .malformedAnswer("it switches protocols, which was not asked for") }
        if isHead || status == 204 || status == 304 { return nil }
        let lengths = values("content-length")
        guard lengths.allSatisfy({ $0 == lengths.first }) else { throw .malformedAnswer("it states two lengths") }
        guard codings("transfer-encoding").allSatisfy({ $0 == "chunked" }) else {
            throw .malformedAnswer("its transfer coding is not supported")
        }
        if let coding = decodedCoding {
            guard let decoder = BodyDecoder(isGzip: coding != "deflate") else {
                throw .malformedAnswer("no memory is left to decode it")
            }
            return decoder
        }
        guard codings("content-encoding").isEmpty || hasUnknownCoding else {
            throw .malformedAnswer("its content coding is not supported")
        }
        if let length = lengths.first.flatMap(Int.init), length > limit { throw .answerTooLarge }
        return nil
    }

    /// IANA's registry of content codings, as of 2024.
    private static let registered: Set<String> = [
        "aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip",
        "zstd",
    ]

    /// The coding that the body is handed on without, in lower case; `nil` if it is handed on as it came.
    package var decodedCoding: String? {
        let codings = codings("content-encoding")
        guard codings.count == 1, let coding = codings.first, ["gzip", "x-gzip", "deflate"].contains(coding) else {
            return nil
        }
        return coding
    }

    /// Whether the body is said to be coded by what is no coding, and comes as it is.
    package var hasUnknownCoding: Bool {
        let codings = codings("content-encoding")
        return !codings.isEmpty && Self.registered.isDisjoint(with: codings)
    }

    /// The codings in the order applied, in lower case, without those that change nothing.
    private func codings(_ name: String) -> [String] {
        values(name).flatMap { $0.split { $0 == "," || $0 == " " || $0 == "\t" } }
            .map { $0.lowercased() }
            .filter { $0 != "identity" }
    }

    private func values(_ name: String) -> [String] {
        headers.filter { HeaderSyntax.isSame($0.name, name) }.map(\.value)
    }
}

extension AnswerHead.Header {
    /// Whether it says how the body is to be read.
    var isOfFraming: Bool {
        ["connection", "content-encoding", "content-length", "transfer-encoding"].contains(name.lowercased())
    }
}
