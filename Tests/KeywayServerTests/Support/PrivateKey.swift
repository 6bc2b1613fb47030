/// A private key that was made for these tests.
enum PrivateKey {
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCUwyP9bC1uR/1j
        Nu5Sfmnhxr5lR5uoVeaoaThrAQX1czPaXq/hb7yb4wTkVv9OUia72Ya7+IVwtri7
        K0rvqkaMbRvgbieRpXbUlKu5tPsNdOm3i+Chdv7f+4XfbxozRW7oukOEQweCr9X8
        LwOq1UsAEuWMrQSL1VyPfqRT+Osku1xUem0ZP3ZV74DeJaC7Q4Tu2fCUXQARwoH+
        h9medit/c+euSenzbZyyC++HJhKtCkI//Noj1I8sTEedrLH18JUZHLMM9BhJB8XK
        okTUyXKysCmtfjXCxuejJYVNnIZZ+qcDVUC3hXL/Cc/Wcd6D4YkQbM7vbZeNpFQR
        izXMLSFzAgMBAAECggEANxUcfekw1z1TvwlnbGc/eGiZNjIyGj4YZrJzP/fEh5Jt
        GEXoNP6lJUmFlbD63rq/ed39LBvE+SvHMhLBMAXqEnQSFuNixmSwn90eyugO73gj
        VCG4fsDrde8Rrl5aorJqc0UI2+/f142ZG8QixP4uQ6w7j/++h7Jsj/tyCF/KXbJr
        vTukryJIyJ35FVLykNrzF+GjoANbL8/Y0vbVf/+IU8hvc40mcCGW3nFbX70dxReu
        0p34uQpySXc9v88YzuoFTj+HZHeKjGB7UJ3tKbsVvRzinIHXZ908Bgd5pkfdNEfe
        ytmVWScxgnLL55ErXFQERDNbtlaQAVGGjRMjyQPd3QKBgQDMVfsOTTIBfs44p79M
        8hCNR6zRKQM0imcSd8lmG1GKQaUMqYm2xav1cxp06E7tR9clbT3cfyZSbCGJ58hX
        U1GYcUYJAGECPPLZyoOYKoBuy7Dz0zTt4WswI4wDdNR+eSf6AFnYqwC3V6sYKa+p
        noVPFdOzxHUBpQkp34lvEgcoRQKBgQC6YA402WiZkc5vP3TGqWnIg6dQAOlbKful
        AP16zx15TYo1Ex+ZcASJixkQDwjht8l/NyiZNjGUp81zCQIPbXVh8FIeWjWNy7Ka
        g9FJFil6Tt8Zu+uByiyZOUrXwmk04CxiB1G4dcwJGKnSMqGb/xeC26T7BB/yj6GQ
        gkKq+ZjKVwKBgQDEwmp8zALCA9wKHCWOr20WzhTwV4C5oCg+VVB+3QF4k1ueRMbS
        U6gRMyQfvO77d3kJlhbCc0FwjqUBCUsWI6nnk/OviUjggdYLuAFdjleb2NJtB0zp
        X236rdAOJ/rSSlIfXyUlCQ0ofufG3aVEPNv7WnY/nYZZ7hRT2OebJ43yzQKBgCeQ
        5tMvaHZZruKNLSRTqOJpmKZyWxgAdKzV5fohaBdtb67OzYGMd1ofzoVLO853bu5z
        7kmAaMwvR31pZyeRTD8rfrN04TOmD9efrll+u/V8Mv7KlzepjQhGUm41lpIkGSgC
        d8XaNCOmOb8nAooUgJBGQuMLQCEFfv4nuTGE5XvnAoGAHPMsEc0S9SreqjdzDamG
        ATpgqF9b4n42pj+MWNcNzckykRzklCCSgXP8IKs3dgwO1eQdzm8wmfqpb5TxXzEu
        a1FBCmGzK7r3DLESrzR2UHNRdHMnstj6jBBhKdyHGJ77NQl/NnPK8qt6DCuaQv22
        KAlRGh73mP2GV2OPgvAbSaA=
        -----END PRIVATE KEY-----
        """

    /// The modulus of its public part, in Base64 as web keys have it.
    static let modulus =
        "lMMj_Wwtbkf9YzbuUn5p4ca-ZUebqFXmqGk4awEF9XMz2l6v4W-8m-"
        + "ME5Fb_TlImu9mGu_iFcLa4uytK76pGjG0b4G4nkaV21JSrubT7DXTpt4vgoXb-"
        + "3_uF328aM0Vu6LpDhEMHgq_V_C8DqtVLABLljK0Ei9Vcj36kU_jrJLtcVHptGT92Ve-"
        + "A3iWgu0OE7tnwlF0AEcKB_ofZnnYrf3Pnrknp822csgvvhyYSrQpCP_zaI9SPLExHnayx9fCVGRyzDPQYSQfFyqJE1MlysrAprX4"
        + "1wsbnoyWFTZyGWfqnA1VAt4Vy_wnP1nHeg-GJEGzO722XjaRUEYs1zC0hcw"
}
