import NetworkTypes

extension ResponseHead {
    /// Checks that the body can be read, and is not known to be too long.
    ///
    /// A registered coding that can't be undone would hide a secret. A coding that nobody knows names no coding: its
    /// body is passed on as it came.
    ///
    /// - Returns: The decoder of the body, if it is coded.
    func bodyDecoder(forHead isHead: Bool, atMost limit: Int) throws(EgressError) -> (any ContentDecoder)? {
        if status < 200 { throw .malformedResponse("it switches protocols, which was not asked for") }
        if isHead || status == 204 || status == 304 { return nil }
        let lengths = values("content-length")
        guard lengths.allSatisfy({ $0 == lengths.first }) else { throw .malformedResponse("it states two lengths") }
        guard codings("transfer-encoding").allSatisfy({ $0 == "chunked" }) else {
            throw .malformedResponse("its transfer coding is not supported")
        }
        if let length = lengths.first.flatMap(Int.init), length > limit { throw .responseTooLarge }
        guard isCoded else { return nil }
        let names = codings("content-encoding")
        let codings = names.compactMap { ContentCoding(name: $0) }
        // In a block of one, the blocks of another could not be told from each other.
        guard
            codings.count == names.count, codings.count <= ContentCoding.mostStacked,
            codings.count(where: { $0 == .zstd }) <= 1
        else { throw .malformedResponse("its content coding is not supported") }
        guard let decoder = ContentCoding.decoder(of: codings) else {
            throw .malformedResponse("no memory is left to decode it")
        }
        return decoder
    }

    /// The length of a body that says `Transfer-Encoding: identity`, which is no coding, beside its length. libcurl
    /// takes it for one that lasts until the connection ends.
    var lengthBesideIdentity: Int? {
        guard !values("transfer-encoding").isEmpty, codings("transfer-encoding").isEmpty, status != 204, status != 304
        else { return nil }
        return values("content-length").first.flatMap { Int($0) }
    }

    /// IANA's registry of content codings, as of 2024.
    private static let registered: Set<String> = [
        "aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip",
        "zstd",
    ]

    /// Whether the body comes in a content coding that somebody knows.
    package var isCoded: Bool { !codings("content-encoding").isEmpty && !hasUnknownCoding }

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

extension HeaderField {
    /// Whether it says how the body is to be read.
    var isOfFraming: Bool {
        ["connection", "content-encoding", "content-length", "transfer-encoding"].contains(name.lowercased())
    }
}
