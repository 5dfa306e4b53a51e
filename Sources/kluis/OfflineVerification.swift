internal import Dispatch
internal import Glibc
internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// The check of an exported log, with nothing but its files, the keys that were known before, and what this account saw before.
enum OfflineVerification {
    /// Under `--json`: what was checked.
    struct Report: Codable, Equatable {
        /// A witness of the policy that cosigned, and when it says to have done so.
        struct Cosignature: Codable, Equatable {
            var name: String
            /// RFC 3339, in UTC; absent for a time beyond the year 9999, which no clock shows.
            var time: String?
        }

        var size: UInt64
        /// base64.
        var root: String
        var origin: String
        /// The key as a verifier key (C2SP signed-note).
        var key: String
        var keyWasGiven: Bool
        /// Names of the witnesses of the policy that cosigned; absent without a policy.
        var cosigners: [String]?
        /// The same, with their times.
        var cosignatures: [Cosignature]?
        /// Entries erased under tombstones.
        var erased: UInt64
        /// Whether the officers' keys were given, rather than taken from the export; absent where nothing was erased.
        var officersWereGiven: Bool?
        var bundles: UInt64
        var tiles: UInt64
        /// Entries of what this account saw before of this log; absent where it had seen nothing.
        var seen: UInt64?
        /// Whether the export was shown to continue that; false for an older copy, of which nothing shows that it is part of what was seen.
        var continuesSeen: Bool?
        /// Whether later exports will be held against this one.
        var isRemembered: Bool
    }

    /// What the reader knows, and where it is remembered.
    struct Known {
        var key: VerifierKey?
        /// The witnesses whose quorum must have cosigned.
        var policy: Policy?
        /// Whose signatures make a tombstone.
        var officers: VerifierKeys?
        /// An older copy than the one that was seen is meant.
        var isOlderMeant = false
        /// Nil for a check that neither asks nor changes the memory.
        var pins: Pins?
    }

    /// Checks the export in `directory`; the first thing that is wrong is a `verificationFailed`.
    static func run(_ directory: String, _ known: Known, on console: Console) throws(Failure) {
        let report = try check(directory, known)
        try console.show(report) {
            [say(.ledgerVerified, String(report.size))] + (report.erased > 0 ? [say(.ledgerErased, String(report.erased))] : [])
                + (report.cosignatures.map { [say(.ledgerCosigned, words(for: $0))] } ?? [])
        }
        if known.pins == nil { Console.warn(say(.pinNowhere)) }
        if report.continuesSeen == false { Console.warn(say(.exportOlder, String(report.size), String(report.seen ?? 0))) }
        if report.officersWereGiven == false { Console.hint(say(.officersNotPinned)) }
        if report.isRemembered, report.seen == nil { Console.hint(say(.pinFirst, report.origin, String(report.size))) }
        if !report.keyWasGiven, !console.json { Console.hint(say(.ledgerKeyNotPinned)) }
    }

    static func check(_ directory: String, _ known: Known = Known()) throws(Failure) -> Report {
        do throws(SystemFault) {
            guard case .directory = try PathKind(directory) else { throw SystemFault(code: ENOTDIR) }
        } catch {
            throw .invalid(.cannotRead, directory, error.words)
        }
        return try check(known) { path in try contents(of: path, below: directory) }
    }

    /// Checks the export that `read` gives.
    static func check(_ known: Known, read: @escaping FileReader) throws(Failure) -> Report {
        let key = known.key ?? exportedKey(read)
        let isNamed = known.key != nil || known.policy?.logs.contains { $0.key == key } ?? false
        // More than once only when another run of this account kept something in between.
        while true {
            let memory = try key.flatMap { key throws(Failure) in try Memory(of: key, isNamed: isNamed, known) }
            let found: OfflineVerifier.Report
            var isOlder = false
            do throws(LedgerFormatError) { found = try verify(known, key, continuing: memory?.pin?.checkpoint, read) } catch {
                guard case .log(.truncated(let seen, _)) = error, let memory, known.isOlderMeant else { throw failure(error, memory) }
                do throws(LedgerFormatError) { found = try verify(known, key, continuing: nil, read) } catch { throw failure(error, nil) }
                // A file that was exchanged meanwhile is no older copy.
                guard found.leafCount < seen else { throw Pins.alarm(.pinFork, String(seen), name: "fork", file: memory.file) }
                isOlder = true
            }
            var report = Self.report(found, known, isNamed: isNamed)
            report.seen = memory?.pin?.checkpoint.size
            report.continuesSeen = memory?.pin.map { _ in !isOlder }
            // An export's own word for its key makes no memory; what continues one that there is, does.
            guard let memory, !isOlder, isNamed || memory.pin != nil else { return report }
            do throws(Failure) {
                let seen = Pins.Pin(key: found.key, checkpoint: found.checkpoint.checkpoint, note: found.checkpoint.note)
                guard try memory.pins.keep(seen, after: memory.pin, in: memory.file) else { continue }
                report.isRemembered = true
            } catch { Console.warn(error.line) }
            return report
        }
    }

    /// What this account remembers of a log.
    private struct Memory {
        let pins: Pins
        let file: String
        let pin: Pins.Pin?

        init?(of key: VerifierKey, isNamed: Bool, _ known: Known) throws(Failure) {
            guard let pins = known.pins else { return nil }
            self.pins = pins
            file = isNamed ? try pins.file(ofNamed: key) : pins.file(of: key)
            pin = try pins.pin(in: file)
            // Who names the key knows better; the export's own word for it is not enough against what was seen.
            if let pin, pin.key != key { throw Pins.alarm(.pinOtherKey, name: "wrong-key", file: file) }
        }
    }

    /// The export's own word for its key; nil when it has none that can be read, which the check finds.
    private static func exportedKey(_ read: FileReader) -> VerifierKey? {
        (try? read("log.vkey").flatMap { try VerifierKeys(parsingLines: $0) })?.keys.first
    }

    private static func verify(
        _ known: Known, _ key: VerifierKey?, continuing seen: Checkpoint?, _ read: @escaping FileReader
    ) throws(LedgerFormatError) -> OfflineVerifier.Report {
        // The key that the memory was looked up by, so that no other can come in between.
        let verifier = OfflineVerifier(
            pinnedKey: key, pinnedCheckpoint: seen, policy: known.policy, officers: known.officers, read: read)
        return try verifier.verify { count, piece in DispatchQueue.concurrentPerform(iterations: count, execute: piece) }
    }

    private static func report(_ found: OfflineVerifier.Report, _ known: Known, isNamed: Bool) -> Report {
        let checkpoint = found.checkpoint.checkpoint
        let erased = found.tombstones.erasedCount
        return Report(
            size: found.leafCount, root: checkpoint.root.base64, origin: checkpoint.origin.description, key: found.key.text,
            keyWasGiven: isNamed, cosigners: known.policy.map { _ in found.checkpoint.cosignatures.map(\.key.name.description) },
            cosignatures: known.policy.map { _ in cosignatures(of: found.checkpoint) }, erased: erased,
            officersWereGiven: erased > 0 ? found.areOfficersPinned : nil, bundles: found.bundleCount, tiles: found.tileCount,
            isRemembered: false)
    }

    /// What does not continue what was seen is an alarm; an older copy, which anybody may have kept, is refused and no alarm yet.
    private static func failure(_ error: LedgerFormatError, _ memory: Memory?) -> Failure {
        guard let memory, let pin = memory.pin, case .log(let fault) = error else { return .unverified(words(for: error)) }
        switch fault {
        case .truncated(let seen, let found):
            return Failure(
                .verificationFailed,
                "\(say(.verificationFailed)): \(say(.exportOlder, String(found), String(seen))) (\(fault.code))",
                hints: [say(.hintOlder), say(.hintPinFile, memory.file)])
        case .fork, .sameSizeFork:
            return Pins.alarm(.pinFork, String(pin.checkpoint.size), name: fault.code, file: memory.file)
        default: return .unverified(words(for: error))
        }
    }

    static func cosignatures(of checkpoint: VerifiedCheckpoint) -> [Report.Cosignature] {
        checkpoint.cosignatures.map { .init(name: $0.key.name.description, time: $0.time.flatMap(WitnessClock.text)) }
    }

    static func words(for cosignatures: [Report.Cosignature]) -> String {
        cosignatures.map { one in "\(one.name) (\(one.time ?? say(.timeImpossible)))" }.joined(separator: ", ")
    }

    /// The officers' keys in a file, one a line.
    static func officers(in file: String) throws(Failure) -> VerifierKeys {
        let bytes = try Input.bytes(file)
        do throws(TransparencyLogError) { return try VerifierKeys(parsingLines: bytes) } catch {
            throw Failure(.invalid, "\(file): \(error.code)")
        }
    }

    static func policy(in file: String) throws(Failure) -> Policy {
        let bytes = try Input.bytes(file)
        do throws(TransparencyLogError) { return try Policy(parsing: bytes) } catch {
            guard case .malformedPolicy(let line, let defect) = error else { throw Failure(.invalid, "\(file): \(error.code)") }
            throw Failure(.invalid, "\(file):\(line): \(error.code) (\(defect.rawValue))")
        }
    }

    static func contents(of path: String, below directory: String) throws(SystemFault) -> [UInt8]? {
        do throws(SystemFault) {
            // Not waiting: a pipe among the files of somebody else's export would hold the reader up for ever.
            let file = try OpenFile("\(directory)/\(path)", O_RDONLY | O_NONBLOCK)
            guard try file.status().st_mode & S_IFMT == S_IFREG else { throw SystemFault(code: EINVAL) }
            return try Bytes.all(of: file.descriptor, limit: ExportedFiles.maximumByteCount(of: path))
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    static func key(in file: String) throws(Failure) -> VerifierKey {
        let text = Input.trimmed(String(decoding: try Input.bytes(file), as: UTF8.self))
        do throws(TransparencyLogError) { return try VerifierKey(parsing: text) } catch {
            throw Failure(.invalid, "\(file): \(error.code)")
        }
    }

    /// The stable code of what is wrong, where, and what that means.
    static func words(for error: LedgerFormatError) -> String { "\(place(of: error)): \(say(reason(for: error)))" }

    /// What the code of an error means, for who does not know it.
    private static func reason(for error: LedgerFormatError) -> Phrase {
        switch error {
        case .missingFile, .log(.missing), .log(.unreadable): .reasonMissing
        case .malformedTombstone: .reasonTombstone
        case .openingMismatch, .notALeaf, .outOfSequence, .openingBeyondLog, .cosignedMismatch, .log(.alteredBundle), .log(.alteredTile),
            .log(.forgedEntries), .log(.wrongRoot), .log(.proofMismatch), .log(.wrongProofLength), .log(.emptyTreeProof):
            .reasonAltered
        case .wrongKey, .log(.badSignature), .log(.noKnownSignature), .log(.wrongOrigin), .log(.ambiguousKeys): .reasonSignature
        case .log(.truncated), .log(.fork), .log(.sameSizeFork): .reasonDiscontinuous
        case .log(.quorumNotReached): .reasonQuorum
        default: .reasonMalformed
        }
    }

    private static func place(of error: LedgerFormatError) -> String {
        switch error {
        case .log(.unreadable(let path)), .log(.missing(let path)), .log(.malformedFile(let path)), .missingFile(let path),
            .malformedKeyFile(let path):
            "\(error.code) (\(path))"
        case .log(.alteredBundle(let path, let index)): "\(error.code) (\(path), entry \(index))"
        case .log(.alteredTile(let path, let position)): "\(error.code) (\(path), hash \(position))"
        case .log(.forgedEntries(let path, let from, let upTo)): "\(error.code) (\(path), entries \(from)..<\(upTo))"
        case .log(.wrongRoot(let size, _, _)): "\(error.code) (size \(size))"
        case .log(.truncated(let pinned, let found)), .log(.fork(let pinned, let found)): "\(error.code) (\(pinned), \(found))"
        case .notALeaf(let index): "\(error.code) (entry \(index))"
        case .outOfSequence(let index, let found): "\(error.code) (entry \(index) says \(found))"
        case .openingMismatch(let seq, _): "\(error.code) (entry \(seq))"
        default: error.code
        }
    }
}
