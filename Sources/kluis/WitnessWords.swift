internal import Encodings
internal import Glibc
internal import LedgerFormat
internal import TransparencyLog
internal import Wire
internal import Witnessing

/// What the witness commands say, to people and to tools.
enum WitnessWords {
    struct KeyDocument: Codable { var key: String }

    struct AnswerDocument: Codable {
        var status: Int
        var size: UInt64?
        /// Signature lines.
        var lines: String
    }

    struct WitnessDocument: Codable {
        struct Log: Codable {
            var origin: String
            var key: String
            var size: UInt64?
            /// base64.
            var root: String?
            /// Seconds since 1970.
            var time: UInt64?
        }
        var key: String
        var logs: [Log]
    }

    /// Runs `body` and turns what goes wrong into a failure.
    static func telling<R>(_ body: () throws(WitnessingError) -> R) throws(Failure) -> R {
        do { return try body() } catch { throw failure(error) }
    }

    static func failure(_ error: WitnessingError) -> Failure {
        switch error {
        case .exists: Failure(.conflict, say(.witnessExists))
        case .missing(let path): Failure(.notFound, say(.witnessMissing, path), hints: [say(.hintWitnessMissing)])
        case .notPrivate(let path): Failure(.invalid, say(.witnessNotPrivate, path), hints: ["chmod 700 / 600"])
        case .malformed(let path): Failure(.verificationFailed, say(.witnessMalformed, path), hints: [say(.hintWitnessMissing)])
        case .held: Failure(.conflict, say(.witnessHeld))
        case .system(let path, let code): Failure(.internal, say(.cannotWrite, path, SystemFault(code: code).words))
        case .badName: .invalid(.witnessBadName)
        case .badLogKey: .invalid(.witnessBadLogKey)
        case .retired: Failure(.internal, say(.witnessRetired), hints: [say(.hintWitnessRetired)])
        case .key: Failure(.internal, say(.witnessKeyFailed))
        }
    }

    /// A refusal, by name, with what to do next.
    ///
    /// - Parameter isExport: whether the request was made here, from an export and from the size that was cosigned last.
    static func failure(_ reason: Witness.Reason, evidence: String?, isExport: Bool) -> Failure {
        let words = say(phrase(reason)) + " (\(reason.code))"
        var hints = evidence.map { [say(.witnessEvidence, $0)] } ?? []
        switch reason {
        case .malformed, .oldSizeAboveNew: return Failure(.invalid, words)
        case .unknownOrigin: return Failure(.notFound, words, hints: [say(.hintWitnessTrust)])
        // From an export that begins at another size only when it does not reach so far.
        case .wrongOldSize(let known) where isExport:
            return Failure(.conflict, say(.witnessExportOlder, String(known)), hints: [say(.hintWitnessExportOlder)])
        case .wrongOldSize(let known): return Failure(.conflict, words, hints: [say(.hintWitnessSize, String(known))])
        case .badSignature: return Failure(.verificationFailed, words)
        case .sameSizeFork, .badProof:
            // The log signed two trees; or somebody sent what does not show that it did not.
            if case .badProof = reason { hints.append(say(.hintWitnessProof)) } else { hints.append(say(.hintWitnessFork)) }
            return Failure(.verificationFailed, words, hints: hints)
        }
    }

    private static func phrase(_ reason: Witness.Reason) -> Phrase {
        switch reason {
        case .malformed: .witnessMalformedRequest
        case .unknownOrigin: .witnessUnknownLog
        case .badSignature: .witnessBadSignature
        case .oldSizeAboveNew: .witnessOldAboveNew
        case .wrongOldSize: .witnessWrongOldSize
        case .sameSizeFork: .witnessSameSizeFork
        case .badProof: .witnessBadProof
        }
    }

    /// A line for the witness's own operator: what was asked and answered, and nothing out of the request but checked numbers.
    static func remark(on answer: KeptWitness.Answer) -> String {
        if let checkpoint = answer.cosigned { return "cosigned \(checkpoint.origin) \(checkpoint.size) \(checkpoint.root.base64)" }
        let name = answer.refusal?.code ?? "-"
        return "refused \(answer.response.status) \(name)" + (answer.evidence.map { " evidence \($0)" } ?? "")
    }

    /// The request that an export makes for this witness: from the size that it saw last.
    static func request(from directory: String, for witness: KeptWitness) throws(Failure) -> [UInt8] {
        let read: FileReader = { try OfflineVerification.contents(of: $0, below: directory) }
        do throws(TransparencyLogError) {
            guard let bytes = try? OfflineVerification.contents(of: "checkpoint", below: directory) else {
                throw .missing(path: "checkpoint")
            }
            let note = try SignedNote(parsing: bytes)
            let checkpoint = try Checkpoint(parsing: note.text)
            let known = min(witness.heads[checkpoint.origin]?.checkpoint.size ?? 0, checkpoint.size)
            var proof: [Hash] = []
            if known > 0 {
                var log = try StoredLog(checkpoint: checkpoint, read: read)
                proof = try log.consistencyProof(from: known)
            }
            return try AddCheckpointRequest(oldSize: known, proof: proof, note: note).body
        } catch {
            throw Failure(.verificationFailed, "\(say(.verificationFailed)): \(OfflineVerification.words(for: .log(error)))")
        }
    }
}

/// The time of cosignatures.
enum WitnessClock {
    /// Seconds since 1970.
    static var seconds: UInt64 { UInt64(clamping: time(nil)) }

    /// The last second of the year 9999, the last that RFC 3339 can write.
    static let last: UInt64 = 253_402_300_799

    /// RFC 3339, in UTC; nil for a time that has no such text. Whoever holds a witness's key can sign any.
    static func text(_ seconds: UInt64) -> String? {
        guard seconds <= last else { return nil }
        var time = time_t(seconds)
        // SAFETY: plain numbers, and both live for the call; the pointer to the zone's name is not read.
        var parts = unsafe tm()
        guard unsafe gmtime_r(&time, &parts) != nil else { return nil }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        return "\(year)-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):\(two(second))Z"
    }
}

/// Files that stay between runs.
enum StateFile {
    /// Puts a file in place whole or not at all, and returns when it is durable.
    ///
    /// - Parameter mode: permission bits; else for this account only.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(SystemFault) {
        let part = "\(path).\(Hexadecimal.text(randomBytes(8)))"
        do throws(SystemFault) {
            let file = try OpenFile(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            try Bytes.write(bytes, to: file.descriptor)
            guard fchmod(file.descriptor, mode) == 0 else { throw .last }
            try file.sync()
            try Paths.rename(part, path)
        } catch {
            Paths.remove(part)
            throw error
        }
        try Paths.sync(folder: Paths.folder(of: path))
    }
}
