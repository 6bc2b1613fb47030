// swift-format-ignore-file
/// Answers of the reference, as its official clients' test suites recorded them.
enum Recorded {
    /// A connection, as it was created.
    static let connection = ##"""
        {"data":{"id":"67aa2f61-266d-48d1-a1ee-cf7c3acc6b20","type":"action_connection","attributes":{"integration":{"credentials":{"account_id":"123456789123","external_id":"70f4660c99684420821b0c13a67eb4d1","principal_id":"464622532012","role":"MyRoleUpdated","type":"AWSAssumeRole"},"type":"AWS"},"name":"Cassette Connection testcreateanewactionconnectionreturnssuccessfullycreatedactionconnectionresponse1743020699"}}}
        """##
    /// A list of registrations.
    static let registrations = ##"""
        {"data":[{"id":"b7feea52-994e-4714-a100-1bd9eff5aee1","type":"app_key_registration"}],"meta":{"total":1,"total_filtered":1}}
        """##
    /// An AWS account with a role.
    static let account = ##"""
        {"data":{"id":"957a9f7c-72ec-4946-baf4-42f00420f299","type":"account","attributes":{"account_tags":["key:value"],"auth_config":{"role_name":"DatadogIntegrationRole","external_id":"329146b44caa4f4fa7d0b6478f392c9e"},"aws_account_id":"123456789012","aws_partition":"aws","aws_regions":{"include_only":["us-east-1"]},"created_at":"2025-08-06T17:41:50.383382Z","logs_config":{"lambda_forwarder":{"lambdas":["arn:aws:lambda:us-east-1:123456789012:function:DatadogLambdaLogForwarder"],"sources":["s3"],"log_source_config":{"tag_filters":[{"source":"s3","tags":["test:test"]}]}}},"metrics_config":{"enabled":true,"automute_enabled":true,"collect_custom_metrics":false,"collect_cloudwatch_alarms":false,"tag_filters":[{"namespace":"AWS/EC2","tags":["key:value"]}],"namespace_filters":{"include_only":["AWS/EC2"]}},"modified_at":"2025-08-06T17:41:50.383382Z","resources_config":{"cloud_security_posture_management_collection":false,"extended_collection":false},"traces_config":{"xray_services":{"include_only":["AWS/AppSync"]}}}}}
        """##
    /// A new external id.
    static let externalID = ##"""
        {"data":{"id":"b6ec0b8a9ddf478e98b0134747bab2c5","type":"external_id","attributes":{"external_id":"b6ec0b8a9ddf478e98b0134747bab2c5"}}}
        """##
    /// Where cost and usage reports lie.
    static let ccmConfig = ##"""
        {"data":{"id":"b2087a32-4d4f-45b1-9321-1a0a48e9d7cf","type":"ccm_config","attributes":{"data_export_configs":[{"report_name":"cost-and-usage-report","report_prefix":"reports","report_type":"CUR2.0","bucket_name":"billing","bucket_region":"us-east-1"}]}}}
        """##
    /// An API key, as it was created.
    static let createdAPIKey = ##"""
        {"data":{"type":"api_keys","attributes":{"created_at":"2022-05-12T09:52:00.698721+00:00","key":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","last4":"xxxx","modified_at":"2022-05-12T09:52:00.698721+00:00","name":"Test-Create_an_API_key_returns_Created_response-1652349120"},"relationships":{"created_by":{"data":{"type":"users","id":"3ad549bf-eba0-11e9-a77a-0705486660d0"}},"modified_by":{"data":{"type":"users","id":"3ad549bf-eba0-11e9-a77a-0705486660d0"}},"leak_information":{"data":null}},"id":"f625994a-4ee7-4967-b08c-7067d1f1cdac"}}
        """##
    /// A list of API keys.
    static let apiKeys = ##"""
        {"data":[{"type":"api_keys","attributes":{"created_at":"2025-09-08T09:24:43.558793+00:00","last4":"xxxx","modified_at":"2025-09-08T09:24:43.558793+00:00","remote_config_read_enabled":true,"category":"default","name":"Test-Get_all_API_keys_returns_OK_response-1757323483","date_last_used":null,"used_in_last_24_hours":false,"last_used_date":{"timestamp":null,"description":"Timestamp of when this key was last used in the past ninety (90) days, null if no recent usage"}},"relationships":{"created_by":{"data":{"type":"users","id":"9919ec9b-ebc7-49ee-8dc8-03626e717cca"}},"modified_by":{"data":{"type":"users","id":"9919ec9b-ebc7-49ee-8dc8-03626e717cca"}},"leak_information":{"data":null}},"id":"84dbd164-f3f5-4f30-ac93-e12b27adeada"}],"meta":{"page":{"total_filtered_count":1},"max_allowed":200}}
        """##
    /// An application key, as it was created.
    static let createdApplicationKey = ##"""
        {"data":{"type":"application_keys","id":"aae6e868-4746-46f2-a457-5b39d35b0c30","attributes":{"name":"Test-Create_an_Application_key_with_scopes_for_current_user_returns_Created_response-1652349122","created_at":"2022-05-12T09:52:03.065338+00:00","last4":"xxxx","key":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","scopes":["dashboards_read","dashboards_write","dashboards_public_share"]},"relationships":{"owned_by":{"data":{"type":"users","id":"3ad549bf-eba0-11e9-a77a-0705486660d0"}},"leak_information":{"data":null}}}}
        """##
    /// The services whose logs can be collected.
    static let logServices = ##"""
        {"data":{"id":"logs_services","type":"logs_services","attributes":{"logs_services":["apigw-access-logs","apigw-execution-logs","cloudfront","elb","elbv2","lambda","redshift","s3","states","waf"]}}}
        """##
    /// An error of objects without status.
    static let genericError = ##"""
        {"errors":[{"title":"Generic Error","detail":"error getting connection: rpc error: code = NotFound desc = connection not found"}]}
        """##
    /// An error whose meaning stands in `meta` alone.
    static let metaError = ##"""
        {"errors":[{"status":"400","title":"Bad Request","detail":"invalid value","meta":{"aws_partition":"invalid partition: aws-invalid"}}]}
        """##
    /// An error of strings.
    static let stringError = ##"""
        {"errors":["API key not found"]}
        """##
}
