import Documents
import Platform
import Secrets

/// A file of profiles, as AWS' own tools write it: sections in brackets, with a name, `=` and a value on each line.
struct ProfileFile {
    private let content: SecretBuffer

    /// More than any such file has.
    private static let longest = 1 << 20

    init(_ content: SecretBuffer) {
        self.content = content
    }

    /// - Returns: `nil` if there is no file that can be read.
    init?(reading path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0...Self.longest).contains(Int(status.st_size))
        else { return nil }
        var isRead = true
        content = SecretBuffer(count: Int(status.st_size)) { memory in
            var rest = memory[...]
            while !rest.isEmpty {
                let part = UnsafeMutableRawBufferPointer(rebasing: rest)
                let count = read(descriptor, part.baseAddress, part.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    isRead = false
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
        guard isRead else { return nil }
    }

    /// The access key of a section, or `nil` if it has none.
    func credentials(inSection section: String) -> AWSCredentials? {
        let values = values(inSection: section)
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else { return nil }
        return AWSCredentials(
            accessKeyID: id.withBytes { String(decoding: $0, as: UTF8.self) },
            secretAccessKey: secret,
            sessionToken: values["aws_session_token"]
        )
    }

    private func values(inSection section: String) -> [String: Secret] {
        withExtendedLifetime(content) {
            let bytes = content.bytes
            var values: [String: Secret] = [:]
            var isInside = false
            // Some editors begin files with a byte order mark.
            let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            for line in bytes.indices[start...].split(whereSeparator: { bytes[$0] == 0x0A || bytes[$0] == 0x0D }) {
                let line = trimmed(line.startIndex..<line.endIndex)
                guard let first = line.first, !"#;".utf8.contains(bytes[first]) else { continue }
                if bytes[first] == UInt8(ascii: "["), let end = line.first(where: { bytes[$0] == UInt8(ascii: "]") }) {
                    isInside = text(trimmed(line.startIndex + 1..<end)) == section
                } else if isInside, let equals = line.first(where: { bytes[$0] == UInt8(ascii: "=") }) {
                    let value = trimmed(equals + 1..<line.endIndex)
                    guard !value.isEmpty else { continue }
                    values[text(trimmed(line.startIndex..<equals)).lowercased()] = Secret(content, range: value)
                }
            }
            return values
        }
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        let isBlank = { (index: Int) in content.bytes[index] == 0x20 || content.bytes[index] == 0x09 }
        var range = range
        while let first = range.first, isBlank(first) { range = first + 1..<range.endIndex }
        while let last = range.last, isBlank(last) { range = range.startIndex..<last }
        return range
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: content.bytes[range], as: UTF8.self)
    }
}
