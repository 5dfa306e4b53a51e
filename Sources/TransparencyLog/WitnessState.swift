/// The last checkpoint that a witness cosigned for each log: all that it must never forget.
public struct WitnessState: Sendable, Hashable {
    /// The last cosigned checkpoint of a log.
    public struct Head: Sendable, Hashable {
        /// The checkpoint with the log's signature: evidence, should the log ever sign another one.
        public let note: SignedNote
        /// What the note says.
        public let checkpoint: Checkpoint
        /// The time of the last cosignature, in seconds since 1970.
        public let time: UInt64

        /// - Throws: `malformedCheckpoint`.
        init(note: SignedNote, time: UInt64) throws(TransparencyLogError) {
            self.note = note
            checkpoint = try Checkpoint(parsing: note.text, extensionLines: .accepted)
            self.time = time
        }
    }

    public private(set) var heads: [Origin: Head] = [:]

    /// A witness that has never cosigned anything.
    public init() {}

    mutating func record(_ head: Head) {
        heads[head.checkpoint.origin] = head
    }

    private static let header = Array("tlog-witness-state/v1\n".utf8)

    /// The state as bytes: a header with the number of logs, then for each its time, the length of its note, and the note; by origin.
    public var serialized: [UInt8] {
        var out = WitnessState.header + Array("logs \(heads.count)\n".utf8)
        for head in heads.values.sorted(by: { $0.checkpoint.origin.utf8.lexicographicallyPrecedes($1.checkpoint.origin.utf8) }) {
            let note = head.note.bytes
            out += Array("time \(head.time)\nbytes \(note.count)\n".utf8) + note
        }
        return out
    }

    /// The state that ``serialized`` gave.
    ///
    /// - Throws: `malformedWitnessState` for anything else, also for a part of it.
    public init(serialized bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.starts(with: WitnessState.header) else { throw .malformedWitnessState }
        var lines = LineCursor(bytes[WitnessState.header.count...])
        guard let count = lines.next()?.dropping(prefix: "logs ").flatMap(Decimal.parse) else { throw .malformedWitnessState }
        while !lines.rest.isEmpty {
            guard let time = lines.next()?.dropping(prefix: "time ").flatMap(Decimal.parse),
                let length = lines.next()?.dropping(prefix: "bytes ").flatMap(Decimal.parse), length <= lines.rest.count
            else { throw .malformedWitnessState }
            let note = lines.rest.prefix(Int(length))
            lines = LineCursor(lines.rest.dropFirst(Int(length)))
            do {
                record(try Head(note: try SignedNote(parsing: Array(note)), time: time))
            } catch {
                throw .malformedWitnessState
            }
        }
        guard heads.count == count, serialized == bytes else { throw .malformedWitnessState }
    }
}
