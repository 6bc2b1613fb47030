import Cryptography
import Secrets
import Testing

/// The keys were made for these tests, and the signature by another program:
/// `openssl dgst -sha256 -sign key.pem`. Such signatures have no randomness in them.
@Suite("An RSA key that signs")
struct RSASigningKeyTests {
    private static let message = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UifQ"

    @Test(
        "signs as others do, whether it comes as PKCS #8 or as PKCS #1, and with its line ends escaped",
        arguments: [pkcs8, pkcs1, pkcs8.replacing("\n", with: #"\n"#), pkcs1.replacing("\n", with: #"\r\n"#)]
    )
    func signs(_ pem: String) throws {
        let key = try RSASigningKey(pem: Secret(copying: pem.utf8))
        let signature = try [UInt8](Self.message.utf8).withUnsafeBytes { try key.sign($0) }
        #expect(signature.withUnsafeBytes { Hex.string($0) } == Self.signature)
    }

    @Test(
        "is refused where it is none, is of another kind, is too short, or asks for a passphrase",
        arguments: [
            ("", RSASigningKey.Failure.malformedKey),
            ("no key", .malformedKey),
            (String(pkcs8.dropFirst(200)), .malformedKey),
            (String(pkcs8.prefix(800)), .malformedKey),
            (encrypted, .malformedKey),
            (edwards, .notRSA),
            (short, .unusableLength),
        ]
    )
    func refuses(_ pem: String, failure: RSASigningKey.Failure) {
        #expect(throws: failure) { _ = try RSASigningKey(pem: Secret(copying: pem.utf8)) }
    }

    @Test("is told from a damaged one, which signs too", arguments: [60, 200, 300])
    func damaged(_ place: Int) throws {
        try RSASigningKey(pem: Secret(copying: Self.pkcs1.utf8)).verifyItself()
        var pem = Array(Self.pkcs1.utf8)
        pem[place] = pem[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let key = try RSASigningKey(pem: Secret(copying: pem))
        #expect(throws: RSASigningKey.Failure.damagedKey) { try key.verifyItself() }
    }

    private static let signature =
        "3ec8cf78482f89615199080d0aa23d11a625a985cb59ad05300e30e64bc9d4bbeafb133e9217feae502552871097048ad56f"
        + "652c5414969104efbcbbd814d013e1a91bf9fd5636c3b0dd5eab0a9d3bad9cfea8b8e3064e1d2dd03cdef3652af03bef25f2"
        + "0ef02050ee7e52c51df9b78f40cd1d0fea54351d6700ffcaf9617add7f960d298004798e90e0bf214344696159032974382e"
        + "522609e30b01af26a62d3f125c182cce50ec1585c1bd6a306733317694bb7427fdf8d619fc7d052e8414fc611cf64e02af2e"
        + "b1c5572eaa2f08013c6213ff1f8ff2af931938bd31e19839c5755a8e551b49348d036551841b72fc0a29bf78249adac96b3d"
        + "f085168a9b04"

    private static let pkcs8 = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCcgwDvW3igwjBl
        nVD/CwXwj98cCw9rSWRhWe4kt3Aam0CzIidY1bY+6m6TG1uPAaOe2/+xB+5KMEBN
        CXzXx9bkAxXY2tPL2eNxI5A8M96+23ZpcuG8lcOX0vfoYVGiApMZ5R/pzv5/Gcno
        ntKAXlTBrlCa/Euok0nzR9K9/Ypewbknhy5x2vNwYo/rpa4yFZgVuZ/WxgimYU38
        ntAarZVGLz/vrv5r0qKLjEe3jUg2BS6ixLZesiAJRmwTsxcV09Q9vwTHjsdltXjn
        LWPoJhMIxPGiyYqUXpA6pTxB9XfG/kjigRqkEiNzXC6yyTNBRBlUlfgVh/pkZYkL
        i4PJHGhPAgMBAAECggEATLizNqJCSZunmcg6Miu3J6t/FQIe9tqtSEOLR5hcbc55
        MtalLxjkE4db2OTqRvnouTDi8GcQ2nE4tArYlfYyUudoSDtM43rV0Vo7lCdhI3H1
        Y8+a9JT9omkaeWFrYN2eOm1k7Xo4qxl7LnrceWzEY4UNokvW0rYQ5B7rIZMtxzCv
        S6K/tIm4YMlO9fA+Y1ouL5f52Ttnuws+JUouzkabhbX2vPV05huv62Nkf0Bvw3GI
        b3dQhMOU3yUvSicqOFNo1zVLi07Pi+m+1VSaOmJhwlhBjGTU4FYGouEP5TaYp8B7
        1AMX5PEfrNc2Lg3UxWe4OZ5zGxxk0h/6TKnZi4Fc0QKBgQDLVwTA66mq7OoSwipf
        ouslsgBPUCXWCGL9mcBVc5ep/OUJwnMe3sI5/FlpeszZLX8CBX8pM+jBYSL7+hJz
        92dyDKlZ+QbrZiPHWILW6mgIjCbAg0VOKqm65cCbXh8LB85f1mbIhETvi1Gdju59
        sKk+DvjJpIbo0ecY31q7kfysvQKBgQDFC2GeSCtY6LDMFtt8TWd5Z1s1pWP+vONS
        oQ23YsiDc9zEWHRCpv1EgDD49X0jecu1nm/llhtzEQ2JYcF/LzVPosel/SkGo//U
        d5wJEhr0N3dSYQP+qafF4Zbpi7NhPMN6BkMvROlLktFYFy8jYOqwbARy8XZeCPcM
        QcS1v8tn+wKBgAm/pESzh7DgJuC7Wli3cNqfzBABYa7/O++4nVX7crv9meV74xUJ
        zPoGtSqvbn7DBaHNLamGCZSr2YeHF7djlxwKq1va6pACl5iJD8zJ9C7kuT7ljD8R
        II4LUc6hFo/q0eQaXVcjsEJjxYfuQFTaUWLeSOMx9h3XYmL44lq3xwtpAoGARdTk
        wa2d/yJoFcw7+O+Nrk7c2kRFDfBvN8dwDv/pQ/z5znPyr/RyaaZstK57rOjrMvB1
        g44RKFRw0bFdW++lGxX7X2467emNLwU8vVI3TzmhBgbv3X7OwKhUTWx/JATe2g4C
        HWx0qZ3cpzWANS+RvPhrEzlT07uloihkyGyyb6UCgYAuRPs/uPfwKQceKvqIwXE5
        Q8gpJRLLGy31TV3ZEacQvPmdKujGeKFN6xrpVGKch67CW+fLqcHQKSCRihhhHJVc
        13glpyQx3SoN365a9Bs5HzRlck5De/8aqwDLSGDJ/yB0G2Io/lMMpFDCgkqQCErs
        WZqgJ0m9ZmLcInDzZjEQ6g==
        -----END PRIVATE KEY-----
        """

    private static let pkcs1 = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEogIBAAKCAQEAnIMA71t4oMIwZZ1Q/wsF8I/fHAsPa0lkYVnuJLdwGptAsyIn
        WNW2PupukxtbjwGjntv/sQfuSjBATQl818fW5AMV2NrTy9njcSOQPDPevtt2aXLh
        vJXDl9L36GFRogKTGeUf6c7+fxnJ6J7SgF5Uwa5QmvxLqJNJ80fSvf2KXsG5J4cu
        cdrzcGKP66WuMhWYFbmf1sYIpmFN/J7QGq2VRi8/767+a9Kii4xHt41INgUuosS2
        XrIgCUZsE7MXFdPUPb8Ex47HZbV45y1j6CYTCMTxosmKlF6QOqU8QfV3xv5I4oEa
        pBIjc1wusskzQUQZVJX4FYf6ZGWJC4uDyRxoTwIDAQABAoIBAEy4szaiQkmbp5nI
        OjIrtyerfxUCHvbarUhDi0eYXG3OeTLWpS8Y5BOHW9jk6kb56Lkw4vBnENpxOLQK
        2JX2MlLnaEg7TON61dFaO5QnYSNx9WPPmvSU/aJpGnlha2DdnjptZO16OKsZey56
        3HlsxGOFDaJL1tK2EOQe6yGTLccwr0uiv7SJuGDJTvXwPmNaLi+X+dk7Z7sLPiVK
        Ls5Gm4W19rz1dOYbr+tjZH9Ab8NxiG93UITDlN8lL0onKjhTaNc1S4tOz4vpvtVU
        mjpiYcJYQYxk1OBWBqLhD+U2mKfAe9QDF+TxH6zXNi4N1MVnuDmecxscZNIf+kyp
        2YuBXNECgYEAy1cEwOupquzqEsIqX6LrJbIAT1Al1ghi/ZnAVXOXqfzlCcJzHt7C
        OfxZaXrM2S1/AgV/KTPowWEi+/oSc/dncgypWfkG62Yjx1iC1upoCIwmwINFTiqp
        uuXAm14fCwfOX9ZmyIRE74tRnY7ufbCpPg74yaSG6NHnGN9au5H8rL0CgYEAxQth
        nkgrWOiwzBbbfE1neWdbNaVj/rzjUqENt2LIg3PcxFh0Qqb9RIAw+PV9I3nLtZ5v
        5ZYbcxENiWHBfy81T6LHpf0pBqP/1HecCRIa9Dd3UmED/qmnxeGW6YuzYTzDegZD
        L0TpS5LRWBcvI2DqsGwEcvF2Xgj3DEHEtb/LZ/sCgYAJv6REs4ew4Cbgu1pYt3Da
        n8wQAWGu/zvvuJ1V+3K7/Znle+MVCcz6BrUqr25+wwWhzS2phgmUq9mHhxe3Y5cc
        Cqtb2uqQApeYiQ/MyfQu5Lk+5Yw/ESCOC1HOoRaP6tHkGl1XI7BCY8WH7kBU2lFi
        3kjjMfYd12Ji+OJat8cLaQKBgEXU5MGtnf8iaBXMO/jvja5O3NpERQ3wbzfHcA7/
        6UP8+c5z8q/0cmmmbLSue6zo6zLwdYOOEShUcNGxXVvvpRsV+19uOu3pjS8FPL1S
        N085oQYG791+zsCoVE1sfyQE3toOAh1sdKmd3Kc1gDUvkbz4axM5U9O7paIoZMhs
        sm+lAoGALkT7P7j38CkHHir6iMFxOUPIKSUSyxst9U1d2RGnELz5nSroxnihTesa
        6VRinIeuwlvny6nB0CkgkYoYYRyVXNd4JackMd0qDd+uWvQbOR80ZXJOQ3v/GqsA
        y0hgyf8gdBtiKP5TDKRQwoJKkAhK7FmaoCdJvWZi3CJw82YxEOo=
        -----END RSA PRIVATE KEY-----
        """

    private static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIO0nScu4l/XUCAggA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCDpPSeV0QDwQefbbQgrnK3BIIE
        0HwEZ4u4yviWNH0Z185TTaI9XfoKd3PnwXXeH7mA6uWxLT/ZGZjTDDPFiu7nJ7dD
        6FkgMXHHo/lf/YrfzSDLNE6a1jBiyhMxYKRA/LRGs0DS11UXUyttnW6Iz8IPvH4B
        /aumAZoreol+UV3AHdGTjWGUTHd+KVP5WEZvLGp+V9Uly5i9NBWCCQ3e9D7GtS1J
        JFwexwIp+0h+j78IhpVn/WSlkupIuLU/75s74MHi8FuWjFx+FipwJ/ystnpGnMW7
        G9yL2dEZcJHqSIm9lLcBd5HJ4ocs4tEx16sxdHThqMxYn5JgI7Nzg1K/NeTyqC8N
        acfeuzN8ehTxZKWJzo8K7DGurIpKi2rMl66zxHqlbAOY1cz9mmlweffNO7Nmo+OX
        WDga2IopD7ul7ScTa1O8IHaP8765Wx1kN+PTU+kSfSmgGA3/ymut8KR9JyBq35VE
        ANl8ZB8YXYAK9KUTcpsR3W6JyN9HAZQCm7O+GW2PUOWfcpaojzDWhm/SswkKPkx4
        xAJFrb2JfsPqR5SAHJAysIFTYOYMutRO2113jZjcrfpgCzvK3dWLg2iZkf+E/Pc9
        PyOxVlmx4fXjfC7vCM069Nm2BOWflZTRZ8Di0mOpX72padhyCsUMg+OK8/DXBNq7
        /rjnVHW+sx/lt0hCsD9i8aL+Z6rYr5eJMdrO9cWAPgkbTmeIPz7Kd13F8VLWhnhr
        8ZDOaRYUDsXDRmgrXDM2WNOsJ537Hbv2D1ODujiqIvdrvUbfxjeLBhfsNM3ptEll
        V+2Th8dbreSVy9Xd4bomtDPhKfCqReK6bob130QpObQ2MjBsqZyseMAZYEsQZ16o
        Ls70Qjl4NhFYmEukG6riM+HU2eiCTf9YSqQ4qxWgh4nPTgfZvv10XBqqLR8X/ahW
        +CRburTnPXqrf1k/JlFtO+HqZ4oiT54ARqM4AslbIk57YZBwwCRWNggLOrgiJn2U
        MMfyJeURv6BUf+fGuFRS8phfhpOvhQfvCRC7hK0b4P2hJ9dtrgDK6qJGx2qeJ10D
        ggi59gxoHZTwj0df7BLxz/USGc1D8dqCU77eu55YEg48zP07DA91WlzxoIqcJ5x7
        zJ7TbcFDdmN5ssV8+lbt7Js4TWCwJTas0qP6fLDASmbrUyjgwYDY1odCI/8OGzmj
        JDrCdjuk1Py00RwW3JR02eqznpaO7YsRKW0uxes0w0awBH8ktl+VL542YliQ08+f
        c4vURai7YUE48yJeaLn/xR+zXDrQeDHfaKFGCleup4zvXBlluRXsKJ9q6bhW+GRU
        jPEx9NlQlUkdmSVQaG1JMYGZjQqc7yH8gO13ONUxpPHJ/eu7UbVuuAWM9N7CAgFl
        m7Il6zEzWOqbC5vdnFz/+VGEPn5ZVhP3xX36QKRmyjRdTuq+rILudCrTy6EFU6kA
        MUbu6c54ZcyxxKDkrst05agVml/vIzx7kIi3aoUq77RyCxPSD1WlWYS9Amz6nGtG
        CHOZxmC/xGSAEhVX6/5hsctdbfUwJqkGcgGLR6e9jz4FGRHTyUSe4MRFJKDRVXIv
        YeC4UH1Sjs/Q5VO1iYZuA0qIhxfOijrTufsnu8x9UiKWSVuOX7tal+zkkVVRvKjS
        en+5psMqpwYP2f2xBMuoJm9zDWCWjajaK9k1vAHIJ1vL
        -----END ENCRYPTED PRIVATE KEY-----
        """

    private static let edwards = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIAYmOqTmYGZQW3oS9eBQA++5DMu4DcmqlsfGZa5JpLnu
        -----END PRIVATE KEY-----
        """

    private static let short = """
        -----BEGIN PRIVATE KEY-----
        MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMlaL0ahv6xs3Fxc
        xY7GhguSOvNQ5J1RlUZoppAgAsM1h7VdCrY+lWPcHvqUxaAIwoiCh8Kk9LBJ8l58
        rHPesE/5V1IkIy8OnTRJ8X5YUT4TW/Qh8Y66sSmlfUvPtyjUP6a5WYlQfvW1uxTC
        JiM8GEo5YZj7/AOrCeXoKoiTIJLNAgMBAAECgYB+hns6qR1m3ilCqNFDvKAy2TrN
        9sER0lg5HD2+Rz81J4gVgVff2UfKrmGRGLdurtJ/MXbZ6woPVQhGM5WyYfbrzO6W
        wCBMITiF4x7vC4jjIwbuPXNciGphTVkpLRYgEmUbGQYKDqj8fYqk1fKx3K1u8HpF
        tiWYljh6OVod6zhASQJBAOPnzJOrNvIXATRith7JYqNk5wHbB3u+TbTdYel8pLS3
        SXByCp7RNYsPPrYwheCcxH+5UZQmVQ0pQIJWXsPZSN8CQQDiLGzE7YFrlEQxlpOL
        eXftX1cyTeQOh8ddmylBILYS/kdKafsdhnGp8wXfDkUNaPmsH4Tbf+eooAfwkxuj
        /93TAkEA4nghDkyBGShLBidhGk68Oem2tF1WnlyJE0U6Wq6FbR8FVzu72f3C2yCX
        DKxDHOQrT1B0BGfi9GUduWbiXHO6uQJAYUaQJYatIjLrvZQws000CnD2FNmxW5qE
        YbspXCyQgszApr28Vm+LlXfDr7L4ehMLRz9rKejyHvFtWMg8nCWhJwJAUoXk8P6y
        L0Sfn/iDz3/3hvA7SUWX/mzfwCkDV6SOU8l+PcLmyb00knpESxSUiOlMV3+JlAcq
        uP2kKX6XFjtnTg==
        -----END PRIVATE KEY-----
        """
}
