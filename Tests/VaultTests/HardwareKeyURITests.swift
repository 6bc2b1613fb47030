import Testing
import Vault

@Suite("The URI of a key in hardware")
struct HardwareKeyURITests {
    static let uri = "pkcs11:token=Keyway;object=master?module-path=/usr/lib/hsm.so&pin-source=file:/etc/keyway/pin"

    @Test("names token, key, module and the PIN's file, in any order and spelling")
    func reads() throws {
        let uri = try HardwareKeyURI(
            parsing: "pkcs11:object=a%20key%3B;id=%00%fF;type=secret-key;serial=1:2&;token=T%C3%BC"
                + "?pin-source=/etc/p/pin&module-path=/opt/a%20b/c.so"
        )
        #expect(uri.token == [.serial: "1:2&", .token: "Tü"])
        #expect(uri.object == "a key;")
        #expect(uri.id == [0, 0xFF])
        #expect(uri.modulePath == "/opt/a b/c.so")
        #expect(uri.pinFile == "/etc/p/pin")
        #expect(try HardwareKeyURI(parsing: uri.description) == uri)
        #expect(try HardwareKeyURI(parsing: Self.uri).description == Self.uri)
    }

    @Test("needs no PIN, and takes the forms of a file's URI", arguments: ["/p", "file:/p", "file:///p"])
    func pinFiles(form: String) throws {
        let start = "pkcs11:slot-id=7;id=%01?module-path=/m.so"
        #expect(try HardwareKeyURI(parsing: start).pinFile == nil)
        #expect(try HardwareKeyURI(parsing: "\(start)&pin-source=\(form)").pinFile == "/p")
    }

    @Test(
        "is refused with what to do",
        arguments: [
            ("token=T;object=K?module-path=/m.so", "begin with `pkcs11:`"),
            ("pkcs11:?module-path=/m.so", "written `name=value`"),
            ("pkcs11:object=K?module-path=/m.so", "names no token"),
            ("pkcs11:token=T?module-path=/m.so", "names no key"),
            ("pkcs11:token=T;object=K", "no `module-path`"),
            ("pkcs11:token=T;object=K?", "written `name=value`"),
            ("pkcs11:token=T;object=K;?module-path=/m.so", "written `name=value`"),
            ("pkcs11:token=T;object=K?module-path=m.so", "`module-path` must be the path"),
            ("pkcs11:token=T;object=K?module-path=/m/", "`module-path` must be the path"),
            ("pkcs11:token=T;object=K?module-name=softhsm2", "`module-name` is not looked up"),
            ("pkcs11:token=T;token=U;object=K?module-path=/m.so", "`token` stands there twice"),
            ("pkcs11:token=T;object=K?module-path=/m.so&module-path=/m.so", "`module-path` stands there twice"),
            ("pkcs11:token=;object=K?module-path=/m.so", "the value of `token` is empty"),
            ("pkcs11:token=a b;object=K?module-path=/m.so", "`%20` for a blank"),
            ("pkcs11:token=a%2;object=K?module-path=/m.so", "the value of `token`"),
            ("pkcs11:token=a/b;object=K?module-path=/m.so", "the value of `token`"),
            ("pkcs11:token=%FF;object=K?module-path=/m.so", "not UTF-8"),
            ("pkcs11:token=%00;object=K?module-path=/m.so", "not UTF-8"),
            ("pkcs11:token=T;object=K;type=private?module-path=/m.so", "`type` must be `secret-key`"),
            ("pkcs11:token=T;object=K;x-vendor=1?module-path=/m.so", "not looked at, `x-vendor`"),
            ("pkcs11:token=T;object=K?module-path=/m.so&pin=1", "not looked at, `pin`"),
            ("pkcs11:slot-id=one;object=K?module-path=/m.so", "`slot-id` must be a number"),
            ("pkcs11:to ken=T;object=K?module-path=/m.so", "letters, digits"),
            ("pkcs11:token=T;object=K?module-path=/m.so&pin-source=pin", "`pin-source` must be the path"),
            ("pkcs11:token=T;object=K?module-path=/m.so&pin-source=file://host/pin", "`pin-source` must be the path"),
            ("pkcs11:token=T;object=K?module-path=/m.so&pin-source=%7C/bin/pin", "`pin-source` must be the path"),
            ("pkcs11:token=T;object=K?module-path=/m.so&pin-value=97531", "mode 0600"),
        ]
    )
    func refuses(text: String, reason: String) {
        let fault = #expect(throws: HardwareKeyURI.Fault.self) { try HardwareKeyURI(parsing: text) }
        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
        #expect(fault?.description.contains("97531") == false)
    }
}
