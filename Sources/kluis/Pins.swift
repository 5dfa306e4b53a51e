internal import Encodings
internal import Glibc
internal import TransparencyLog
internal import Wire

/// The last checkpoint that this account saw of each vault; everything seen later must continue it.
///
/// As `known_hosts` does for machines: the first sight is believed, every later one is checked. A vault that was put back to an older state, or
/// that shows two histories, agrees with itself and not with what was seen.
///
/// One file a vault, `<vault>.pin`, 0600: `kluis-pin/v1 LF`, the log's key with LF, the signed checkpoint; `<vault>.<key id>.pin` where the user
/// named another key than the vault's file has. Beside it one file a socket, `place-<digits>`: `kluis-place/v1 LF`, the socket with LF, the vault
/// that answered there with LF.
struct Pins {
    let path: String

    private static let header = "kluis-pin/v1"
    private static let limit = 2_000_000

    /// `KLUIS_PINS`, else `$XDG_STATE_HOME/kluis`, else `~/.local/state/kluis`; nil when none of them is named.
    ///
    /// Source: XDG Base Directory Specification 0.8, "Environment variables".
    static func chosen(environment: (String) -> String?) -> Pins? {
        if let named = environment("KLUIS_PINS") { return Pins(path: named) }
        if let base = environment("XDG_STATE_HOME"), base.hasPrefix("/") { return Pins(path: "\(base)/kluis") }
        if let home = environment("HOME"), home.hasPrefix("/") { return Pins(path: "\(home)/.local/state/kluis") }
        return nil
    }

    /// What was seen of a vault.
    struct Pin: Equatable {
        let key: VerifierKey
        let checkpoint: Checkpoint
        let note: SignedNote
    }

    /// What holds together the incarnations of one vault: `kluis/<vault>/<incarnation>` without its last part; other names as they are.
    static func vault(of key: VerifierKey) -> String {
        let parts = key.name.description.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "kluis" ? String(parts[1]) : key.name.description
    }

    func file(of key: VerifierKey) -> String { "\(path)/\(Pins.fileName(of: key)).pin" }

    /// Where the log is remembered of which the user named the key.
    ///
    /// The vault's own file, unless that holds another key: who names a key knows better than what was seen, and what was seen stays.
    func file(ofNamed key: VerifierKey) throws(Failure) -> String {
        let own = file(of: key)
        let pin = try pin(in: own)
        if pin?.key == key { return own }
        let named = file(beside: key)
        // When the vault's file was put away, what was remembered beside it goes on counting.
        if pin == nil, try self.pin(in: named) == nil { return own }
        return named
    }

    /// Where a log is remembered of which the user named the key, when the vault's own file holds another.
    func file(beside key: VerifierKey) -> String {
        let id = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: key.keyID >> $0) }
        return "\(path)/\(Pins.fileName(of: key)).\(Hexadecimal.text(id)).pin"
    }

    private static func fileName(of key: VerifierKey) -> String {
        // Anything in a name that a file's name should not have becomes an underscore.
        let name = Pins.vault(of: key).utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            return isPlain ? Character(Unicode.Scalar(byte)) : "_"
        }
        return String(name.prefix(200))
    }

    /// The pin of the vault with this key; nil when there is none.
    ///
    /// A pin that does not verify is an alarm: whoever removes a pin may choose what is seen first.
    func pin(for key: VerifierKey) throws(Failure) -> Pin? { try pin(in: file(of: key)) }

    /// What is remembered of the log of a vault that shows this key.
    struct Memory: Equatable {
        /// In the vault's own file; of this key or another.
        let own: Pin?
        /// Beside it, of this key, which the user named.
        let named: Pin?
    }

    func memory(of key: VerifierKey) throws(Failure) -> Memory {
        let named = try pin(in: file(beside: key))
        return Memory(own: try pin(for: key), named: named?.key == key ? named : nil)
    }

    func pin(in file: String) throws(Failure) -> Pin? {
        let bytes: [UInt8]
        do throws(SystemFault) { bytes = try Bytes.all(ofFile: file, limit: Pins.limit) } catch {
            if error.code == ENOENT { return nil }
            throw .invalid(.cannotRead, file, error.words)
        }
        let parts = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, String(decoding: parts[0], as: UTF8.self) == Pins.header,
            let pinned = try? VerifierKey(parsing: parts[1]), let note = try? SignedNote(parsing: Array(parts[2])),
            let verified = try? VerifiedCheckpoint.verify(note, log: VerifierKeys(pinned))
        else { throw Pins.alarm(.pinBroken, file, name: "broken-pin", file: file) }
        return Pin(key: pinned, checkpoint: verified.checkpoint, note: note)
    }

    /// Keeps what was seen.
    ///
    /// - Parameter old: what it was held against.
    /// - Returns: false, and nothing is kept, when another run kept something else meanwhile: hold it against that too.
    func keep(_ pin: Pin, after old: Pin?, in file: String) throws(Failure) -> Bool {
        do throws(SystemFault) {
            try Pins.makeDirectories(path)
            let lock = try OpenFile("\(path)/lock", O_RDWR | O_CREAT | O_NOFOLLOW)
            guard flock(lock.descriptor, LOCK_EX) == 0 else { throw .last }
            let other: Result<Pin?, Failure> = Result { () throws(Failure) in try self.pin(in: file) }
            guard case .success(let other) = other, other == old else { return false }
            try StateFile.write(Array("\(Pins.header)\n\(pin.key.text)\n".utf8) + pin.note.bytes, to: file)
            return true
        } catch { throw .invalid(.cannotWrite, file, error.words) }
    }

    // MARK: - Which vault answers where

    private static let placeHeader = "kluis-place/v1"

    func file(ofPlace socket: String) -> String { "\(path)/place-\(Runtime.digits(of: socket))" }

    /// The vault that answered at this socket last; nil when none did.
    func vault(at socket: String) throws(Failure) -> String? {
        let file = file(ofPlace: socket)
        let bytes: [UInt8]
        do throws(SystemFault) { bytes = try Bytes.all(ofFile: file, limit: 4096) } catch {
            if error.code == ENOENT { return nil }
            throw .invalid(.cannotRead, file, error.words)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == Pins.placeHeader, !lines[2].isEmpty, lines[3].isEmpty else {
            throw Pins.alarm(.pinBroken, file, name: "broken-pin", file: file)
        }
        // A file of another socket says nothing about this one, whatever its name.
        return lines[1] == socket ? String(lines[2]) : nil
    }

    /// Demands that no other vault answered at this socket last.
    func checkPlace(of key: VerifierKey, at socket: String) throws(Failure) {
        guard let known = try vault(at: socket), known != Pins.vault(of: key) else { return }
        throw Pins.alarm(.pinOtherVault, Pins.vault(of: key), known, name: "other-vault", file: file(ofPlace: socket))
    }

    private func keep(vault: String, at socket: String) throws(Failure) {
        let file = file(ofPlace: socket)
        do throws(SystemFault) {
            try StateFile.write(Array("\(Pins.placeHeader)\n\(socket)\n\(vault)\n".utf8), to: file)
        } catch { throw .invalid(.cannotWrite, file, error.words) }
    }

    private static func makeDirectories(_ path: String) throws(SystemFault) {
        for (index, character) in zip(path.indices, path) where character == "/" && index > path.startIndex {
            try Paths.makeDirectory(String(path[..<index]))
        }
        try Paths.makeDirectory(path)
    }

    /// What does not continue what was seen: by name, with what to do.
    static func alarm(_ phrase: Phrase, _ values: String..., name: String, file: String) -> Failure {
        let words = Catalogue.fill(say.phrases[phrase] ?? phrase.rawValue, values)
        return Failure(
            .verificationFailed, "\(say(.pinAlarm)): \(words) (\(name))", hints: [say(.hintPinAlarm), say(.hintPinFile, file)])
    }

    /// Holds a checkpoint against the pin of its vault, and pins it.
    ///
    /// - Parameters:
    ///   - key: the log's key as it is shown now.
    ///   - pins: where this account remembers; nil when it has no place for that.
    ///   - before: what was remembered before the checkpoint was fetched; another run may have fetched and kept a later one since. That is no
    ///     alarm, as long as the later one is shown to continue this one.
    ///   - socket: where the vault answers. Names come from whoever signs, so a log under a new name would otherwise be a first sight.
    ///   - proof: gives the consistency proof from a size to a checkpoint, which may be the later one.
    /// - Throws: `verificationFailed` when it does not verify, or does not continue what was seen.
    static func check(
        _ note: SignedNote, key: VerifierKey, pins: Pins? = chosen(environment: Environment.filled), before: Memory?,
        at socket: String? = nil,
        proof: (_ old: UInt64, _ checkpoint: Checkpoint) async throws -> [Hash]
    ) async throws {
        let checkpoint: Checkpoint
        do { checkpoint = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint } catch {
            throw Failure.unverified(error.code)
        }
        guard let pins else { return Console.warn(say(.pinNowhere)) }
        let file = pins.file(of: key)
        let seen = Pin(key: key, checkpoint: checkpoint, note: note)
        // What was seen of this key under its name counts here too: it has to be continued, and makes this no first sight.
        if let named = before?.named { try await hold(checkpoint, of: key, against: named, file: pins.file(beside: key), proof: proof) }
        // More than once only when another run of this account kept something in between.
        var pin = before?.own
        while true {
            if let pin, pin != before?.own, pin.key == key, pin.checkpoint.size > checkpoint.size {
                // Overtaken: the later one stays, if it is of the same history.
                try await hold(pin.checkpoint, of: key, against: seen, file: file, proof: proof)
                break
            } else if let pin {
                try await hold(checkpoint, of: key, against: pin, file: file, proof: proof)
            } else if before?.named == nil {
                if let socket { try pins.checkPlace(of: key, at: socket) }
                Console.hint(say(.pinFirst, key.name.description, String(checkpoint.size)))
            }
            if try pins.keep(seen, after: pin, in: file) { break }
            pin = try pins.pin(for: key)
        }
        if let socket, try pins.vault(at: socket) != vault(of: key) { try pins.keep(vault: vault(of: key), at: socket) }
    }

    /// Demands that a checkpoint continues what was seen.
    ///
    /// - Parameter file: where that is kept; an alarm names it.
    static func hold(
        _ new: Checkpoint, of key: VerifierKey, against pin: Pin, file: String,
        proof: (_ old: UInt64, _ checkpoint: Checkpoint) async throws -> [Hash]
    ) async throws {
        let old = pin.checkpoint
        guard pin.key == key else { throw alarm(.pinOtherKey, name: "wrong-key", file: file) }
        guard new.size >= old.size else {
            throw alarm(.pinRolledBack, String(new.size), String(old.size), name: "truncated", file: file)
        }
        if new.size == old.size {
            guard new.root == old.root else { throw alarm(.pinFork, String(old.size), name: "same-size-fork", file: file) }
        } else if old.size > 0 {
            let hashes = try await proof(old.size, new)
            do {
                try MerkleProof.verifyConsistency(
                    oldSize: old.size, oldRoot: old.root, newSize: new.size, newRoot: new.root, proof: hashes)
            } catch { throw alarm(.pinFork, String(old.size), name: "fork", file: file) }
        }
    }
}
