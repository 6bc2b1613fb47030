import Secrets
import Testing

@testable import Acting

@Suite("An answer of AWS' STS", .timeLimit(.minutes(10)))
struct TokenServiceResponseTests {
    /// The example of the AWS STS API Reference, `AssumeRole`.
    static let example = """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleResult>
          <SourceIdentity>Alice</SourceIdentity>
            <AssumedRoleUser>
              <Arn>arn:aws:sts::123456789012:assumed-role/demo/TestAR</Arn>
              <AssumedRoleId>ARO123EXAMPLE123:TestAR</AssumedRoleId>
            </AssumedRoleUser>
            <Credentials>
              <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
              <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
              <SessionToken>AQoDYXdzEPT//////////wEXAMPLE&amp;==</SessionToken>
              <Expiration>2019-11-09T13:34:41Z</Expiration>
            </Credentials>
            <PackedPolicySize>6</PackedPolicySize>
          </AssumeRoleResult>
          <ResponseMetadata>
            <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
          </ResponseMetadata>
        </AssumeRoleResponse>
        """

    @Test("gives its elements by the way to them", arguments: ["", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"])
    func reads(declaration: String) throws {
        let answer = try #require(TokenServiceResponse(Sample.buffer(declaration + Self.example + "\n")))
        let credentials = "AssumeRoleResponse/AssumeRoleResult/Credentials"
        #expect(answer.text("\(credentials)/AccessKeyId") == "ASIAIOSFODNN7EXAMPLE")
        #expect(answer.text("\(credentials)/SecretAccessKey") == "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY")
        #expect(answer.text("\(credentials)/SessionToken") == "AQoDYXdzEPT//////////wEXAMPLE&==")
        #expect(answer.text("\(credentials)/Expiration") == "2019-11-09T13:34:41Z")
        #expect(answer.text("Credentials/AccessKeyId") == nil)
    }

    @Test("of an error gives its code, whatever stands beside it")
    func error() throws {
        let text = """
            <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
            <Message>It&#39;s &lt;not&gt; allowed</Message><Detail/></Error></ErrorResponse>
            """
        let answer = try #require(TokenServiceResponse(Sample.buffer(text)))
        #expect(answer.text("ErrorResponse/Error/Code") == "AccessDenied")
        #expect(answer.text("ErrorResponse/Error/Message") == nil)
    }

    @Test(
        "is not read where it is anything else",
        arguments: [
            "", "text", "{}", "<a>", "<a><b></a></b>", "</a>", "<a>1</a><b>2</b>", "<a>1</a>x", "x<a>1</a>", "<a",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><!-- b --></a>", "<a><![CDATA[b]]></a>", "<a><?b?></a>",
            String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100),
        ]
    )
    func refuses(_ text: String) {
        #expect(TokenServiceResponse(Sample.buffer(text)) == nil)
    }
}

@Suite("A file of profiles", .timeLimit(.minutes(10)))
struct ProfileFileTests {
    private static let file = ProfileFile(
        Sample.buffer(
            """
            # keys
            [default]
            aws_access_key_id = AKIADEFAULT
            aws_secret_access_key=default/secret+=
            ; another
            [ other ]\r
              AWS_ACCESS_KEY_ID = AKIAOTHER \t\r
            aws_secret_access_key = other secret\r
            aws_session_token = token==\r
            [incomplete]
            aws_access_key_id = AKIAINCOMPLETE
            aws_secret_access_key =
            """
        )
    )

    @Test(
        "gives the keys of a section",
        arguments: [
            ("default", "AKIADEFAULT", "default/secret+=", nil), ("other", "AKIAOTHER", "other secret", "token=="),
        ]
            as [(String, String, String, String?)]
    )
    func reads(section: String, id: String, secret: String, token: String?) throws {
        let credentials = try #require(Self.file.credentials(inSection: section))
        #expect(credentials.accessKeyID == id)
        #expect(credentials.secretAccessKey.text == secret)
        #expect(credentials.sessionToken?.text == token)
    }

    @Test(
        "gives nothing of a section that has no keys, or is not there",
        arguments: ["incomplete", "profile other", "keys", ""]
    )
    func lacks(_ section: String) {
        #expect(Self.file.credentials(inSection: section) == nil)
    }
}
