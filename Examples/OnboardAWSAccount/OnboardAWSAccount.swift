import DatadogClient
import Foundation

/// Adds an AWS account that a role gives access to, and prints the trust policy that the role needs.
///
///     DD_SITE=http://127.0.0.1:8480 DD_API_KEY=… DD_APP_KEY=… swift run OnboardAWSAccount 123456789012 KeywayRole
@main
struct OnboardAWSAccount {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { fatalError("usage: OnboardAWSAccount ACCOUNT ROLE") }
        let client = Client(try Configuration())

        let account = try await client.awsAccounts.create(
            NewAWSAccount(
                accountID: arguments[1],
                partition: .aws,
                authentication: .role(AWSRole(name: arguments[2])),
                regions: .only(["eu-west-1"]),
                metrics: AWSMetricsConfig(namespaceFilters: .only(["AWS/EC2"]))
            )
        )
        let policy = try await client.awsAccounts.trustPolicy(of: account.id)
        print(String(decoding: policy.data, as: UTF8.self))
    }
}
