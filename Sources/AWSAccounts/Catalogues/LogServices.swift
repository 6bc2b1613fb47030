extension AWSCatalogue {
    /// Services whose logs can be collected, as the reference listed them in August 2025.
    package static let logServices = AWSCatalogue(
        type: "logs_services",
        lines: """
            apigw-access-logs
            apigw-execution-logs
            cloudfront
            elb
            elbv2
            lambda
            redshift
            s3
            states
            waf
            """
    )
}
