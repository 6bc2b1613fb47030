import PKCS11
import Platform
import Secrets
import Testing
import TestSupport
import Vault

@Suite("A key in hardware", .timeLimit(.minutes(10)))
struct PKCS11KeyTests {
    @Test("wraps and unwraps, and has an id that follows from it alone")
    func roundTrip() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        #expect(try await key.roundTrip())
        #expect(key.id.utf8.count == 8)
        #expect(key.unavailability == nil)
        let again = try await TokenDouble().open()
        #expect(again.id == key.id)
        let changed = try TokenDouble()
        changed.will(.other)
        #expect(try await changed.open().id != key.id)
    }

    @Test("serves many at a time, each with its own reply")
    func concurrency() async throws {
        let key = try await TokenDouble().open()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 { group.addTask { try await key.roundTrip(UInt8(number)) } }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(key.starts == 1)
    }

    @Test("tells what is not authentic from a device that fails, which report the same error")
    func notAuthentic() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        let wrapped = try await key.wrap(Secret(copying: [UInt8](repeating: 1, count: 32)), associatedData: [1])
        await #expect(throws: VaultError.notAuthentic) { try await key.unwrap(wrapped, associatedData: [2]) }
        for place in wrapped.indices {
            var altered = wrapped
            altered[place] ^= 1
            await #expect(throws: VaultError.notAuthentic) { try await key.unwrap(altered, associatedData: [1]) }
        }
        await #expect(throws: VaultError.notAuthentic) { try await key.unwrap([], associatedData: [1]) }
        // None of that cost a login or a process.
        #expect(double.logins == 1)
        #expect(key.starts == 1)
        double.will(.broken)
        let error = await #expect(throws: VaultError.self) { try await key.unwrap(wrapped, associatedData: [1]) }
        #expect(error?.description.contains("CKR_DEVICE_ERROR") == true)
        double.willNot(.broken)
        #expect(try await key.roundTripAtLast())
        #expect(try await key.unwrap(wrapped, associatedData: [1]).count == 32)
    }

    @Test("logs in again after a lost session, and nobody sees it")
    func lostSession() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        for round in 2...4 {
            double.will(.lose)
            #expect(try await key.roundTrip())
            #expect(double.logins == round)
        }
        #expect(key.starts == 1)
    }

    @Test("logs in once for all whose session was lost")
    func lostSessions() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                if number == 50 { double.will(.lose) }
                group.addTask { try await key.roundTrip(UInt8(number)) }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(try await key.roundTrip())
        #expect(double.logins == 2)
        #expect(key.starts == 1)
    }

    @Test("is there again after a crash of the module, which costs what was under way")
    func crash() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        let wrapped = try await key.wrap(Secret(copying: [UInt8](repeating: 1, count: 32)), associatedData: [])
        double.will(.crash)
        let error = await #expect(throws: VaultError.self) { try await key.unwrap(wrapped, associatedData: []) }
        #expect(error?.description.contains("its helper process ended (signal \(SIGSEGV))") == true)
        #expect(try await key.roundTripAtLast())
        #expect(try await key.unwrap(wrapped, associatedData: []).count == 32)
        #expect(key.starts == 2)
        #expect(key.unavailability == nil)
    }

    @Test("is there again after the module hung, which costs what was under way")
    func hang() async throws {
        let double = try TokenDouble()
        var times = HelperTimes()
        times.request = 2
        let key = try await double.open(times: times)
        double.will(.hang)
        let error = await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        #expect(error?.description.contains("did not reply within 2 s") == true)
        #expect(try await key.roundTripAtLast())
        #expect(key.starts == 2)
    }

    @Test("finds out without being asked that the module hangs, and is there again")
    func idleHang() async throws {
        let double = try TokenDouble()
        var times = HelperTimes()
        (times.request, times.idle) = (1, 0.1)
        let key = try await double.open(times: times)
        double.will(.hang)
        while key.starts < 2 || key.unavailability != nil { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!double.isToCome(.hang))
        #expect(try await key.roundTrip())
    }

    @Test("says why it can't be used while the token is away, and is there again")
    func absentToken() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        double.will(.absent)
        double.will(.lose)
        await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        while key.unavailability?.contains("no token with token Double") != true {
            try await Task.sleep(for: .milliseconds(20))
        }
        await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        double.willNot(.absent)
        #expect(try await key.roundTripAtLast())
    }

    @Test("is refused where another key has its name")
    func otherKey() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        double.will(.other)
        double.will(.crash)
        await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        while key.unavailability?.contains("another key has its name") != true {
            try await Task.sleep(for: .milliseconds(20))
        }
        double.willNot(.other)
        #expect(try await key.roundTripAtLast())
    }

    @Test("is closed with its process")
    func closes() async throws {
        let double = try TokenDouble()
        let key = try await double.open()
        key.close()
        let error = await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        #expect(error?.description.contains("stopped") == true)
    }
}

@Suite("A key in hardware is refused at once", .timeLimit(.minutes(10)))
struct PKCS11RefusalTests {
    private func refusal(of double: TokenDouble) async -> String {
        let error = await #expect(throws: VaultError.self) { _ = try await double.open() }
        return error?.description ?? ""
    }

    @Test("where there is no such key")
    func key() async throws {
        #expect(await refusal(of: try TokenDouble(object: "none")).contains("no AES key of that label"))
    }

    @Test("where it may leave the token")
    func exposed() async throws {
        let double = try TokenDouble()
        double.will(.exposed)
        #expect(await refusal(of: double).contains("may leave the token"))
    }

    @Test("where there is no such module")
    func module() async throws {
        let double = try TokenDouble()
        let uri = try HardwareKeyURI(parsing: "pkcs11:token=Double;object=master?module-path=/nowhere/m.so")
        let error = await #expect(throws: VaultError.self) {
            _ = try await PKCS11Key.open(uri, launch: double.launch)
        }
        #expect(error?.description.contains("the module can't be loaded") == true)
        let other = try HardwareKeyURI(parsing: "pkcs11:token=Double;object=master?module-path=/etc/passwd")
        await #expect(throws: VaultError.self) { _ = try await PKCS11Key.open(other, launch: double.launch) }
    }

    @Test("where the PIN's file is missing, is open to others, or holds none")
    func pinFile() async throws {
        let double = try TokenDouble()
        let path = double.directory("pin")
        chmod(path, 0o644)
        #expect(await refusal(of: double).contains("chmod 600 \(path)"))
        unlink(path)
        #expect(await refusal(of: double).contains("there is no file with the PIN at \(path)"))
        double.write(pin: "")
        #expect(await refusal(of: double).contains("on one line"))
        #expect(double.logins == 0)
    }

    @Test("where the PIN is wrong; and a PIN that is wrong later is tried once, until its file changes")
    func pin() async throws {
        let double = try TokenDouble(pin: "9753")
        let text = await refusal(of: double)
        #expect(text.contains("CKR_PIN_INCORRECT"))
        #expect(!text.contains("9753"))
        #expect(double.logins == 1)
        double.write(pin: "1234")
        var times = HelperTimes()
        times.pause = 0.01
        let key = try await double.open(times: times)
        #expect(double.logins == 2)
        double.write(pin: "9753")
        double.will(.crash)
        await #expect(throws: VaultError.self) { _ = try await key.roundTrip() }
        while key.unavailability?.contains("CKR_PIN_INCORRECT") != true {
            try await Task.sleep(for: .milliseconds(20))
        }
        let starts = key.starts
        try await Task.sleep(for: .milliseconds(300))
        #expect(double.logins == 3)
        #expect(key.starts == starts)
        double.write(pin: "1234")
        #expect(try await key.roundTripAtLast())
        #expect(double.logins == 4)
    }
}
