/// How the API's names read in Swift.
enum SwiftName {
    private static let acronyms: Set<String> = ["api", "id", "sdk", "uri", "url"]

    /// `base_url` becomes `baseURL`, `api_token` `apiToken`.
    static func property(_ wireName: String) -> String {
        let words = wireName.split(separator: "_").map(String.init)
        return words.enumerated().map { index, word in
            if index == 0 { return word }
            return acronyms.contains(word) ? word.uppercased() : capitalized(word)
        }.joined()
    }

    /// `url_parameters` becomes `URLParameters`.
    static func type(_ wireName: String) -> String {
        wireName.split(separator: "_").map { word in
            acronyms.contains(String(word)) ? word.uppercased() : capitalized(String(word))
        }.joined()
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

    private static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }
}
