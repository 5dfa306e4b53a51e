import Foundation
import TLogConformance
import Testing
import TransparencyLog

@testable import Witnessing

/// A witness in a fresh directory, gone with this value.
private final class Place {
    let path: String
    var folder: WitnessFolder { WitnessFolder(path: path) }

    init() throws {
        path = "/tmp/kw-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func make(trusting log: SampleLog? = nil) throws -> VerifierKey {
        let key = try WitnessFolder.make(path, name: "w.example/1")
        if let log { try folder.trust(log.signer.key) }
        return key
    }

    func mode(_ name: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int)
    }
}

@Suite struct KeptWitnessTests {
    private let log: SampleLog

    init() throws { log = try SampleLog(count: 20) }

    private func first(_ log: SampleLog, at size: UInt64) throws -> [UInt8] {
        try AddCheckpointRequest(oldSize: 0, proof: [], note: try log.note(at: size)).body
    }

    @Test func aWitnessHasAKeyOfItsOwnThatOnlyItsAccountCanRead() throws {
        let place = try Place(), other = try Place()
        let key = try place.make()
        #expect(key.algorithm == .timestampedCosignature && key.name == KeyName("w.example/1"))
        #expect(try other.make() != key)
        #expect(try place.mode("witness.key") == 0o600)
        #expect(try place.mode("state") == 0o600)
        #expect(try place.folder.publicKey() == key)
        #expect(try place.folder.signer().key == key)
        // The seed stands in no other file.
        let seed = try Data(contentsOf: URL(filePath: "\(place.path)/witness.key")).suffix(32)
        for name in try FileManager.default.contentsOfDirectory(atPath: place.path) where name != "witness.key" {
            #expect(try Data(contentsOf: URL(filePath: "\(place.path)/\(name)")).range(of: seed) == nil)
        }
        #expect(throws: WitnessingError.exists) { try place.make() }
        #expect(try place.folder.signer().key == key)
        #expect(throws: WitnessingError.badName) { try WitnessFolder.make("\(place.path)-2", name: "with space") }
    }

    /// Between its first file and its key, a witness that a crash left half-made has seen nothing and can be made whole.
    @Test func whatWasLeftHalfMadeIsMadeWhole() throws {
        let place = try Place()
        let lost = try place.make()
        for name in ["witness.key", "witness.vkey"] { try FileManager.default.removeItem(atPath: "\(place.path)/\(name)") }
        #expect(try place.make() != lost)
        #expect(try place.folder.signer().key == place.folder.publicKey())
        // A memory whose key is gone is not made over: whoever relied on it would not hear of what it saw. Nor is a list of logs.
        func remains(_ change: () throws -> Void) throws {
            try FileManager.default.removeItem(atPath: "\(place.path)/witness.key")
            try change()
            let before = try Data(contentsOf: URL(filePath: "\(place.path)/state"))
            #expect(throws: WitnessingError.exists) { try place.make() }
            #expect(try Data(contentsOf: URL(filePath: "\(place.path)/state")) == before)
        }
        try place.folder.trust(log.signer.key)
        do { #expect(try KeptWitness(place.folder).answer(first(log, at: 5), time: 1).response.status == 200) }
        let key = try Data(contentsOf: URL(filePath: "\(place.path)/witness.key"))
        try remains { try Data().write(to: URL(filePath: "\(place.path)/logs.vkey")) }
        try key.write(to: URL(filePath: "\(place.path)/witness.key"))
        try remains {
            try Data("\(log.signer.key.text)\n".utf8).write(to: URL(filePath: "\(place.path)/logs.vkey"))
            try Data(WitnessState().serialized).write(to: URL(filePath: "\(place.path)/state"))
        }
    }

    /// Whenever it was interrupted, there is a private key only when everything else is there; until then the next attempt makes it whole.
    @Test(arguments: ["logs.vkey", "state", "witness.vkey", "witness.key"]) func anInterruptedBeginningIsBegunAnew(_ file: String) throws {
        let place = try Place()
        // A full directory in the way of a file; a crash just before it would do the same.
        let inTheWay = "\(place.path)/\(file).new"
        try FileManager.default.createDirectory(
            atPath: "\(inTheWay)/x", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        #expect(throws: WitnessingError.self) { try place.make() }
        #expect(throws: WitnessingError.missing("\(place.path)/witness.key")) { try place.folder.publicKey() }
        try FileManager.default.removeItem(atPath: inTheWay)
        let key = try place.make()
        #expect(try place.folder.publicKey() == key && place.folder.signer().key == key)
    }

    @Test func aKeyThatOthersCouldReadOrThatIsAltered() throws {
        let place = try Place()
        try place.make()
        let file = "\(place.path)/witness.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        #expect(throws: WitnessingError.notPrivate(file)) { try KeptWitness(place.folder) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let good = try Data(contentsOf: URL(filePath: file))
        for change in [good.dropLast(), good + Data([0]), good.prefix(20), Data(), Data(good.dropLast(32)) + Data(repeating: 1, count: 32)]
        {
            try Data(change).write(to: URL(filePath: file))
            #expect(throws: WitnessingError.malformed(file)) { try KeptWitness(place.folder) }
        }
        try good.write(to: URL(filePath: file + ".away"))
        try FileManager.default.removeItem(atPath: file)
        #expect(throws: WitnessingError.missing(file)) { try KeptWitness(place.folder) }
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: file + ".away")
        #expect(throws: WitnessingError.notPrivate(file)) { try KeptWitness(place.folder) }
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: place.path)
        #expect(throws: WitnessingError.notPrivate(place.path)) { try KeptWitness(place.folder) }
    }

    @Test func aStateThatIsGoneOrBrokenIsNotABeginning() throws {
        let place = try Place()
        try place.make(trusting: log)
        let state = "\(place.path)/state"
        do {
            let witness = try KeptWitness(place.folder)
            #expect(try witness.answer(first(log, at: 5), time: 9).response.status == 200)
        }
        let good = try Data(contentsOf: URL(filePath: state))
        try Data(good.dropLast()).write(to: URL(filePath: state))
        #expect(throws: WitnessingError.malformed(state)) { try KeptWitness(place.folder) }
        try Data().write(to: URL(filePath: state))
        #expect(throws: WitnessingError.malformed(state)) { try KeptWitness(place.folder) }
        try FileManager.default.removeItem(atPath: state)
        #expect(throws: WitnessingError.missing(state)) { try KeptWitness(place.folder) }
        #expect(throws: WitnessingError.exists) { try place.make() }
    }

    @Test func thereIsOneOfAWitnessAtATime() throws {
        let place = try Place()
        try place.make(trusting: log)
        do {
            let witness = try KeptWitness(place.folder)
            #expect(throws: WitnessingError.held) { try KeptWitness(place.folder) }
            #expect(throws: WitnessingError.held) { try place.folder.trust(self.log.signer.key) }
            #expect(witness.logs.count == 1)
        }
        _ = try KeptWitness(place.folder)
    }

    @Test func aLogIsTrustedUnderOneKey() throws {
        let place = try Place()
        let own = try place.make(trusting: log)
        try place.folder.trust(log.signer.key)
        #expect(try place.folder.logs() == [log.signer.key])
        #expect(throws: WitnessingError.badLogKey) { try place.folder.trust(try SampleLog(seed: 9).signer.key) }
        #expect(throws: WitnessingError.badLogKey) { try place.folder.trust(own) }
        let other = try SampleLog(name: "other.example/log")
        try place.folder.trust(other.signer.key)
        #expect(try KeptWitness(place.folder).logs.count == 2)
    }

    @Test func whatWasCosignedIsRememberedByTheNextRun() throws {
        let place = try Place()
        let key = try place.make(trusting: log)
        do {
            let witness = try KeptWitness(place.folder)
            let answer = try witness.answer(first(log, at: 5), time: 9)
            #expect(answer.cosigned?.size == 5)
            var note = try SignedNote(text: try log.note(at: 5).text)
            for line in answer.response.body.split(separator: 0x0A) { try note.append(try NoteSignature(parsingLine: line)) }
            #expect(try note.verified(by: VerifierKeys(key)).signatures.map(\.time) == [9])
        }
        let next = try KeptWitness(place.folder)
        let refused = try next.answer(first(log, at: 4), time: 9)
        #expect(refused.refusal == .wrongOldSize(known: 5) && refused.response.conflictingSize == 5 && refused.cosigned == nil)
    }

    @Test func aStateThatCannotBeWrittenEndsTheSigning() throws {
        let place = try Place()
        try place.make(trusting: log)
        let witness = try KeptWitness(place.folder)
        // A directory in the way of the new state; a full disk would do the same.
        try FileManager.default.createDirectory(atPath: "\(place.path)/state.new", withIntermediateDirectories: false)
        #expect(throws: WitnessingError.self) { try witness.answer(try self.first(self.log, at: 5), time: 1) }
        try FileManager.default.removeItem(atPath: "\(place.path)/state.new")
        // What the disk holds is not known any more; another tree would be cosigned beside the first.
        #expect(throws: WitnessingError.retired) { try witness.answer(try self.first(self.log, at: 5), time: 1) }
        #expect(try place.folder.state().heads.isEmpty)
    }

    @Test func aForkIsKeptAsEvidenceOnce() throws {
        let place = try Place()
        try place.make(trusting: log)
        let witness = try KeptWitness(place.folder)
        let fork = try SampleLog(count: 20) { Array("fork \($0)".utf8) }
        #expect(try witness.answer(first(log, at: 5), time: 1).response.status == 200)
        let body = try AddCheckpointRequest(oldSize: 5, proof: [], note: try fork.note(at: 5)).body
        let file = try #require(try witness.answer(body, time: 1).evidence)
        #expect(try witness.answer(body, time: 1).evidence == file)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/forks") == ["0.note"])
        let kept = try SignedNote(parsing: Array(try Data(contentsOf: URL(filePath: file))))
        #expect(try VerifiedCheckpoint.verify(kept, log: VerifierKeys(log.signer.key)).checkpoint.root == fork.root(at: 5))
    }

    /// Lines that nobody verified, and lines that stand there twice, make no new evidence of one checkpoint: there is room for 256.
    @Test func oneCheckpointIsKeptOnceWhateverStandsBelowIt() throws {
        let place = try Place()
        try place.make(trusting: log)
        let witness = try KeptWitness(place.folder)
        #expect(try witness.answer(first(log, at: 5), time: 1).response.status == 200)
        let honest = try log.note(at: 9)
        var files: Set<String> = []
        for extra in [[], ["— x AAAAAAE=\n"], ["— x AAAAAAI=\n"], [String(decoding: honest.signatures[0].line, as: UTF8.self)]] {
            var note = honest
            for line in extra { try note.append(try NoteSignature(parsingLine: Array(line.utf8).dropLast()[...])) }
            let answer = try witness.answer(try AddCheckpointRequest(oldSize: 5, proof: [], note: note).body, time: 1)
            #expect(answer.refusal == .badProof)
            files.insert(try #require(answer.evidence))
        }
        #expect(files == ["\(place.path)/evidence/0.note"])
        #expect(Array(try Data(contentsOf: URL(filePath: "\(place.path)/evidence/0.note"))) == honest.bytes)
    }

    /// Anybody can send honest checkpoints without a proof until no more of them are kept. What convicts the log is kept all the same.
    @Test func aForkIsKeptHoweverMuchElseWas() throws {
        let place = try Place()
        let log = try SampleLog(count: 300)
        try place.make(trusting: log)
        let witness = try KeptWitness(place.folder)
        #expect(try witness.answer(first(log, at: 5), time: 1).response.status == 200)
        var last: String?
        for size in UInt64(6)...262 {
            let answer = try witness.answer(try AddCheckpointRequest(oldSize: 5, proof: [], note: try log.note(at: size)).body, time: 1)
            #expect(answer.refusal == .badProof)
            last = answer.evidence
        }
        #expect(last == nil, "there is room for 256 of them")
        let fork = try SampleLog(count: 5) { Array("fork \($0)".utf8) }
        let answer = try witness.answer(try AddCheckpointRequest(oldSize: 5, proof: [], note: try fork.note(at: 5)).body, time: 1)
        #expect(answer.refusal == .sameSizeFork(size: 5))
        let file = try #require(answer.evidence)
        #expect(Array(try Data(contentsOf: URL(filePath: file))) == (try fork.note(at: 5)).bytes)
    }
}
