package import Documents

/// The trust policy that an AWS role needs, so that it lets itself be assumed with an external id (IAM user guide,
/// "Access to AWS accounts owned by third parties").
package struct TrustPolicy: Sendable {
    package let partition: String
    /// The AWS account that assumes the role, 12 digits.
    package let principal: String
    package let externalID: String

    package init(partition: String, principal: String, externalID: String) {
        self.partition = partition
        self.principal = principal
        self.externalID = externalID
    }

    /// The policy document, as IAM takes it.
    package var document: JSONValue {
        [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Effect": "Allow",
                    "Principal": ["AWS": .string("arn:\(partition):iam::\(principal):root")],
                    "Action": "sts:AssumeRole",
                    "Condition": ["StringEquals": ["sts:ExternalId": .string(externalID)]],
                ]
            ],
        ]
    }
}
