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
        /// Entries erased under tombstones.
        var erased: UInt64
        var bundles: UInt64
        var tiles: UInt64
    }

    /// Checks the export in `directory`; the first thing that is wrong is a `verificationFailed`.
    static func run(_ directory: String, keyFile: String?, on console: Console) throws(Failure) {
        let report = try check(directory, keyFile: keyFile)
        try console.show(report) {
            [say(.ledgerVerified, String(report.size))] + (report.erased > 0 ? [say(.ledgerErased, String(report.erased))] : [])
        }
        if !report.keyWasGiven, !console.json { Console.hint(say(.ledgerKeyNotPinned)) }
    }

    static func check(_ directory: String, keyFile: String?) throws(Failure) -> Report {
        do throws(SystemFault) {
            guard case .directory = try PathKind(directory) else { throw SystemFault(code: ENOTDIR) }
        } catch {
            throw .invalid(.cannotRead, directory, error.words)
        }
        let pinned = try keyFile.map { file throws(Failure) in try key(in: file) }
        let verifier = OfflineVerifier(pinnedKey: pinned) { path in try contents(of: path, below: directory) }
        let found: OfflineVerifier.Report
        do throws(LedgerFormatError) {
            found = try verifier.verify { count, piece in DispatchQueue.concurrentPerform(iterations: count, execute: piece) }
        } catch {
            throw Failure(.verificationFailed, "\(say(.verificationFailed)): \(words(for: error))")
        }
        let checkpoint = found.checkpoint.checkpoint
        return Report(
            size: found.leafCount, root: checkpoint.root.base64, origin: checkpoint.origin.description, key: found.key.text,
            keyWasGiven: found.isKeyPinned, erased: found.tombstones.erasedCount, bundles: found.bundleCount, tiles: found.tileCount)
    }

    private static func contents(of path: String, below directory: String) throws(SystemFault) -> [UInt8]? {
        do throws(SystemFault) {
            // The largest file is a full bundle of the largest entries: 256 × (2 + 65,535) bytes.
            return try Bytes.all(ofFile: "\(directory)/\(path)", limit: 256 * 65_537)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    private static func key(in file: String) throws(Failure) -> VerifierKey {
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
