import Dispatch
import Glibc
import LedgerFormat
import Sealing
import Synchronization
import TransparencyLog

/// A line that has its number and keys, and is not sealed yet. An object, because a line has twenty texts and is passed on more than once.
final class PendingLine: Sendable {
    enum Content: Sendable {
        case line(LogLine, awaitsOutcome: Bool)
        case cosigned(CosignedCheckpoint)
    }
    let content: Content
    /// Of its first leaf.
    let index: UInt64
    let place: LinePlace
    let keys: LineKeys
    /// Whether the savepoint that it was appended in went back.
    let isUndone = Atomic<Bool>(false)

    init(_ content: Content, index: UInt64, place: LinePlace, keys: LineKeys) {
        self.content = content
        self.index = index
        self.place = place
        self.keys = keys
    }

    var leafCount: Int {
        switch content {
        case .line(let line, _): line.leafCount
        case .cosigned: 1
        }
    }

    /// Bytes of randomness for the salts, the padding and the nonces.
    fileprivate var randomByteCount: Int { leafCount * (Leaf.slotCount * Salt.byteCount + 24) + 24 }

    fileprivate func sealed(_ random: inout RandomSupply) throws -> SealedLine {
        let built: [BuiltLeaf]
        switch content {
        case .line(let line, _): built = try line.leaves(at: index) { random.take(Salt.byteCount) }
        case .cosigned(let cosigned): built = [try cosigned.leaf(at: index) { random.take(Salt.byteCount) }]
        }
        var leaves: [SealedLine.Leaf] = []
        leaves.reserveCapacity(built.count)
        for leaf in built {
            let bytes = leaf.leaf.bytes
            let side = try place.seal(leaf.side.bytes, index: leaf.leaf.seq, under: keys, label: LinePlace.label, random: &random)
            leaves.append(SealedLine.Leaf(index: leaf.leaf.seq, bytes: bytes, side: side, hash: .leaf(bytes)))
        }
        guard case .line(let line, true) = content else { return SealedLine(index: index, leaves: leaves, open: nil) }
        let open = try place.seal(
            Segment.officers(line).bytes, index: index, under: keys, label: LinePlace.openLabel, random: &random)
        return SealedLine(index: index, leaves: leaves, open: open)
    }
}

/// A line as it goes into the tables.
struct SealedLine: Sendable {
    struct Leaf: Sendable {
        let index: UInt64
        let bytes: [UInt8]
        let side: [UInt8]
        let hash: Hash
    }
    let index: UInt64
    let leaves: [Leaf]
    /// What is kept until the outcome is written.
    let open: [UInt8]?
}

/// Seals the lines of one transaction, on several cores when there are many: each has its number, so none waits for another.
enum LineSealing {
    /// Lines that a core takes at a time: enough that taking them costs nothing beside.
    private static let run = 8
    /// Cores that help at most.
    private static let mostHelpers = 7
    private static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// - Parameter each: gets the sealed lines in order, on the caller's thread, while later ones are still being sealed.
    /// - Throws: what `each` throws, or the `SealingError` of the first line that could not be sealed.
    static func seal(_ lines: ArraySlice<PendingLine>, _ each: (SealedLine) throws -> Void) throws {
        // Each key's page is opened once for all these lines and closed when the last stands in the tables.
        try KeyBox.reading(lines.flatMap { [$0.keys.month, $0.keys.household] }) {
            let runs = (lines.count + run - 1) / run
            guard runs > 1, cores > 1 else {
                for line in try sealed(lines) { try each(line) }
                return
            }
            let crew = Crew(lines, runs: runs)
            for _ in 0..<min(cores - 1, runs - 1, mostHelpers) { DispatchQueue.global(qos: .userInitiated).async { crew.help() } }
            // Nobody needs what is left when `each` throws.
            defer { crew.leaveTheRest() }
            for number in 0..<runs { for line in try crew.result(number) { try each(line) } }
        }
    }

    fileprivate static func sealed(_ lines: ArraySlice<PendingLine>) throws -> [SealedLine] {
        var random = RandomSupply(expected: lines.reduce(0) { $0 + $1.randomByteCount })
        var sealed: [SealedLine] = []
        sealed.reserveCapacity(lines.count)
        for line in lines { sealed.append(try line.sealed(&random)) }
        return sealed
    }

    /// Runs of lines, taken by whoever has nothing else to do.
    private final class Crew: Sendable {
        private let lines: ArraySlice<PendingLine>
        private let runs: Int
        private let next = Atomic<Int>(0)
        private let results: Mutex<[Result<[SealedLine], any Error>?]>
        /// One for each run, raised when its result is there.
        private let done: [DispatchSemaphore]

        init(_ lines: ArraySlice<PendingLine>, runs: Int) {
            self.lines = lines
            self.runs = runs
            results = Mutex(Array(repeating: nil, count: runs))
            done = (0..<runs).map { _ in DispatchSemaphore(value: 0) }
        }

        func help() { while sealNext() {} }

        func leaveTheRest() { next.store(runs, ordering: .relaxed) }

        /// The lines of a run; seals others while somebody else is at it.
        func result(_ number: Int) throws -> [SealedLine] {
            while done[number].wait(timeout: .now()) == .timedOut {
                guard sealNext() else {
                    done[number].wait()
                    break
                }
            }
            let result = results.withLock { results in
                defer { results[number] = nil }
                return results[number]
            }
            guard let result else { throw LedgerError.notRecorded }
            return try result.get()
        }

        /// False when every run was taken.
        private func sealNext() -> Bool {
            let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard number < runs else { return false }
            let start = lines.startIndex + number * run
            let result = Result { try sealed(lines[start..<min(start + run, lines.endIndex)]) }
            results.withLock { $0[number] = result }
            done[number].signal()
            return true
        }
    }
}
