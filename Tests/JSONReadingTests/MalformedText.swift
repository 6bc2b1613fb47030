import JSONReading
import Testing

/// A text that the reader refuses.
struct MalformedText: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: JSONSyntaxError.Kind
    let bytes: [UInt8]

    init(_ name: String, _ kind: JSONSyntaxError.Kind, _ text: String) {
        self.init(name, kind, bytes: [UInt8](text.utf8))
    }

    init(_ name: String, _ kind: JSONSyntaxError.Kind, bytes: [UInt8]) {
        self.name = name
        self.kind = kind
        self.bytes = bytes
    }

    var testDescription: String { name }

    /// Stands near each error: a part of it in an error would be a leak.
    static let marker = "S3CR3T"

    private static func string(_ bytes: UInt8...) -> [UInt8] {
        Array("[\"\(marker)".utf8) + bytes + Array("\(marker)\"]".utf8)
    }

    static let all: [MalformedText] = [
        MalformedText("nothing", .empty, ""),
        MalformedText("blanks only", .empty, " \t\r\n"),
        MalformedText("an array cut off", .unexpectedEnd, #"["S3CR3T""#),
        MalformedText("an object cut off", .unexpectedEnd, #"{"S3CR3T":"S3CR3T""#),
        MalformedText("an object cut off behind a name", .unexpectedEnd, #"{"S3CR3T""#),
        MalformedText("an object cut off behind a colon", .unexpectedEnd, #"{"S3CR3T":"#),
        MalformedText("a string cut off", .unexpectedEnd, #"{"a":"S3CR3T"#),
        MalformedText("a string cut off in an escape", .notJSON, #"["S3CR3T\"#),
        MalformedText("a word cut off", .notJSON, "[tru"),
        MalformedText("a number cut off", .notJSON, "[1."),
        MalformedText("a trailing comma in an array", .notJSON, #"["S3CR3T",]"#),
        MalformedText("a trailing comma in an object", .notJSON, #"{"S3CR3T":1,}"#),
        MalformedText("a leading comma", .notJSON, #"[,"S3CR3T"]"#),
        MalformedText("a missing comma", .notJSON, #"["S3CR3T" "S3CR3T"]"#),
        MalformedText("a missing colon", .notJSON, #"{"a" "S3CR3T"}"#),
        MalformedText("a missing value", .notJSON, #"{"S3CR3T":}"#),
        MalformedText("a closing bracket of the other kind", .notJSON, #"["S3CR3T"}"#),
        MalformedText("a byte order mark", .notJSON, "\u{feff}{\"a\":\"S3CR3T\"}"),
        MalformedText("UTF-16, little-endian", .nulCharacter, bytes: "[\"S3CR3T\"]".utf8.flatMap { [$0, 0] }),
        MalformedText("UTF-16, big-endian", .nulCharacter, bytes: "[\"S3CR3T\"]".utf8.flatMap { [0, $0] }),
        MalformedText("UTF-16 with a byte order mark", .invalidUTF8, bytes: [0xff, 0xfe, 0x5b, 0x30, 0x5d, 0x30]),
        MalformedText("a comment to the line's end", .notJSON, "// S3CR3T\n{}"),
        MalformedText("a comment in between", .notJSON, #"{/* S3CR3T */"a":1}"#),
        MalformedText("a comment of the shell", .notJSON, "# S3CR3T\n{}"),
        MalformedText("single quotes", .notJSON, "{'S3CR3T':1}"),
        MalformedText("a name without quotes", .notJSON, "{S3CR3T:1}"),
        MalformedText("a number as a name", .notJSON, #"{1:"S3CR3T"}"#),
        MalformedText("a word that is none", .notJSON, #"{"a":S3CR3T}"#),
        MalformedText("NaN", .notJSON, #"["S3CR3T",NaN]"#),
        MalformedText("Infinity", .notJSON, #"["S3CR3T",-Infinity]"#),
        MalformedText("True", .notJSON, "[True]"),
        MalformedText("a plus sign", .notJSON, "[+1]"),
        MalformedText("a leading zero", .notJSON, "[01]"),
        MalformedText("a leading point", .notJSON, "[.5]"),
        MalformedText("a hexadecimal number", .notJSON, "[0x10]"),
        MalformedText("an exponent without digits", .notJSON, "[1e]"),
        MalformedText("an escape that is none", .notJSON, #"["S3CR3T\x41"]"#),
        MalformedText("an escape of three digits", .notJSON, #"["S3CR3T\u123"]"#),
        MalformedText("an escape with no digits", .notJSON, #"["\uS3CR3T"]"#),
        MalformedText("a lone high surrogate", .notJSON, #"["S3CR3T\ud800S3CR3T"]"#),
        MalformedText("a lone low surrogate", .notJSON, #"["S3CR3T\udc00S3CR3T"]"#),
        MalformedText("two high surrogates", .notJSON, #"["S3CR3T\ud800\ud800S3CR3T"]"#),
        MalformedText("a raw line end in a string", .notJSON, bytes: string(0x0a)),
        MalformedText("a raw tab in a string", .notJSON, bytes: string(0x09)),
        MalformedText("a raw control character in a string", .notJSON, bytes: string(0x1f)),
        MalformedText("a control character between values", .notJSON, "[\u{c}\"S3CR3T\"]"),
        MalformedText("a no-break space between values", .notJSON, "[\u{a0}\"S3CR3T\"]"),
        MalformedText("a slash in two bytes", .invalidUTF8, bytes: string(0xc0, 0xaf)),
        MalformedText("a slash in three bytes", .invalidUTF8, bytes: string(0xe0, 0x80, 0xaf)),
        MalformedText("a NUL in two bytes", .invalidUTF8, bytes: string(0xc0, 0x80)),
        MalformedText("a surrogate in UTF-8", .invalidUTF8, bytes: string(0xed, 0xa0, 0x80)),
        MalformedText("a character beyond Unicode", .invalidUTF8, bytes: string(0xf4, 0x90, 0x80, 0x80)),
        MalformedText("a continuation without a beginning", .invalidUTF8, bytes: string(0x80)),
        MalformedText("a beginning without a continuation", .invalidUTF8, bytes: string(0xe2, 0x82)),
        MalformedText("Latin 1", .invalidUTF8, bytes: string(0xe9)),
        MalformedText("a byte that UTF-8 never has", .invalidUTF8, bytes: string(0xff)),
        MalformedText("a character cut off by the end", .invalidUTF8, bytes: Array("[\"S3CR3T".utf8) + [0xe2, 0x82]),
        MalformedText("a NUL in a name", .nulCharacter, #"{"S3CR3T\u0000S3CR3T":1}"#),
        MalformedText("a NUL in a value", .nulCharacter, #"{"a":"S3CR3T\u0000S3CR3T"}"#),
        MalformedText("a NUL as all of a value", .nulCharacter, #"["\u0000"]"#),
        MalformedText("a raw NUL in a string", .nulCharacter, bytes: string(0)),
        MalformedText("a raw NUL between values", .nulCharacter, "[\u{0}\"S3CR3T\"]"),
        MalformedText("a raw NUL behind the value", .nulCharacter, "[\"S3CR3T\"]\u{0}"),
        MalformedText("a name twice", .duplicateName, #"{"S3CR3T":1,"S3CR3T":2}"#),
        MalformedText("a name twice, with equal values", .duplicateName, #"{"S3CR3T":1,"b":0,"S3CR3T":1}"#),
        MalformedText("a name twice, three levels down", .duplicateName, #"{"a":[{"b":{"S3CR3T":1,"S3CR3T":2}}]}"#),
        MalformedText("an empty name twice", .duplicateName, #"{"":"S3CR3T","":1}"#),
        MalformedText("names that differ by an escape", .duplicateName, #"{"S3CR3T":1,"\u00533CR3T":2}"#),
        MalformedText("names that differ by a slash's escape", .duplicateName, #"{"a/b":"S3CR3T","a\/b":2}"#),
        MalformedText("names that differ by digits' case", .duplicateName, #"{"\u00e9":"S3CR3T","\u00E9":2}"#),
        MalformedText("a real number too large", .numberOutOfRange, #"{"S3CR3T":1e400}"#),
        MalformedText("a real number too small", .numberOutOfRange, #"{"S3CR3T":-1e400}"#),
        MalformedText("an integer too large", .numberOutOfRange, "[9223372036854775808]"),
        MalformedText("an integer too small", .numberOutOfRange, "[-9223372036854775809]"),
        MalformedText("two values", .textAfterValue, #"{} "S3CR3T""#),
        MalformedText("a word behind the value", .textAfterValue, "{}S3CR3T"),
        MalformedText("a bracket behind the value", .textAfterValue, #"["S3CR3T"]]"#),
        MalformedText("65 arrays", .nestedTooDeep, bytes: nested("[", levels: 65)),
        MalformedText("65 objects", .nestedTooDeep, bytes: nested(#"{"S3CR3T":"#, levels: 65)),
        MalformedText("10,000 arrays", .nestedTooDeep, bytes: nested("[", levels: 10_000)),
        MalformedText("10,000 objects", .nestedTooDeep, bytes: nested(#"{"S3CR3T":"#, levels: 10_000)),
        MalformedText("10,000 arrays cut off", .nestedTooDeep, String(repeating: "[", count: 10_000)),
    ]
}
