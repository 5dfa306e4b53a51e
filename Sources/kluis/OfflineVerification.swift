internal import Dispatch
internal import Glibc
internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// The check of an exported log, with nothing but its files and, where given, a key that was known before.
enum OfflineVerification {
    /// Under `--json`: what was checked.
    struct Report: Codable, Equatable {
        var size: UInt64
        /// base64.
        var root: String
        var origin: String
        /// The key as a verifier key (C2SP signed-note).
        var key: String
        var keyWasGiven: Bool
        /// Names of the witnesses of the policy that cosigned; absent without a policy.
        var cosigners: [String]?
        /// Entries erased under tombstones.
        var erased: UInt64
        var bundles: UInt64
        var tiles: UInt64
    }

    /// Checks the export in `directory`; the first thing that is wrong is a `verificationFailed`.
    static func run(_ directory: String, keyFile: String?, policyFile: String? = nil, on console: Console) throws(Failure) {
        let report = try check(directory, keyFile: keyFile, policyFile: policyFile)
        try console.show(report) {
            [say(.ledgerVerified, String(report.size))] + (report.erased > 0 ? [say(.ledgerErased, String(report.erased))] : [])
                + (report.cosigners.map { [say(.ledgerCosigned, $0.joined(separator: ", "))] } ?? [])
        }
        if !report.keyWasGiven, !console.json { Console.hint(say(.ledgerKeyNotPinned)) }
    }

    static func check(_ directory: String, keyFile: String?, policyFile: String? = nil) throws(Failure) -> Report {
        try check(
            directory, pinnedKey: try keyFile.map { file throws(Failure) in try key(in: file) },
            policy: try policyFile.map { file throws(Failure) in try policy(in: file) })
    }

    /// - Parameters:
    ///   - pinnedKey: the log's key, where it is known.
    ///   - policy: the witnesses whose quorum must have cosigned.
    static func check(_ directory: String, pinnedKey pinned: VerifierKey?, policy: Policy?) throws(Failure) -> Report {
        do throws(SystemFault) {
            guard case .directory = try PathKind(directory) else { throw SystemFault(code: ENOTDIR) }
        } catch {
            throw .invalid(.cannotRead, directory, error.words)
        }
        let read: FileReader = { path in try contents(of: path, below: directory) }
        let seen = try seenBefore(pinned, read)
        let verifier = OfflineVerifier(pinnedKey: pinned, pinnedCheckpoint: seen, policy: policy, read: read)
        let found: OfflineVerifier.Report
        do throws(LedgerFormatError) {
            found = try verifier.verify { count, piece in DispatchQueue.concurrentPerform(iterations: count, execute: piece) }
        } catch {
            throw Failure(.verificationFailed, "\(say(.verificationFailed)): \(words(for: error))")
        }
        let checkpoint = found.checkpoint.checkpoint
        return Report(
            size: found.leafCount, root: checkpoint.root.base64, origin: checkpoint.origin.description, key: found.key.text,
            keyWasGiven: found.isKeyPinned, cosigners: policy.map { _ in found.checkpoint.cosignatures.map(\.key.name.description) },
            erased: found.tombstones.erasedCount, bundles: found.bundleCount, tiles: found.tileCount)
    }

    /// The pinned checkpoint that this export must continue; nil when there is none, and for an export that is older: old copies are not
    /// wrong, but the reader is told.
    private static func seenBefore(_ pinned: VerifierKey?, _ read: FileReader) throws(Failure) -> Checkpoint? {
        guard let pins = Pins.chosen(environment: Environment.filled), let bytes = try? read("checkpoint"),
            let note = try? SignedNote(parsing: bytes), let checkpoint = try? Checkpoint(parsing: note.text)
        else { return nil }
        guard let key = pinned ?? (try? read("log.vkey").flatMap({ try VerifierKeys(parsingLines: $0) }))?.keys.first,
            let pin = try pins.pin(for: key)
        else { return nil }
        guard pin.key == key else {
            // Who names the key knows better; the export's own word for it is not enough against what was seen.
            if pinned != nil { return nil }
            throw Pins.alarm(.pinOtherKey, name: "wrong-key", file: pins.file(of: key))
        }
        guard checkpoint.size >= pin.checkpoint.size else {
            Console.warn(say(.exportOlder, String(checkpoint.size), String(pin.checkpoint.size)))
            return nil
        }
        return pin.checkpoint
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
            // The largest file is a full bundle of the largest entries: 256 × (2 + 65,535) bytes.
            return try Bytes.all(of: file.descriptor, limit: 256 * 65_537)
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

    /// The stable code of what is wrong, and where.
    static func words(for error: LedgerFormatError) -> String {
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
