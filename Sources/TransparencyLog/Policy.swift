/// Whom a reader trusts: logs, witnesses, and which witnesses together are enough.
///
/// Source: C2SP tlog-policy (draft).
public struct Policy: Sendable, Hashable {
    /// A log of the policy.
    public struct Log: Sendable, Hashable {
        /// Its name is the log's origin.
        public let key: VerifierKey
        /// How to reach it; nothing is made of it here.
        public let url: [UInt8]?
    }

    /// A witness of the policy.
    public struct Witness: Sendable, Hashable {
        /// Its name within the policy; octets, compared as such.
        public let name: [UInt8]
        public let key: VerifierKey
        /// How to reach it; nothing is made of it here.
        public let url: [UInt8]?
    }

    /// The most bytes a policy may have: 1,000,000.
    public static let maximumByteCount = 1_000_000

    public let logs: [Log]
    public let witnesses: [Witness]

    /// What a name stands for. INVARIANT: members are positions of earlier elements, so evaluation in order needs no recursion.
    private enum Element: Hashable, Sendable {
        case witness(VerifierKey)
        case group(threshold: Int, members: [Int])
    }
    private let elements: [Element]
    /// Nil when no cosignature is asked for.
    private let quorum: Int?

    /// Reads a policy file.
    ///
    /// - Throws: `malformedPolicy`, with the line at fault.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= Policy.maximumByteCount else { throw .malformedPolicy(line: 0, .tooLarge) }
        guard let lines = bytes[...].linesEndingInLineFeed() else { throw .malformedPolicy(line: 0, .noFinalNewline) }
        var reader = PolicyReader()
        for (number, line) in lines.enumerated() {
            do {
                try reader.read(line)
            } catch {
                throw .malformedPolicy(line: number + 1, error)
            }
        }
        guard let quorum = reader.quorum else { throw .malformedPolicy(line: 0, .noQuorum) }
        logs = reader.logs
        witnesses = reader.witnesses
        elements = reader.elements.map { element in
            switch element {
            case .witness(let key): .witness(key)
            case .group(let threshold, let members): .group(threshold: threshold, members: members)
            }
        }
        self.quorum = quorum
    }

    /// Whether these witnesses are enough.
    public func isQuorum(_ cosigners: [VerifierKey]) -> Bool {
        guard let quorum else { return true }
        let cosigners = Set(cosigners)
        var isSatisfied: [Bool] = []
        for element in elements {
            switch element {
            case .witness(let key): isSatisfied.append(cosigners.contains(key))
            case .group(let threshold, let members): isSatisfied.append(members.count { isSatisfied[$0] } >= threshold)
            }
        }
        return isSatisfied[quorum]
    }

    /// The fewest witnesses that are enough; 0 when no cosignature is asked for.
    public var leastQuorum: Int {
        guard let quorum else { return 0 }
        // Each name is in one group at most, so what members need adds up.
        var least: [Int] = []
        for element in elements {
            switch element {
            case .witness: least.append(1)
            case .group(let threshold, let members): least.append(members.map { least[$0] }.sorted().prefix(threshold).reduce(0, +))
            }
        }
        return least[quorum]
    }

    /// Checks that a checkpoint is by a log of this policy and cosigned by its quorum.
    ///
    /// - Throws: `badSignature`, `noKnownSignature`, `malformedCheckpoint`, `wrongOrigin`, `quorumNotReached`.
    public func verify(_ note: SignedNote) throws(TransparencyLogError) -> VerifiedCheckpoint {
        let verified = try VerifiedCheckpoint.verify(
            note, log: try VerifierKeys(logs.map(\.key)), witnesses: witnesses.map(\.key), extensionLines: .accepted)
        guard isQuorum(verified.cosignatures.map(\.key)) else { throw .quorumNotReached }
        return verified
    }
}

/// Reads the lines of a policy, one after another.
private struct PolicyReader {
    enum Element {
        case witness(VerifierKey)
        case group(threshold: Int, members: [Int])
    }

    var logs: [Policy.Log] = []
    var witnesses: [Policy.Witness] = []
    var elements: [Element] = []
    /// Set once the quorum line was read; its value is nil for `none`.
    var quorum: Int??
    private var positions: [[UInt8]: Int] = [:]
    private var usedMembers: Set<Int> = []
    private var logKeys: Set<[UInt8]> = []
    private var witnessKeys: Set<[UInt8]> = []

    private static let none = Array("none".utf8)

    init() {}

    mutating func read(_ line: ArraySlice<UInt8>) throws(PolicyDefect) {
        guard line.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) || $0 >= 0x80 }) else { throw .controlCharacter }
        let items = line.split { $0 == 0x09 || $0 == 0x20 }.map { Array($0) }
        guard let keyword = items.first, keyword.first != UInt8(ascii: "#") else { return }
        switch String(decoding: keyword, as: UTF8.self) {
        case "log": try readLog(items)
        case "witness": try readWitness(items)
        case "group": try readGroup(items)
        case "quorum": try readQuorum(items)
        default: throw .unknownKeyword
        }
    }

    private mutating func readLog(_ items: [[UInt8]]) throws(PolicyDefect) {
        guard (2...3).contains(items.count) else { throw .wrongItemCount }
        let key = try Self.key(items[1], .ed25519)
        guard logKeys.insert(key.publicKey).inserted else { throw .duplicateKey }
        logs.append(Policy.Log(key: key, url: items.count > 2 ? items[2] : nil))
    }

    private mutating func readWitness(_ items: [[UInt8]]) throws(PolicyDefect) {
        guard (3...4).contains(items.count) else { throw .wrongItemCount }
        let key = try Self.key(items[2], .timestampedCosignature)
        guard witnessKeys.insert(key.publicKey).inserted else { throw .duplicateKey }
        try define(items[1], as: .witness(key))
        witnesses.append(Policy.Witness(name: items[1], key: key, url: items.count > 3 ? items[3] : nil))
    }

    private mutating func readGroup(_ items: [[UInt8]]) throws(PolicyDefect) {
        guard items.count >= 4 else { throw .wrongItemCount }
        var members: [Int] = []
        for name in items[3...] {
            guard let position = positions[name] else { throw .unknownName }
            // Each name at most once in all groups, so that a witness can contribute in one way only.
            guard usedMembers.insert(position).inserted else { throw .memberUsedTwice }
            members.append(position)
        }
        let threshold: Int
        switch String(decoding: items[2], as: UTF8.self) {
        case "any": threshold = 1
        case "all": threshold = members.count
        default:
            guard let value = Decimal.parse(items[2][...]), (1...UInt64(members.count)).contains(value) else { throw .malformedThreshold }
            threshold = Int(value)
        }
        try define(items[1], as: .group(threshold: threshold, members: members))
    }

    private mutating func readQuorum(_ items: [[UInt8]]) throws(PolicyDefect) {
        guard items.count == 2 else { throw .wrongItemCount }
        guard quorum == nil else { throw .secondQuorum }
        if items[1] == Self.none {
            quorum = .some(nil)
        } else {
            guard let position = positions[items[1]] else { throw .unknownName }
            quorum = position
        }
    }

    private mutating func define(_ name: [UInt8], as element: Element) throws(PolicyDefect) {
        guard name != Self.none else { throw .reservedName }
        guard positions[name] == nil else { throw .duplicateName }
        positions[name] = elements.count
        elements.append(element)
    }

    private static func key(_ text: [UInt8], _ algorithm: VerifierKey.Algorithm) throws(PolicyDefect) -> VerifierKey {
        guard let key = try? VerifierKey(parsing: text[...]), key.algorithm == algorithm else { throw .malformedKey }
        return key
    }
}
