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
        pattern: "^[A-Za-z0-9_]+$",
        expectation: "an access key ID: 16 to 128 letters, digits and underscores"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") } }

    /// One of the partitions that the reference knows.
    package static let awsPartition = TextFormat(oneOf: ["aws", "aws-cn", "aws-us-gov"])

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

    /// A tag, or a filter on tags with its wildcards and exclamation marks. The reference takes any text.
    package static let awsTag = TextFormat(length: 0...4096, expectation: "a text")

    /// The ARN of a Lambda function. The reference counts no digits of the account.
    package static let awsLambdaARN = TextFormat(
        length: 1...512,
        pattern: #"^arn:aws[a-z-]*:lambda:[a-z]{2,}(-[a-z]+)+-[0-9]+:[0-9]+:function:[^:\u0000-\u0020\u007f]+"#
            + #"(:[^:\u0000-\u0020\u007f]+)?$"#,
        expectation: "the ARN of a Lambda function, such as arn:aws:lambda:us-east-1:123456789012:function:Forwarder"
    ) { text in
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard
            (7...8).contains(parts.count), parts[0].elementsEqual("arn".utf8), parts[1].starts(with: "aws".utf8),
            parts[1].dropFirst(3).allSatisfy({ $0.isASCIILowercaseLetter || $0 == UInt8(ascii: "-") }),
            parts[2].elementsEqual("lambda".utf8), parts[5].elementsEqual("function".utf8),
            isRegion(parts[3]), !parts[4].isEmpty, parts[4].allSatisfy(\.isASCIIDigit)
        else { return false }
        return parts[6...].allSatisfy { !$0.isEmpty && !$0.contains { $0.isASCIIControl || $0 == UInt8(ascii: " ") } }
    }

    /// The name of an S3 bucket: as of today (S3 user guide, "Bucket naming rules"), or as it was allowed in us-east-1
    /// until 2018.
    package static let awsBucketName = TextFormat(
        length: 3...255,
        pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
        expectation: "a bucket name: letters, digits, dots, hyphens and underscores"
    ) { text in
        let isEdge = { (byte: UInt8) in byte.isASCIILetter || byte.isASCIIDigit }
        guard let first = text.first, let last = text.last, isEdge(first), isEdge(last) else { return false }
        return text.allSatisfy { isEdge($0) || "._-".utf8.contains($0) }
    }

    /// An external id, as STS takes it (STS API reference, `AssumeRole`).
    package static let externalID = TextFormat(
        length: 2...1224,
        pattern: "^[A-Za-z0-9_+=,.@:/-]+$",
        expectation: "an external ID: 2 to 1224 letters, digits and _+=,.@:/-"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "_+=,.@:/-".utf8.contains($0) } }
}
