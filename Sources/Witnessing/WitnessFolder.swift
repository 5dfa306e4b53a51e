public import TransparencyLog

/// A witness on disk: one directory, one key, one memory of what was cosigned.
///
/// Files: `witness.key` (private, 0600), `witness.vkey` (to hand out), `logs.vkey` (whom it witnesses, one key a line), `state` (the last
/// cosigned checkpoint of each log), `lock`, `forks/` (checkpoints that a log signed of a size that it was cosigned for with another root), `evidence/`
/// (checkpoints that were not shown to continue the cosigned one).
///
/// One directory is one witness: copying it, or putting an old one back, makes a witness that forgets. That cannot be found from within.
public struct WitnessFolder: Sendable {
    /// The most bytes of the list of logs: 1,000,000.
    public static let maximumLogsByteCount = 1_000_000
    static let maximumStateByteCount = 64 << 20
    /// Checkpoints kept in each of the two folders.
    static let maximumEvidenceCount = 256

    public let path: String

    public init(path: String) { self.path = path }

    private var keyFile: String { "\(path)/witness.key" }
    private var publicKeyFile: String { "\(path)/witness.vkey" }
    private var logsFile: String { "\(path)/logs.vkey" }
    private var stateFile: String { "\(path)/state" }

    /// Makes a witness that has seen nothing, with a key of its own.
    ///
    /// - Parameter name: the name in its signatures, such as `debrug.example/witness`: a URL without a scheme is recommended.
    /// - Returns: the verifier key, to be handed to whoever relies on this witness.
    /// - Throws: `exists`, `badName`, `notPrivate`, `system`, `key`.
    public static func make(_ path: String, name: String) throws(WitnessingError) -> VerifierKey {
        guard let name = KeyName(name) else { throw .badName }
        let folder = WitnessFolder(path: path)
        try GuardedFiles.makeDirectory(path)
        try GuardedFiles.checkDirectory(path)
        let lock = try WitnessLock("\(path)/lock")
        defer { withExtendedLifetime(lock) {} }
        guard !GuardedFiles.exists(folder.keyFile) else { throw .exists }
        // What a crash left half-made has seen nothing; a memory of anything is another matter, whatever became of its key.
        if GuardedFiles.exists(folder.stateFile) {
            guard try folder.state().heads.isEmpty, try folder.logs().isEmpty else { throw .exists }
        }
        // ORDER: the private key comes last, so that a half-made witness has no key to sign with, and the next attempt begins anew.
        try GuardedFiles.replace(folder.logsFile, in: path, with: [])
        try GuardedFiles.replace(folder.stateFile, in: path, with: WitnessState().serialized)
        return try WitnessKeyFile.make(folder.keyFile, in: path, name: name) { key throws(WitnessingError) in
            try GuardedFiles.replace(folder.publicKeyFile, in: path, mode: 0o644, with: Array("\(key.text)\n".utf8))
        }
    }

    /// The keys of the logs that are witnessed.
    ///
    /// - Throws: `missing`, `notPrivate`, `malformed`.
    public func logs() throws(WitnessingError) -> [VerifierKey] {
        let bytes = try GuardedFiles.contents(logsFile, limit: WitnessFolder.maximumLogsByteCount)
        guard !bytes.isEmpty else { return [] }
        do { return try VerifierKeys(parsingLines: bytes).keys } catch { throw .malformed(logsFile) }
    }

    /// Adds a log to those that are witnessed; one that is there already is no fault.
    ///
    /// - Throws: `held` while the witness is serving; `badLogKey` for a key that logs do not sign with, and for an origin that is known
    ///   with another key: a witness that accepted it would witness two logs under one name.
    public func trust(_ log: VerifierKey) throws(WitnessingError) {
        try GuardedFiles.checkDirectory(path)
        let lock = try WitnessLock("\(path)/lock")
        defer { withExtendedLifetime(lock) {} }
        let known = try logs()
        guard !known.contains(log) else { return }
        guard log.algorithm == .ed25519, !known.contains(where: { $0.name == log.name }) else { throw .badLogKey }
        try GuardedFiles.replace(logsFile, in: path, with: (known + [log]).flatMap { Array("\($0.text)\n".utf8) })
    }

    /// The witness's own key, without opening the private one.
    ///
    /// - Throws: `missing`, also when there is no private one to sign with; `notPrivate`, `malformed`.
    public func publicKey() throws(WitnessingError) -> VerifierKey {
        guard GuardedFiles.exists(keyFile) else { throw .missing(keyFile) }
        let bytes = try GuardedFiles.contents(publicKeyFile, limit: 1024)
        guard let lines = bytes[...].linesEndingInLineFeed(), lines.count == 1, let key = try? VerifierKey(parsing: lines[0]) else {
            throw .malformed(publicKeyFile)
        }
        return key
    }

    /// What was cosigned last. A state that is gone is never taken for one that is empty.
    ///
    /// - Throws: `missing`, `notPrivate`, `malformed`.
    public func state() throws(WitnessingError) -> WitnessState {
        let bytes = try GuardedFiles.contents(stateFile, limit: WitnessFolder.maximumStateByteCount)
        do { return try WitnessState(serialized: bytes) } catch { throw .malformed(stateFile) }
    }

    func lock() throws(WitnessingError) -> WitnessLock {
        try GuardedFiles.checkDirectory(path)
        return try WitnessLock("\(path)/lock")
    }

    func signer() throws(WitnessingError) -> NoteSigner { try WitnessKeyFile.signer(keyFile) }

    /// Returns when the state is durable.
    func persist(_ state: WitnessState) throws(WitnessingError) {
        try GuardedFiles.replace(stateFile, in: path, with: state.serialized)
    }

    /// Keeps a checkpoint that the log signed and that was refused; one that is kept already is kept once.
    ///
    /// - Parameter isFork: whether it convicts the log by itself. Only the log's own key makes such a note. The other kind anybody makes, who sends an
    ///   honest checkpoint without a proof: they lie apart, so that a folder full of these keeps no place from those.
    /// - Returns: the file, or nil when there are too many of its kind already.
    func keep(_ evidence: SignedNote, isFork: Bool) throws(WitnessingError) -> String? {
        let folder = "\(path)/\(isFork ? "forks" : "evidence")"
        try GuardedFiles.makeDirectory(folder)
        // Numbered, so that nothing from a request names a file and the folder has a largest size.
        for number in 0..<WitnessFolder.maximumEvidenceCount {
            let file = "\(folder)/\(number).note"
            if GuardedFiles.exists(file) {
                if try GuardedFiles.contents(file, limit: SignedNote.maximumByteCount) == evidence.bytes { return file }
            } else {
                try GuardedFiles.replace(file, in: folder, with: evidence.bytes)
                return file
            }
        }
        return nil
    }
}
