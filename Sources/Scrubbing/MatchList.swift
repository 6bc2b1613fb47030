/// The places of a text where secrets stand and that have not been written yet: in order, none overlapping another.
struct MatchList {
    private(set) var places: [Range<Int>] = []
    /// Where the last place ends that has been written.
    private(set) var writtenEnd = 0

    /// Adds a place that ends where the reading is: no place known so far ends later.
    ///
    /// Places that overlap become one. What overlaps a place that has been written belongs to it.
    mutating func add(_ place: Range<Int>) {
        var start = place.lowerBound
        while let last = places.last, last.upperBound > start {
            start = min(start, last.lowerBound)
            places.removeLast()
        }
        if start < writtenEnd {
            writtenEnd = place.upperBound
        } else {
            places.append(start..<place.upperBound)
        }
    }

    /// The first place, if it begins at `limit` or before: then no place to come begins before it.
    func first(upTo limit: Int) -> Range<Int>? {
        places.first.flatMap { $0.lowerBound <= limit ? $0 : nil }
    }

    mutating func takeFirst() {
        writtenEnd = places.removeFirst().upperBound
    }
}
