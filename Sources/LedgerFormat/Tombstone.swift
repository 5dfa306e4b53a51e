public import TransparencyLog

/// The erasure of log lines: which, why, by whose order, signed by two officers.
///
/// Leaves stay; what they commit to is gone. The tombstone stands in the officers' slot of a leaf of its own, and its opening is public, so
/// that an outsider can explain every gap. Nothing in it is about a person.
///
/// Text: `kluis-tombstone/v1`, `moment` in milliseconds, `ground`, `order`, then `erased` with a number or a range, each on a line; signed as a
/// note.
///
/// Source of the signatures: C2SP signed-note v1.0.0.
public struct Tombstone: Sendable, Hashable {
    /// Why lines were erased.
    public enum Ground: String, Sendable, Hashable, CaseIterable {
        /// The time they had to be kept is over.
        case retention
        /// A decision of a controller.
        case order
        /// A court or the supervisor demanded it.
        case authority
    }

    static let header = Array("kluis-tombstone/v1\n".utf8)
    /// The most ranges: 4,096.
    public static let maximumRangeCount = 4096

    /// Milliseconds since 1970, UTC.
    public let moment: Int64
    public let ground: Ground
    /// The order's identifier; not empty.
    public let order: Token
    /// Numbers of the erased leaves: ascending, apart from each other, none empty.
    public let erased: [ClosedRange<UInt64>]
    /// The text with its signatures.
    public private(set) var note: SignedNote

    /// A tombstone that nobody has signed yet.
    ///
    /// - Throws: `malformedTombstone`.
    public init(moment: Int64, ground: Ground, order: Token, erased: [ClosedRange<UInt64>]) throws(LedgerFormatError) {
        guard moment >= 0, !order.isEmpty else { throw .malformedTombstone(.form) }
        guard (1...Tombstone.maximumRangeCount).contains(erased.count), erased.allSatisfy({ $0.upperBound < Frontier.maximumSize }),
            // With a gap between them: else there would be two spellings of one erasure.
            zip(erased, erased.dropFirst()).allSatisfy({ $0.upperBound + 1 < $1.lowerBound })
        else { throw .malformedTombstone(.ranges) }
        self.moment = moment
        self.ground = ground
        self.order = order
        self.erased = erased
        var text = Tombstone.header + Array("moment \(moment)\nground \(ground.rawValue)\norder \(order)\n".utf8)
        for range in erased {
            let last = range.lowerBound == range.upperBound ? "" : "-\(range.upperBound)"
            text += Array("erased \(range.lowerBound)\(last)\n".utf8)
        }
        do {
            note = try SignedNote(text: text)
        } catch {
            throw .malformedTombstone(.form)
        }
    }

    /// Reads a tombstone; its signatures are not verified.
    ///
    /// - Throws: `malformedTombstone`.
    public init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        guard let note = try? SignedNote(parsing: bytes), note.text.starts(with: Tombstone.header),
            let lines = note.text[Tombstone.header.count...].linesEndingInLineFeed(), lines.count >= 4,
            let moment = lines[0].dropping(prefix: "moment ").flatMap(Decimal.parse).flatMap({ Int64(exactly: $0) }),
            let ground = lines[1].dropping(prefix: "ground ").flatMap({ Ground(rawValue: String(decoding: $0, as: UTF8.self)) }),
            let order = lines[2].dropping(prefix: "order ").flatMap({ try? Token(utf8: $0) })
        else { throw .malformedTombstone(.form) }
        var erased: [ClosedRange<UInt64>] = []
        for line in lines[3...] {
            guard let parts = line.dropping(prefix: "erased ")?.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false),
                (1...2).contains(parts.count), let first = Decimal.parse(parts[0]), let last = Decimal.parse(parts[parts.count - 1]),
                first <= last
            else { throw .malformedTombstone(.form) }
            erased.append(first...last)
        }
        try self.init(moment: moment, ground: ground, order: order, erased: erased)
        // One spelling only.
        guard self.note.text == note.text else { throw .malformedTombstone(.form) }
        self.note = note
    }

    /// Adds an officer's signature.
    ///
    /// - Parameter officer: signs with a key of type 0x01.
    /// - Throws: `malformedTombstone(.badSignature)`.
    public mutating func sign(by officer: NoteSigner) throws(LedgerFormatError) {
        do {
            try note.append(try officer.signature(over: note.text))
        } catch {
            throw .malformedTombstone(.badSignature)
        }
    }

    /// Checks that only earlier leaves are erased.
    ///
    /// - Parameter seq: the number of the tombstone's own leaf.
    /// - Throws: `malformedTombstone(.erasesLaterLeaf)`.
    public func validate(at seq: UInt64) throws(LedgerFormatError) {
        guard let last = erased.last, last.upperBound < seq else { throw .malformedTombstone(.erasesLaterLeaf) }
    }

    /// Checks that two different officers signed.
    ///
    /// - Parameter officers: the keys of all officers. Two keys of one name count once.
    /// - Throws: `malformedTombstone(.badSignature)`, `malformedTombstone(.tooFewOfficers)`.
    public func verify(officers: VerifierKeys) throws(LedgerFormatError) {
        let verified: VerifiedNote
        do {
            verified = try note.verified(by: officers)
        } catch {
            throw .malformedTombstone(error == .noKnownSignature ? .tooFewOfficers : .badSignature)
        }
        let signers = verified.signatures.map(\.key).filter { $0.algorithm == .ed25519 }
        guard Set(signers.map(\.name)).count >= 2, Set(signers.map(\.publicKey)).count >= 2 else {
            throw .malformedTombstone(.tooFewOfficers)
        }
    }

    /// Whether the line of this number was erased.
    public func erases(_ seq: UInt64) -> Bool {
        erased.contains { $0.contains(seq) }
    }
}

/// What is left of a line.
public enum LineStatus: Sendable, Hashable {
    /// It can be opened.
    case present
    /// Committed, and erased under the tombstone in leaf `under`.
    case erased(under: UInt64)
    /// Committed, and neither there nor erased by order: an alarm.
    case missing
}

/// The tombstones of a log, by the number of their leaves: explains every line that is not there.
public struct Tombstones: Sendable, Hashable {
    /// Verified tombstones, by the number of their leaf.
    public let bySeq: [UInt64: Tombstone]
    private let ordered: [(seq: UInt64, tombstone: Tombstone)]

    /// - Parameter tombstones: by the number of their leaf; signatures verified by the caller.
    /// - Throws: `malformedTombstone` when one erases a leaf that does not come before it, or another tombstone.
    public init(_ tombstones: [UInt64: Tombstone]) throws(LedgerFormatError) {
        ordered = tombstones.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        bySeq = tombstones
        for (seq, tombstone) in ordered {
            try tombstone.validate(at: seq)
            guard !ordered.contains(where: { tombstone.erases($0.seq) }) else { throw .malformedTombstone(.erasesTombstone) }
        }
    }

    /// What is left of a line.
    ///
    /// - Parameter isPresent: whether its side entry is there.
    public func status(of seq: UInt64, isPresent: Bool) -> LineStatus {
        if isPresent { return .present }
        return ordered.first { $0.tombstone.erases(seq) }.map { .erased(under: $0.seq) } ?? .missing
    }

    /// Lines erased, each counted once.
    public var erasedCount: UInt64 {
        var count: UInt64 = 0
        var next: UInt64 = 0
        for range in ordered.flatMap(\.tombstone.erased).sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound >= next {
            count += range.upperBound - max(range.lowerBound, next) + 1
            next = range.upperBound + 1
        }
        return count
    }

    public static func == (left: Tombstones, right: Tombstones) -> Bool { left.bySeq == right.bySeq }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bySeq)
    }
}
