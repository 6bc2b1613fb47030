import Documents

extension FormatTable {
    static let allOfAWS = [
        roleName, accessKeyID, partition, region, namespace, logSource, tag, lambdaARN, bucketName, externalID,
    ]

    private static let roleName = FormatTable(
        name: "awsRoleName",
        format: .awsRoleName,
        valid: [
            "a", "KeywayRole", "path/to/Role", "a+b=c,d.e@f_g-h", "0", String(repeating: "a", count: 576),
        ],
        invalid: [
            "", " ", "a role", "role:name", "arn:aws:iam::123456789012:role/x", "a\n", "a*", "a\\b", "é", "Ａ",
            "a\u{301}", "a\0", String(repeating: "a", count: 577),
        ]
    )

    private static let accessKeyID = FormatTable(
        name: "awsAccessKeyID",
        format: .awsAccessKeyID,
        valid: [
            "AKIAIOSFODNN7EXAMPLE", "AAAAAAAAAAAAAAAA", "0123456789012345", "akiaiosfodnn7_example",
            String(repeating: "A", count: 128),
        ],
        invalid: [
            "", "AKIA", "AAAAAAAAAAAAAAA", "AKIA OSFODNN7EXAMPLE", "AKIAIOSFODNN7-EXAMPLE",
            "AKIAIOSFODNN7EXAMPL@", "AKIAIOSFODNN7EXAMPL[", "AKIAIOSFODNN7EXAMPLE\n", "AKIAIOSFODNN7EXAMPL\u{301}",
            "AKIAIOSFODNN7EXAMPLÉ", String(repeating: "A", count: 129),
        ]
    )

    private static let partition = FormatTable(
        name: "awsPartition",
        format: .awsPartition,
        valid: ["aws", "aws-cn", "aws-us-gov"],
        invalid: [
            "", "AWS", "aws-", "aws-us", "aws-iso", "aws-invalid", "awsaws", " aws", "aws ", "aws\n", "aws-cn\n",
            "mars",
        ]
    )

    private static let region = FormatTable(
        name: "awsRegion",
        format: .awsRegion,
        valid: [
            "us-east-1", "us-gov-west-1", "ap-southeast-5", "us-iso-east-1", "us-isob-east-1", "cn-north-1",
            "mx-central-1", "eusc-de-east-1", "aa-a-0", "us-east-11",
            "aa-" + String(repeating: "a", count: 59) + "-1",
        ],
        invalid: [
            "", "us", "us-east", "us-1", "us-east-", "us-east-a", "us-east-1a", "US-EAST-1", "u-east-1", "-us-east-1",
            "us--east-1", "us-east--1", "us-east-1-", "us-ea1st-1", "us_east_1", "us east 1", "us-east-1\n",
            " us-east-1", "us-east-１", "us-éast-1", "us-east-1\u{301}", "*", "us-*",
            "aa-" + String(repeating: "a", count: 60) + "-1",
        ]
    )

    private static let namespace = FormatTable(
        name: "awsNamespace",
        format: .awsNamespace,
        valid: [
            "AWS/EC2", "Glue", "AmazonMWAA", "/aws/sagemaker/Endpoints", "AWS/Network Manager", "AWS/S3/Storage-Lens",
            "a", "custom_ns.x#1", "a:b", "a:", "-", "a  b", String(repeating: "a", count: 255),
        ],
        invalid: [
            "", " ", ":", ":a", " AWS/EC2", "AWS/EC2 ", "AWS\\EC2", "AWS/EC2\n", "AWS\tEC2", "AWS/EC2*", "a,b", "a\"b",
            "é", "a\u{301}", "a\u{a0}b", String(repeating: "a", count: 256),
        ]
    )

    private static let logSource = FormatTable(
        name: "awsLogSource",
        format: .awsLogSource,
        valid: ["s3", "apigw-access-logs", "elbv2", "0", "a_b", "a-", String(repeating: "a", count: 64)],
        invalid: [
            "", " ", "S3", "-s3", "_s3", "s 3", "s3\n", "s/3", "s.3", "s3!", "é", "s\u{301}",
            String(repeating: "a", count: 65),
        ]
    )

    private static let tag = FormatTable(
        name: "awsTag",
        format: .awsTag,
        valid: [
            "a:b", "key:value", "!key:value", "$KEY:$VALUE", "a:b:c", "*", "!test", "tag1", "", ":", "a:", ":b", "a\nb",
            "instance-type:c?.*", "ключ:значение", String(repeating: "é", count: 4096),
        ],
        invalid: [String(repeating: "a", count: 4097)]
    )

    private static let lambdaARN = FormatTable(
        name: "awsLambdaARN",
        format: .awsLambdaARN,
        valid: [
            "arn:aws:lambda:us-east-1:123456789012:function:Forwarder",
            "arn:aws:lambda:us-east-1:123456789012:function:my_fn-2",
            "arn:aws:lambda:us-east-1:123456789012:function:Forwarder:1",
            "arn:aws:lambda:us-east-1:123456789012:function:Forwarder:$LATEST",
            "arn:aws:lambda:us-east-1:123456789012:function:Forwarder:live_1-a",
            "arn:aws:lambda:us-east-1:1234567890:function:Forwarder", "arn:aws:lambda:us-east-1:1:function:a.b:é",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f",
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f",
            "arn:aws:lambda:us-" + String(repeating: "a", count: 100) + "-1:123456789012:function:f",
        ],
        invalid: [
            "", "Forwarder", "arn", "arn:aws", "arn:aws:s3:::bucket", "arn:aws:lambda:us-east-1:123456789012:function",
            "arn:aws:lambda:us-east-1:123456789012:function:", "arn:aws:lambda:us-east-1:123456789012:function:f:",
            "arn:aws:lambda:us-east-1:123456789012:function:f:1:2", "arn:aws:lambda:us-east-1:123456789012:layer:f",
            "arn:aws:lambda:us-east-1:12345678901x:function:f", "arn:aws:lambda:us-east-1::function:f",
            "arn:aws:lambda:useast1:123456789012:function:f", "arn:aws:lambda::123456789012:function:f",
            "arn:amazon:lambda:us-east-1:123456789012:function:f", "arn:AWS:lambda:us-east-1:123456789012:function:f",
            "ARN:aws:lambda:us-east-1:123456789012:function:f", "xarn:aws:lambda:us-east-1:123456789012:function:f",
            "arn:aws1:lambda:us-east-1:123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:function:a b",
            "arn:aws:lambda:us-east-1:123456789012:function:f\n", " arn:aws:lambda:us-east-1:123456789012:function:f",
            "arn:aws:lambda:us-east-1:１２３４５６７８９０１２:function:f",
            "arn:aws:lambda:us-east-1:123456789012:function:" + String(repeating: "a", count: 466),
        ]
    )

    private static let bucketName = FormatTable(
        name: "awsBucketName",
        format: .awsBucketName,
        valid: [
            "abc", "billing", "my-bucket.example", "0a1", "a-b", "Billing_2014", String(repeating: "a", count: 255),
        ],
        invalid: [
            "", "a", "ab", "-abc", "abc-", ".abc", "abc.", "_abc", "a b", "a/b", "abc\n", "s3://abc", "àbc",
            "ab\u{301}", String(repeating: "a", count: 256),
        ]
    )

    private static let externalID = FormatTable(
        name: "externalID",
        format: .externalID,
        valid: [
            "0123456789abcdef0123456789abcdef", "01", "0123456789ABCDEF", "acme:prod/1", "a_b+c=d,e.f@g-h",
            String(repeating: "a", count: 1224),
        ],
        invalid: [
            "", "0", "a b", "a\n", "a*b", "a\\b", "é", "aé", "a\u{301}", "a\0", String(repeating: "a", count: 1225),
        ]
    )
}
