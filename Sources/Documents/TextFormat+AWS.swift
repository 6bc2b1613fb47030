// What AWS' own names look like.
extension TextFormat {
    package static let awsAccountID = digits(12)

    /// A role's name, with its path where it has one (IAM API reference, `CreateRole`).
    package static let awsRoleName = TextFormat(
        length: 1...576,
        pattern: #"^[A-Za-z0-9+=,.@_/-]+$"#,
        expectation: "a role name: letters, digits and +=,.@_/-"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+=,.@_/-".utf8.contains($0) } }

    /// The id of an access key (IAM API reference, `AccessKey`).
    package static let awsAccessKeyID = TextFormat(
        length: 16...128,
        pattern: "^[A-Z0-9]+$",
        expectation: "an access key ID: 16 to 128 capital letters and digits"
    ) { $0.allSatisfy { $0.isASCIILetter && $0 & 0x20 == 0 || $0.isASCIIDigit } }

    /// One of the partitions that the reference knows.
    package static let awsPartition = TextFormat(
        length: 1...64,
        pattern: "^(aws|aws-cn|aws-us-gov)$",
        expectation: "one of aws, aws-cn, aws-us-gov"
    ) { text in ["aws", "aws-cn", "aws-us-gov"].contains { text.elementsEqual($0.utf8) } }

    /// A region's code, by its syntax: lists of regions age.
    package static let awsRegion = TextFormat(
        length: 1...64,
        pattern: "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
        expectation: "a region such as us-east-1"
    ) { isRegion($0) }

    private static func isRegion(_ text: some Collection<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 3, let number = parts.last, let first = parts.first else { return false }
        return first.count >= 2 && !number.isEmpty && number.allSatisfy(\.isASCIIDigit)
            && parts.dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isASCIILowercaseLetter) }
    }

    /// A CloudWatch namespace (CloudWatch API reference, `Metric`), by its syntax: lists of namespaces age.
    package static let awsNamespace = TextFormat(
        length: 1...255,
        pattern: "^[A-Za-z0-9/_.#-]([A-Za-z0-9/_.#: -]*[A-Za-z0-9/_.#:-])?$",
        expectation: "a namespace such as AWS/EC2"
    ) { text in
        text.first != UInt8(ascii: ":") && text.first != UInt8(ascii: " ") && text.last != UInt8(ascii: " ")
            && text.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "/_.#:- ".utf8.contains($0) }
    }

    /// The id of a service that sends logs, such as `s3`, by its syntax.
    package static let awsLogSource = TextFormat(
        length: 1...64,
        pattern: "^[a-z0-9][a-z0-9_-]*$",
        expectation: "a log source such as s3 or apigw-access-logs"
    ) { text in
        guard let first = text.first, first.isASCIILowercaseLetter || first.isASCIIDigit else { return false }
        return text.allSatisfy { $0.isASCIILowercaseLetter || $0.isASCIIDigit || "_-".utf8.contains($0) }
    }

    /// A tag, or a filter on tags, which may begin with an exclamation mark.
    package static let awsTag = TextFormat(
        length: 3...400,
        pattern: #"^[^:\u0000-\u001f\u007f]+:[^\u0000-\u001f\u007f]+$"#,
        expectation: "a tag of the form key:value"
    ) { text in
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon < text.count - 1 else {
            return false
        }
        return !text.contains(where: \.isASCIIControl)
    }

    /// The ARN of a Lambda function.
    package static let awsLambdaARN = TextFormat(
        length: 1...512,
        pattern: "^arn:aws[a-z-]*:lambda:[a-z]{2,}(-[a-z]+)+-[0-9]+:[0-9]{12}:function:[A-Za-z0-9_-]+"
            + "(:[A-Za-z0-9$_-]+)?$",
        expectation: "the ARN of a Lambda function, such as arn:aws:lambda:us-east-1:123456789012:function:Forwarder"
    ) { text in
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard
            (7...8).contains(parts.count), parts[0].elementsEqual("arn".utf8), parts[1].starts(with: "aws".utf8),
            parts[1].dropFirst(3).allSatisfy({ $0.isASCIILowercaseLetter || $0 == UInt8(ascii: "-") }),
            parts[2].elementsEqual("lambda".utf8), parts[5].elementsEqual("function".utf8),
            isRegion(parts[3]), parts[4].count == 12, parts[4].allSatisfy(\.isASCIIDigit)
        else { return false }
        return parts[6...].allSatisfy { !$0.isEmpty }
            && parts[6].allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "_-".utf8.contains($0) }
            && parts[7...].allSatisfy {
                $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "$_-".utf8.contains($0) }
            }
    }

    /// The name of an S3 bucket (S3 user guide, "Bucket naming rules").
    package static let awsBucketName = TextFormat(
        length: 3...63,
        pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        expectation: "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"
    ) { text in
        let isEdge = { (byte: UInt8) in byte.isASCIILowercaseLetter || byte.isASCIIDigit }
        guard let first = text.first, let last = text.last, isEdge(first), isEdge(last) else { return false }
        return text.allSatisfy { isEdge($0) || ".-".utf8.contains($0) }
    }

    /// 32 lower-case hexadecimal digits, as external ids are issued.
    package static let externalID = TextFormat(
        length: 32...32,
        pattern: "^[0-9a-f]{32}$",
        expectation: "an external ID that was issued here: 32 hexadecimal digits"
    ) { $0.allSatisfy { $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) } }
}
