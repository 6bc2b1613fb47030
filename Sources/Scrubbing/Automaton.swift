import Secrets

/// All patterns of one writing in one automaton (Aho and Corasick, 1975): whatever the text and however many patterns
/// there are, a byte costs a constant number of steps on average.
///
/// A state is a node of the tree of all patterns. The nodes that a pattern adds follow one another, so that most steps
/// go to the next node; edges that lead elsewhere are in a table. A node takes eight bytes.
struct Automaton: Sendable {
    /// The node that no byte has led to.
    static let root = 0

    private struct Node {
        /// The longest end of what leads here that a pattern begins with.
        var link: Int32 = 0
        /// The byte that leads here.
        var byte: UInt8 = 0
        var flags: UInt8 = 0

        /// The next node is a child of this one.
        static let continues: UInt8 = 1
        /// The node has children besides the next node.
        static let branches: UInt8 = 2
        /// A pattern ends here.
        static let matches: UInt8 = 4
    }

    /// The nodes that one pattern added.
    private struct Chain {
        let nodes: Range<Int>
        let parent: Int
        /// How many bytes lead to the first of them.
        let depth: Int

        func depth(of node: Int) -> Int { depth + node - nodes.lowerBound }
    }

    private let nodes: SecretBuffer
    /// The root's children by their bytes, as `Int32`.
    private let first: SecretBuffer
    /// The children that are neither the next node nor the root's.
    private let branches: NumberTable
    /// How long the longest pattern is that ends at a node.
    private let lengths: NumberTable
    private let chains: [Chain]

    /// - Parameter patterns: None is empty.
    init(_ patterns: [Secret]) {
        let capacity = patterns.reduce(1) { $0 + $1.count }
        precondition(capacity < Int32.max, "the patterns fit in memory")
        var chains: [Chain] = []
        var lengths: [Int: Int] = [:]
        var first: SecretBuffer?
        var branches: NumberTable?
        nodes = SecretBuffer(count: capacity * MemoryLayout<Node>.stride) { nodes in
            first = SecretBuffer(count: 256 * MemoryLayout<Int32>.stride) { first in
                branches = NumberTable(atMost: patterns.count) { branches in
                    var tree = Tree(
                        nodes: nodes.bindMemory(to: Node.self),
                        first: first.bindMemory(to: Int32.self),
                        branches: branches
                    )
                    for pattern in patterns { pattern.withBytes { tree.add($0) } }
                    lengths = tree.link()
                    chains = tree.chains
                }
            }
        }
        self.first = first ?? SecretBuffer(count: 256 * MemoryLayout<Int32>.stride) { _ in }
        self.branches = branches ?? NumberTable(atMost: 0) { _ in }
        self.lengths = NumberTable(atMost: lengths.count) { table in
            for (node, length) in lengths { table.set(UInt64(node), to: length) }
        }
        self.chains = chains
    }

    /// The tree while it grows.
    private struct Tree {
        let nodes: UnsafeMutableBufferPointer<Node>
        let first: UnsafeMutableBufferPointer<Int32>
        let branches: NumberTable.Builder
        var count = 1
        var chains: [Chain] = []

        mutating func add(_ pattern: UnsafeRawBufferPointer) {
            var node = root
            var depth = 0
            while depth < pattern.count, let child = child(of: node, by: pattern[depth]) {
                node = child
                depth += 1
            }
            if depth < pattern.count {
                if node == root {
                    first[Int(pattern[depth])] = Int32(count)
                } else if node == count - 1, nodes[node].flags & Node.continues == 0 {
                    nodes[node].flags |= Node.continues
                } else {
                    nodes[node].flags |= Node.branches
                    branches.set(key(node, pattern[depth]), to: count)
                }
                let start = count
                chains.append(
                    Chain(nodes: start..<start + pattern.count - depth, parent: node, depth: depth + 1)
                )
                for byte in pattern[depth...] {
                    nodes[count].byte = byte
                    nodes[count].flags = Node.continues
                    count += 1
                }
                node = count - 1
                nodes[node].flags = 0
            }
            nodes[node].flags |= Node.matches
        }

        private func child(of node: Int, by byte: UInt8) -> Int? {
            if node == root { return first[Int(byte)] == 0 ? nil : Int(first[Int(byte)]) }
            if nodes[node].flags & Node.continues != 0, nodes[node + 1].byte == byte { return node + 1 }
            return nodes[node].flags & Node.branches == 0 ? nil : branches[key(node, byte)]
        }

        /// Sets the links of all nodes, the higher ones first.
        ///
        /// - Returns: For each node where a pattern ends, the length of the longest.
        func link() -> [Int: Int] {
            var lengths: [Int: Int] = [:]
            var waiting = chains.sorted { $0.depth > $1.depth }
            var growing: [Chain] = []
            var depth = 1
            while !waiting.isEmpty || !growing.isEmpty {
                while let next = waiting.last, next.depth == depth { growing.append(waiting.removeLast()) }
                for chain in growing {
                    let node = chain.nodes.lowerBound + depth - chain.depth
                    let byte = nodes[node].byte
                    if depth > 1 {
                        var end = node == chain.nodes.lowerBound ? chain.parent : node - 1
                        var link = root
                        while link == root, end != root {
                            end = Int(nodes[end].link)
                            link = child(of: end, by: byte) ?? root
                        }
                        nodes[node].link = Int32(link)
                    }
                    if nodes[node].flags & Node.matches != 0 {
                        lengths[node] = depth
                    } else if let length = lengths[Int(nodes[node].link)] {
                        lengths[node] = length
                        nodes[node].flags |= Node.matches
                    }
                }
                depth += 1
                growing.removeAll { $0.depth + $0.nodes.count == depth }
            }
            return lengths
        }
    }

    private static func key(_ node: Int, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }

    /// The state after another byte. `steps` counts the nodes that were looked at.
    @inline(__always)
    func state(after byte: UInt8, in state: Int, steps: inout Int) -> Int {
        let nodes = nodes.bytes.assumingMemoryBound(to: Node.self)
        var state = state
        steps &+= 1
        while state != Self.root {
            let node = nodes[state]
            if node.flags & Node.continues != 0, nodes[state + 1].byte == byte { return state + 1 }
            if node.flags & Node.branches != 0, let child = branches[Self.key(state, byte)] { return child }
            state = Int(node.link)
            steps &+= 1
        }
        return Int(first.bytes.assumingMemoryBound(to: Int32.self)[Int(byte)])
    }

    /// The length of the longest pattern that ends where `state` is reached; `nil` if none does.
    @inline(__always)
    func match(in state: Int) -> Int? {
        guard nodes.bytes.assumingMemoryBound(to: Node.self)[state].flags & Node.matches != 0 else { return nil }
        return lengths[UInt64(state)]
    }

    /// The state that stands for the same text where nothing can come after `state` any more.
    func rest(of state: Int) -> Int {
        let nodes = nodes.bytes.assumingMemoryBound(to: Node.self)
        var state = state
        while state != Self.root, nodes[state].flags & (Node.continues | Node.branches) == 0 {
            state = Int(nodes[state].link)
        }
        return state
    }

    /// How many bytes of a pattern have led to `state`.
    func depth(of state: Int) -> Int {
        guard state != Self.root else { return 0 }
        var low = 0
        var high = chains.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if chains[middle].nodes.lowerBound <= state { low = middle } else { high = middle }
        }
        return chains[low].depth(of: state)
    }
}
