import Connections
import Documents
import Egress
import Secrets
import Testing

@testable import Acting

/// Tokens that servers share, in memory.
private actor Sharing: SharedTokens {
    private struct Place {
        var token: (secret: Secret, serial: Int64, lastUse: Timestamp)?
        var lease: Identifier?
        var serial: Int64 = 0
    }

    private var places: [TokenPurpose: Place] = [:]
    private(set) var claims = 0
    var isAvailable = true
    /// Takes a lease away as soon as it is granted, as if its time were over.
    var leasesEnd = false

    func set(isAvailable: Bool = true, leasesEnd: Bool = false) {
        self.isAvailable = isAvailable
        self.leasesEnd = leasesEnd
    }

    func claim(_ place: TokenPurpose, goodAt time: Timestamp, insteadOf refused: Int64?) -> SharedTokenClaim {
        claims += 1
        guard isAvailable else { return .unavailable }
        var found = places[place] ?? Place()
        if let token = found.token, time < token.lastUse, token.serial != refused {
            return .issued(token.secret, serial: token.serial)
        }
        guard found.lease == nil else { return .leased }
        let lease = Identifier(high: 7, low: UInt64(claims))
        found.lease = leasesEnd ? nil : lease
        places[place] = found
        return .granted(lease: lease)
    }

    func share(
        _ token: Secret,
        for place: TokenPurpose,
        goodUntil lastUse: Timestamp,
        expiring expiry: Timestamp,
        under lease: Identifier
    ) -> Int64? {
        guard isAvailable, places[place]?.lease == lease else { return nil }
        places[place]?.serial += 1
        let serial = places[place]?.serial ?? 0
        places[place]?.token = (token, serial, lastUse)
        places[place]?.lease = nil
        return serial
    }

    func end(_ lease: Identifier, for place: TokenPurpose) {
        if places[place]?.lease == lease { places[place]?.lease = nil }
    }
}

@Suite("A token that servers share", .timeLimit(.minutes(10)))
struct SharedTokenTests {
    private let clock = TestClock()
    private let secrets = StoredSecrets(["client_secret": "secret"])
    private let sharing = Sharing()

    /// Issues `token-0`, `token-1`, …, each for an hour.
    private let endpoint = RecordingTokenEndpoint(pause: .milliseconds(50)) {
        .success((200, #"{"access_token":"token-\#($0)","expires_in":3600}"#))
    }

    private func server(_ endpoint: RecordingTokenEndpoint? = nil) -> ActAuthenticator {
        let clock = clock
        return ActAuthenticator(
            endpoint: endpoint ?? self.endpoint,
            aws: AWSCredentialSource { _ in nil },
            sharing: sharing,
            now: { clock.time }
        )
    }

    private func act(revision: Int64 = 1) throws -> PlannedAct {
        try Sample.planner().plan(Sample.request(), on: ClientCredentialsTests.connection(revision: revision))
    }

    private func token(_ server: ActAuthenticator, revision: Int64 = 1) async throws -> String? {
        try await server.authenticate(try act(revision: revision), with: secrets).request.header("Authorization")
    }

    @Test("is asked for once, however many servers act at the same time")
    func once() async throws {
        let servers = (0..<8).map { _ in server() }
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for server in servers {
                for _ in 0..<4 { group.addTask { try await token(server) } }
            }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(tokens == ["Bearer token-0"])
        #expect(await endpoint.requests.count == 1)
    }

    @Test("is another for another revision of its connection")
    func revisions() async throws {
        #expect(try await token(server()) == "Bearer token-0")
        #expect(try await token(server(), revision: 2) == "Bearer token-1")
        #expect(try await token(server(), revision: 2) == "Bearer token-1")
    }

    @Test("is renewed by one server before it expires, for all")
    func renewal() async throws {
        let (first, second) = (server(), server())
        #expect(try await token(first) == "Bearer token-0")
        #expect(try await token(second) == "Bearer token-0")
        clock.advance(seconds: 3_300)
        #expect(try await token(second) == "Bearer token-1")
        #expect(try await token(first) == "Bearer token-1")
        #expect(await endpoint.requests.count == 2)
    }

    @Test("is renewed once after it was refused, by whichever server hears of it first")
    func refusal() async throws {
        let (first, second) = (server(), server())
        let sent = try await first.authenticate(try act(), with: secrets)
        let other = try await second.authenticate(try act(), with: secrets)
        await first.forgetToken(of: sent)
        #expect(try await token(first) == "Bearer token-1")
        await second.forgetToken(of: other)
        #expect(try await token(second) == "Bearer token-1")
        #expect(await endpoint.requests.count == 2)
    }

    @Test("that could not be had leaves the lease to the next server")
    func failure() async throws {
        let refusing = RecordingTokenEndpoint(400, #"{"error":"invalid_client"}"#)
        await #expect(throws: ActFailure.self) { _ = try await token(server(refusing)) }
        #expect(try await token(server()) == "Bearer token-0")
    }

    @Test("of a lease that is over is used by its own server, and by no other")
    func lateToken() async throws {
        await sharing.set(leasesEnd: true)
        let late = server()
        #expect(try await token(late) == "Bearer token-0")
        await sharing.set()
        #expect(try await token(server()) == "Bearer token-1")
        #expect(try await token(late) == "Bearer token-0")
    }

    @Test("is each server's own while nothing can be shared")
    func unavailable() async throws {
        await sharing.set(isAvailable: false)
        let (first, second) = (server(), server())
        #expect(try await token(first) == "Bearer token-0")
        #expect(try await token(second) == "Bearer token-1")
        #expect(try await token(first) == "Bearer token-0")
    }

    @Test("is left alone by a test of the credentials")
    func anew() async throws {
        #expect(try await token(server()) == "Bearer token-0")
        let tested = try await server().authenticate(try act(), with: secrets, anew: true)
        #expect(tested.request.header("Authorization") == "Bearer token-1")
        #expect(try await token(server()) == "Bearer token-0")
    }

    @Test("is read as it was written, and anything else is none")
    func encoding() throws {
        func secret(_ text: String) -> Secret { Secret(copying: text.utf8) }
        for content in [
            MintedToken.Content.bearer(secret("t")), .bearer(secret("")),
            .session(AWSCredentials(accessKeyID: "AKIA", secretAccessKey: secret("s"), sessionToken: secret("token"))),
            .session(AWSCredentials(accessKeyID: "AKIA", secretAccessKey: secret("s"), sessionToken: nil)),
        ] {
            let token = MintedToken(
                content: content,
                issued: Timestamp(microseconds: 5),
                expiry: Timestamp(microseconds: .max)
            )
            let encoded = token.encoded
            let read = try #require(MintedToken(decoding: encoded))
            #expect(read.issued == token.issued)
            #expect(read.expiry == token.expiry)
            #expect(read.isSession == token.isSession)
            let isSame = zip(read.secrets, token.secrets).allSatisfy { read, token in
                read.withBytes { Array($0) } == token.withBytes { Array($0) }
            }
            #expect(isSame && read.secrets.count == token.secrets.count)
            for length in 0..<encoded.count {
                let isRead = MintedToken(decoding: encoded.prefix(length)) != nil
                #expect(!isRead)
            }
        }
        let isRead = MintedToken(decoding: secret("no token at all, but long enough")) != nil
        #expect(!isRead)
    }
}
