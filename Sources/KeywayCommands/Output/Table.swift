/// One column of a list, and one line of a single thing's description.
struct Column<Value>: Sendable {
    let title: String
    let place: Place
    /// The content of a cell; `nil` if the value has none.
    let text: @Sendable (Value) -> String?

    /// The treatment of a column where the terminal is narrow.
    enum Place: Sendable, Equatable {
        /// It is always there, in full.
        case always
        /// It is always there, and may be cut off.
        case flexible
        /// It may be left out, the greatest number first, and may be cut off before.
        case droppable(Int)
        /// Only the description of a single thing has it.
        case detail
    }

    init(_ title: String, _ place: Place, _ text: @escaping @Sendable (Value) -> String?) {
        self.title = title
        self.place = place
        self.text = text
    }
}

/// Lays values out for people.
struct Table<Value> {
    private let columns: [Column<Value>]
    private static var gap: String { "  " }
    /// A flexible column is not made narrower than this.
    private static var leastWidth: Int { 12 }

    init(_ columns: [Column<Value>]) {
        self.columns = columns
    }

    /// A line for each value, below the titles.
    ///
    /// - Parameters:
    ///   - values: The values.
    ///   - width: How wide a line may be; `nil` if it does not matter.
    /// - Returns: The lines.
    func list(_ values: [Value], width: Int?) -> String {
        var cells = columns.filter { $0.place != .detail }.map { column in
            Cells(column.place, [column.title.uppercased()] + values.map { Self.cell(column, $0) })
        }
        if let width { Self.fit(&cells, into: width) }
        return (0...values.count).map { row in
            var line = cells.map { TextLayout.pad(TextLayout.truncate($0.texts[row], to: $0.width), to: $0.width) }
                .joined(separator: Self.gap)
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// A line for each column, of those that have something to say.
    func description(of value: Value, and further: [(title: String, text: String)]) -> String {
        let lines =
            columns.compactMap { column in
                Self.text(column, value).map { (title: column.title, text: $0) }
            } + further
        let width = lines.map { TextLayout.width($0.title) }.max() ?? 0
        return lines.map { "\(TextLayout.pad($0.title, to: width))  \(TextLayout.printable($0.text))\n" }.joined()
    }

    private struct Cells {
        let place: Column<Value>.Place
        let texts: [String]
        var width: Int

        init(_ place: Column<Value>.Place, _ texts: [String]) {
            self.place = place
            self.texts = texts
            width = texts.map(TextLayout.width).max() ?? 0
        }

        /// How much narrower it may become.
        var slack: Int { place == .always ? 0 : max(0, width - leastWidth) }

        var dropOrder: Int? {
            if case .droppable(let order) = place { order } else { nil }
        }
    }

    private static func text(_ column: Column<Value>, _ value: Value) -> String? {
        column.text(value).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func cell(_ column: Column<Value>, _ value: Value) -> String {
        TextLayout.printable(text(column, value) ?? "-")
    }

    /// Makes columns narrower, the widest first; where that is not enough, leaves some out.
    private static func fit(_ cells: inout [Cells], into width: Int) {
        var excess: Int { cells.reduce(gap.count * (cells.count - 1)) { $0 + $1.width } - width }
        while excess > cells.reduce(0, { $0 + $1.slack }),
            let last = cells.indices.filter({ cells[$0].dropOrder != nil })
                .max(by: { (cells[$0].dropOrder ?? 0) < (cells[$1].dropOrder ?? 0) })
        {
            cells.remove(at: last)
        }
        while excess > 0,
            let widest = cells.indices.filter({ cells[$0].slack > 0 }).max(by: { cells[$0].width < cells[$1].width })
        {
            cells[widest].width -= 1
        }
    }
}
