/// Finds what was meant by a misspelt word.
enum Suggestion {
    /// The candidate that the word is most like, unless none is like it.
    static func closest(to word: String, among candidates: [String]) -> String? {
        let bound = max(1, word.count / 3)
        let distances = candidates.map { (candidate: $0, distance: distance(word, $0)) }
        if let best = distances.min(by: { $0.distance < $1.distance }), best.distance <= bound { return best.candidate }
        let continued = candidates.filter { word.count > 2 && $0.hasPrefix(word) }
        return continued.count == 1 ? continued[0] : nil
    }

    /// How many letters have to be put in, left out, replaced or swapped with their neighbour.
    private static func distance(_ one: String, _ other: String) -> Int {
        let one = Array(one)
        let other = Array(other)
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let isSame = one[row] == other[column]
                var least = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[other.count]
    }
}
