import Cryptography
import Documents
import Secrets
import WorkloadIdentity

/// Keys that were made for these tests, and tokens signed by them.
enum TestingKeys {
    static let issuer = "https://issuer.example"
    static let organization = Identifier(high: 0, low: 1)
    static let audience = TokenIssuer.usualAudience(of: organization)
    static let time = Timestamp(microseconds: 1_800_000_000 * 1_000_000)

    /// A claim set that is good at ``time``.
    static func claims(_ changes: [String: JSONValue?] = [:]) -> JSONValue {
        var claims: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(audience), "sub": "repo:acme@1/api@2:ref:refs/heads/main",
            "iat": 1_800_000_000, "nbf": 1_800_000_000, "exp": 1_800_000_600,
        ]
        for (name, value) in changes { claims[name] = value }
        return .object(claims.sorted { $0.key < $1.key }.map { .init(JSONText($0.key), $0.value) })
    }

    /// A token in its compact form, signed by the RSA key whatever its header says.
    static func token(
        _ claims: JSONValue = claims(),
        header: JSONValue = ["alg": "RS256", "kid": "round"]
    ) throws -> String {
        let text = "\(base64(JSONWriter.bytes(of: header))).\(base64(JSONWriter.bytes(of: claims)))"
        let key = try RSASigningKey(pem: Secret(copying: pem.utf8))
        return "\(text).\(base64(try Array(text.utf8).withUnsafeBytes { try key.sign($0) }))"
    }

    static func parsed(_ token: String) throws -> JSONWebToken {
        try JSONWebToken(parsing: Secret(copying: token.utf8))
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = bytes.withUnsafeBytes { Base64.encode($0, .urlSafe) }
        return withExtendedLifetime(digits) { String(decoding: digits.bytes, as: UTF8.self) }
    }

    static let rsaKey: JSONValue = ["kty": "RSA", "kid": "round", "use": "sig", "alg": "RS256", "n": n, "e": "AQAB"]
    static let ellipticKey: JSONValue = ["kty": "EC", "kid": "elliptic", "crv": "P-256", "x": x, "y": y]

    static func keySet(_ keys: [JSONValue] = [rsaKey, ellipticKey]) -> [UInt8] {
        JSONWriter.bytes(of: ["keys": .array(keys)])
    }

    /// An issuer that maps subjects of one repository.
    static func tokenIssuer(
        _ mappings: JSONValue = [
            [
                "service_account_id": "00000000-0000-0000-0000-000000000002",
                "claims": [["claim": "sub", "value": "repo:acme@1/api@2:*"]],
            ]
        ]
    ) throws -> TokenIssuer {
        let body: JSONValue = [
            "data": [
                "type": "token_issuers", "attributes": ["issuer": .string(issuer), "mappings": mappings],
            ]
        ]
        let document = try DocumentSchema.tokenIssuer.create(body, id: Identifier(high: 0, low: 3)) { _ in audience }
        return try required(TokenIssuer(document.document))
    }

    /// A token of the other key, and the same with its signature in the form that libraries have it.
    static let ellipticToken =
        "\(ellipticSigned).9g_K0lBOr0fDzeR5Ma7CEpC8gs2zmRe8zkMRHARcIl3gUHb6BEA5kE3ahwofNnqwEHTm8ZCj0MvQkGy8nEeVAA"
    static let ellipticTokenInDER =
        "\(ellipticSigned).MEYCIQD2D8rSUE6vR8PN5HkxrsISkLyCzbOZF7zOQxEcBFwiXQIhAOBQdvoEQDmQTdqHCh82erAQdObxkKPQy9CQbLycR5UA"
    private static let ellipticSigned =
        "eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVsbGlwdGljIn0."
        + "eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIuZXhhbXBsZSIsICJhdWQiOiAia2V5d2F5OjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAw"
        + "MDAwMSIsICJzdWIiOiAicmVwbzphY21lQDEvYXBpQDI6cmVmOnJlZnMvaGVhZHMvbWFpbiIsICJleHAiOiAxODAwMDAwNjAwLCAiaWF0Ijog"
        + "MTgwMDAwMDAwMH0"

    static let n: JSONValue =
        .string(
            "rlKaxoCcSgoElRzeM5LjkHzNDVJeAvww9HD68CDZZYLzjMQ3CwT56j7PxZdkgBG0VdHFPp5X7PSL2GWPt7MV19bK4MyFin4zh_hN"
                + "VCANOKJ9xjFiKSltDHcAsiaIJQinUc-dPW0o8ZgEHCcRBGsOD-lWa61z7iOf5LYvuAQMQckGx_YfYAGfg3ZDpcb22PR2--"
                + "aGJyX_BFU9jZaJR70e3pYcA55YMUjtnDSzXDB6qoqwbtnLqz_OJmRgel08M1wjRxEf-"
                + "EgvFxjWNnp7nhCnxqSA0BwexYna6XbXlqWoqdqmZeJzRKbKycj_olSIEsLVeJ6a9-V2-pIhuajAXoxRxw"
        )
    /// The modulus of a key of 1024 bits.
    static let shortModulus: JSONValue =
        .string(
            "ti3DYJQJ1byUMop8_tHPctmYPKm5_8IDW7KrxbmSyOf1tlbBrRch5zzi3Ar2aZnE9tMpaSbPrFoDhsd-"
                + "o7wlry0M0NsStBYLT3wOVoEWcZtSe4ZmZJ7xfGbIf1iukT0sRmDbGE4OJsbtkevzlUrSHaoW0gjyt4lDqw4dd13kuD8"
        )
    static let x: JSONValue = "WlsNZ9p-IACv-L9Ei7OWQYiTn7TYwQDT2hm4CtWc1xE"
    static let y: JSONValue = "hb4n2q9osubCDAmw5rLsoQxfV90ySfE3HwYn_XuUkBk"

    /// The private key of the RSA key.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCuUprGgJxKCgSV
        HN4zkuOQfM0NUl4C/DD0cPrwINllgvOMxDcLBPnqPs/Fl2SAEbRV0cU+nlfs9IvY
        ZY+3sxXX1srgzIWKfjOH+E1UIA04on3GMWIpKW0MdwCyJoglCKdRz509bSjxmAQc
        JxEEaw4P6VZrrXPuI5/kti+4BAxByQbH9h9gAZ+DdkOlxvbY9Hb75oYnJf8EVT2N
        lolHvR7elhwDnlgxSO2cNLNcMHqqirBu2curP84mZGB6XTwzXCNHER/4SC8XGNY2
        enueEKfGpIDQHB7FidrpdteWpaip2qZl4nNEpsrJyP+iVIgSwtV4npr35Xb6kiG5
        qMBejFHHAgMBAAECggEAKotBd+Gqgw1X2fZ+KlMWk8xJlQ89n3fiEL5EF/fEZthj
        TT8T+e4AelFTDvOoVPM9MlasT2CAr/Vs7ea3gQtFcPRcdimkC81KEUyhvr7Fy0Uo
        8gZaYRZZpVmjw1bREky+3SIQy42JGRFTK3XDWvMvruVxMH1YFk3+d2iZU801Gpao
        oirWjk0Ah4NhOL6kPpDuwcoZ76OHqrjf9GfF9YR1I1ImrrxaYDYYP6xaFE1bo0fh
        iG1LAeOD8XYZh1imK/MgG2Qp2d61KzW/Uj4/YJAKZg7PqUUrq/s4TQClD2FOf1ju
        lUxkimYmrdnxMj0hQHWCCOpJcbKg3HY/p1bNkbXgjQKBgQDT/Z8eW0aHIA7HF0Cc
        KUwnh9HlflX/dCgZo6kZ9obmAElYFcQ8bqxGf7hFQDoF3gZBi945aul5c8gnOkS+
        ZdahU/9jmYQdtxeQnk+gKQiKl5Is0lEoRoHvqex6uw7budPHU24/ti6wNqc+VIGt
        E8LnP0lm0r1pKWWHa6/lD3f3EwKBgQDSgxeBrzqAdLEPYZdwtuOdE5oHoo4M/N54
        bSUaqNPHHuzqlY6b08Mlit3LqK8g8aAymuF1mTs+hb8DAjMVksrmCBifT8inH7I6
        aiqfjTWWFHFt5R1yun48LzlHIUFRLju9GMKtz1QQ8HtkpS85LdXupjqnHvQC2hRc
        Tk0H9L7M/QKBgHbPO/CNg1eT9fRK6eEbnBzDmDWgup3zAc5s1QdCDZS2MGT3vgWI
        mXDhf+r/9gT3zFXMB/3yF2wEIfcqRwDWnpXIN+ggT9U/mitpLoM6vBjAniIUtXt3
        GLezal/Wmps26KRb8/wtJLmJx+28+vh/jMqBw6enEJTxqH9fMTOVmcyVAoGAXnFF
        qH7OxjaUAQyNfpnuf9f9cJNzG0yPGoQM82ruqBStwYibVDmrATrNysLA3wzIDCwE
        HlhChghG67ie5nzW3mCfe0m2AZRsx1w+Bxq5Ab3mLaFulrwoSiP9lHXM8fjGAE4N
        eSDc3ESndz3Mc+Cma8zT34o5etYP8GGImZspxpkCgYAxoCa4eaoFDyrbFPxPrkwy
        SIQDyJ8dHinvjYo+hE5uyqWYamEmryV5itJAA3wPQ1ArNBBlP2LgTKMILBp5Ax2Y
        6Hj+3mSuYdQBVY1cWmbtXq0c9UicitsXzHFNZkr87ukJwRCzLt1vMRINkG/wr1Jy
        eYkSHhYWgVcWl3s4989fyw==
        -----END PRIVATE KEY-----
        """
}

struct Missing: Error {}

func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}
