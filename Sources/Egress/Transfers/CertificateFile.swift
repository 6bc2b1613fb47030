import Platform

/// The operator's file of trusted certificates, looked at early: libcurl reads it at the first connection.
enum CertificateFile {
    private static let mark = Array("-----BEGIN CERTIFICATE-----".utf8)

    /// - Throws: ``EgressError/insecure(_:)`` if the file cannot be read or holds no certificate.
    static func check(_ path: String) throws(EgressError) {
        guard let stream = fopen(path, "r") else {
            throw .insecure("the file of certificate authorities, \(path), cannot be read")
        }
        defer { fclose(stream) }
        var line = [UInt8](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), stream) != nil {
            if line.starts(with: mark) { return }
        }
        throw .insecure("the file of certificate authorities, \(path), holds no certificate in PEM")
    }
}
