/// How the API's names read in Swift.
enum SwiftName {
    /// Words that are not merely capitalised.
    private static let words = [
        "api": "API", "aws": "AWS", "ccm": "CCM", "cloudwatch": "CloudWatch", "id": "ID", "sdk": "SDK", "uri": "URI",
        "url": "URL", "xray": "XRay",
    ]

    /// `base_url` becomes `baseURL`, `api_token` `apiToken`.
    static func property(_ wireName: String) -> String {
        let words = wireName.split(separator: "_").map(String.init)
        return words.enumerated().map { index, word in index == 0 ? word : capitalized(word) }.joined()
    }

    /// `url_parameters` becomes `URLParameters`.
    static func type(_ wireName: String) -> String {
        wireName.split(separator: "_").map { capitalized(String($0)) }.joined()
    }

    /// The name of one of the elements that `plural` has.
    static func singular(_ plural: String) -> String {
        plural.hasSuffix("s") ? String(plural.dropLast()) : plural
    }

    /// The first word in lower case: `OpenAI` becomes `openAI`, `AWS` `aws`, `APIKey` `apiKey`, `SECRET` `secret`.
    static func enumCase(_ wireName: String) -> String {
        let capitals = wireName.prefix(while: \.isUppercase).count
        // The last capital of several begins the next word, unless nothing follows it.
        let count = capitals > 1 && capitals < wireName.count ? capitals - 1 : capitals
        return wireName.prefix(count).lowercased() + wireName.dropFirst(count)
    }

    /// The name with its first letter in upper case: `accessKeys` becomes `AccessKeys`.
    static func capitalized(_ word: String) -> String {
        words[word] ?? word.prefix(1).uppercased() + word.dropFirst()
    }
}
