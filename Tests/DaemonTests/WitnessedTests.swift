import Foundation
import Synchronization
import Testing

/// The log as its outsiders have it: pinned, exported, proven, and cosigned by a real witness.
@Suite(.timeLimit(.minutes(4))) struct WitnessedTests {
    private let checkpoint = ["ledger", "checkpoint", "--purpose", "D8"]

    @Test func aVaultPutBackRaisesTheAlarm() async throws {
        let daemon = try await Kluisd.fresh()
        // Also before anybody asked for a checkpoint there is one to see.
        let first = try await daemon.kluis(["login", "otto", "--key", "\(daemon.keys)/otto"], account: "otto")
        #expect(first.status == 0 && first.errors.contains("first sight of the log kluis/"), "\(first.errors)")
        #expect(try await daemon.kluis(checkpoint).status == 0)
        #expect(try await daemon.stop() == 0)
        let old = daemon.directory + "/old"
        try await daemon.copyState(to: old)
        try await daemon.start()
        try await daemon.login("otto")
        for _ in 0..<6 {
            let next = try await daemon.kluis(checkpoint)
            #expect(next.status == 0 && !next.errors.contains("first sight"), "\(next.errors)")
        }
        #expect(try await daemon.stop() == 0)
        let pins = "\(daemon.directory)/home-otto/.local/state/kluis"
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: pins).first { $0.hasSuffix(".pin") })
        let pin = try Data(contentsOf: URL(fileURLWithPath: "\(pins)/\(file)"))
        #expect(try FileManager.default.attributesOfItem(atPath: "\(pins)/\(file)")[.posixPermissions] as? Int == 0o600)

        // Everything below the state directory as it was; database and exported log agree, so the daemon has nothing to complain about.
        try await daemon.putStateBack(from: old)
        try await daemon.start()
        try await daemon.login("otto")
        let alarm = try await daemon.kluis(checkpoint)
        #expect(alarm.status == 5 && alarm.text.isEmpty, "\(alarm.errors)")
        #expect(alarm.errors.contains("alarm: this log is not the one that you saw before") && alarm.errors.contains("(truncated)"))
        #expect(alarm.errors.contains("call the privacy officer"))
        let dutch = try await daemon.kluis(checkpoint, lang: "nl")
        #expect(dutch.status == 5 && dutch.errors.contains("het is teruggezet naar een oudere stand"), "\(dutch.errors)")
        for arguments in [
            ["verify", "--purpose", "D8"], ["prove", "0", "--purpose", "D8"], ["export", "\(daemon.directory)/x", "--purpose", "D8"],
        ] {
            let ended = try await daemon.kluis(["ledger"] + arguments)
            #expect(ended.status == 5 && ended.errors.contains("(truncated)"), "\(arguments): \(ended.errors)")
        }
        for arguments in [["status"], ["ledger", "show", "--last", "1", "--purpose", "D8"]] {
            let ended = try await daemon.kluis(arguments)
            #expect(
                ended.status == 5 && ended.errors.contains("alarm: this log is not the one") && !ended.text.isEmpty,
                "\(arguments): \(ended.errors)")
        }
        // Signing in goes on, so that somebody can look into it, and says so.
        let signedIn = try await daemon.kluis(["login", "otto", "--key", "\(daemon.keys)/otto"])
        #expect(signedIn.status == 0 && signedIn.errors.contains("warning: alarm: this log"), "\(signedIn.errors)")
        // Nor does it help to take the public copy away.
        let copy = daemon.state + "/ledger/checkpoint"
        try FileManager.default.moveItem(atPath: copy, toPath: copy + ".away")
        for arguments in [["status"], ["ledger", "verify", "--purpose", "D8"]] {
            let ended = try await daemon.kluis(arguments)
            #expect(ended.status == 5 && ended.errors.contains("it has 0 entries"), "\(arguments): \(ended.errors)")
        }
        try FileManager.default.moveItem(atPath: copy + ".away", toPath: copy)
        // Once it has outgrown what was seen, it is another history of the same name.
        var last = alarm
        for _ in 0..<40 where !last.errors.contains("(fork)") {
            last = try await daemon.kluis(checkpoint)
            #expect(last.status == 5, "\(last.errors)")
        }
        #expect(last.status == 5 && last.errors.contains("(fork)"), "\(last.errors)")
        // No alarm moved what is remembered, and somebody who never saw the old one is not alarmed.
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(pins)/\(file)")) == pin)
        try FileManager.default.createDirectory(atPath: "\(daemon.directory)/home-other", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(daemon.directory)/home-otto/run", toPath: "\(daemon.directory)/home-other/run")
        #expect(try await daemon.kluis(checkpoint, account: "other").status == 0)
    }

    @Test func anybodyWhoIsSignedInGetsThePublicCopyAndNothingElse() async throws {
        let daemon = try await Kluisd.fresh()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        try await daemon.login("kees", hat: "help")
        let copy = daemon.directory + "/copy"
        #expect(
            try await daemon.told(["ledger", "export", copy, "--published"], account: "kees").contains("exported to \(copy) and verified"))
        #expect(try await daemon.told(["ledger", "verify", "--offline", copy, "--key", "\(copy)/log.vkey"]).contains("entries verified"))
        let token = try await daemon.signIn("kees", hat: "help")
        for path in ["../vault.db", "vault.db", "tile/../../vault.db", "/etc/passwd", "", "checkpoint.new", "tile/0/000%00", "tile/0/0"] {
            let reply = try await daemon.ask("GET", "/v1/ledger/file?path=\(path)", as: token)
            #expect(reply.status == 404, "\(path): \(reply.text)")
        }
        let unnamed = try await daemon.ask("GET", "/v1/ledger/file", as: token)
        #expect(unnamed.status == 400 && unnamed.text.contains("path"), "\(unnamed.text)")
        #expect(try await daemon.ask("GET", "/v1/ledger/file?path=checkpoint").status == 401)
        // Who may not have a checkpoint signed is told so.
        let refused = try await daemon.kluis(checkpoint, account: "kees")
        #expect(refused.status == 1 || refused.status == 3, "\(refused.errors)")
        // A receipt stands on its own, and not for another line.
        let receipt = daemon.directory + "/r.tlog-proof"
        try await daemon.told(["ledger", "prove", "1", "--output", receipt, "--purpose", "D8"])
        #expect(
            try await daemon.told(["ledger", "verify", "--proof", receipt, "--key", "\(copy)/log.vkey"]).hasPrefix("entry 1 is in the log"))
        let text = try String(contentsOfFile: receipt, encoding: .utf8)
        for (from, to) in [("index 1\n", "index 0\n"), ("\nindex", "=\nindex")] {
            try text.replacingOccurrences(of: from, with: to).write(toFile: receipt, atomically: true, encoding: .utf8)
            let ended = try await daemon.kluis(["ledger", "verify", "--proof", receipt, "--key", "\(copy)/log.vkey"])
            #expect(ended.status == 5, "\(ended.errors)")
        }
        // A policy that names logs speaks of no others, whatever key is given beside it.
        try await daemon.told(["ledger", "prove", "1", "--output", receipt, "--purpose", "D8"])
        let own = try String(contentsOfFile: "\(copy)/log.vkey", encoding: .utf8)
        let other = try await Kluisd.fresh()
        let stranger = try String(contentsOfFile: other.state + "/ledger/log.vkey", encoding: .utf8)
        try "log \(stranger)quorum none\n".write(toFile: daemon.directory + "/other", atomically: true, encoding: .utf8)
        let foreign = try await daemon.kluis(
            ["ledger", "verify", "--proof", receipt, "--key", "\(copy)/log.vkey", "--policy", daemon.directory + "/other"])
        #expect(foreign.status == 5 && foreign.errors.contains("wrong-origin"), "\(foreign.errors)")
        try "log \(own)quorum none\n".write(toFile: daemon.directory + "/own", atomically: true, encoding: .utf8)
        let held = try await daemon.told(["ledger", "verify", "--proof", receipt, "--policy", daemon.directory + "/own"])
        #expect(held.hasPrefix("entry 1 is in the log"))
        let beyond = try await daemon.kluis(["ledger", "prove", "100000", "--purpose", "D8"])
        #expect(beyond.status == 3, "\(beyond.errors)")
    }

    @Test func aWitnessCosignsAnchorsAndMayBeAway() async throws {
        let daemon = try await Kluisd.fresh()
        try await daemon.login("otto")
        let none = try await daemon.told(["status", "--json"])
        #expect(none.contains(#""witnesses":0"#))
        try await daemon.told(checkpoint)
        #expect(try await daemon.told(["status"]).contains("unwitnessed since"))
        #expect(try await daemon.stop() == 0)

        let witness = try await WitnessProcess()
        try await witness.trust(daemon.state + "/ledger/log.vkey")
        let policy = try witness.policy()
        daemon.give(["--witnesses", policy])
        // Down: nothing waits for it but the one who asks for its cosignature, and the clock stands.
        try await daemon.start()
        try await daemon.login("otto")
        let alone = try await daemon.told(checkpoint)
        #expect(!alone.contains("— w.example/1 "))
        #expect(try await daemon.told(["status", "--json"]).contains(#""unwitnessedSince":"20"#))
        #expect(daemon.errors.contains("code=unreachable") && daemon.errors.contains("name=debrug"), "\(daemon.errors)")
        let before = try await daemon.kluis(["ledger", "verify", "--offline", daemon.state + "/ledger", "--policy", policy])
        #expect(before.status == 5 && before.errors.contains("quorum-not-reached"), "\(before.errors)")

        // Up: the cosignature stands on the checkpoint, in the export, and in a leaf.
        try await witness.start()
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        let status = try await daemon.told(["status", "--json"])
        #expect(
            status.contains(#""witnesses":1"#) && !status.contains("unwitnessedSince") && status.contains(#""unwitnessedEntries":0"#),
            "\(status)")
        #expect(!(try await daemon.told(["status"]).contains("unwitnessed since")))
        let copy = daemon.directory + "/copy"
        try await daemon.told(["ledger", "export", copy, "--published"])
        #expect(try String(contentsOfFile: copy + "/checkpoint", encoding: .utf8).contains("— w.example/1 "))
        let key = copy + "/log.vkey"
        #expect(
            try await daemon.told(["ledger", "verify", "--offline", copy, "--key", key, "--policy", policy]).contains(
                "cosigned by w.example/1"))
        #expect(try await daemon.told(["ledger", "show", "--last", "8", "--purpose", "D8"]).contains("cosigned"))
        // Another witness is no substitute.
        let other = try await WitnessProcess()
        let wrong = try await daemon.kluis(["ledger", "verify", "--offline", copy, "--key", key, "--policy", try other.policy()])
        #expect(wrong.status == 5 && wrong.errors.contains("quorum-not-reached"), "\(wrong.errors)")
        let receipt = daemon.directory + "/r.tlog-proof"
        try await daemon.told(["ledger", "prove", "2", "--output", receipt, "--purpose", "D8"])
        #expect(
            try await daemon.told(["ledger", "verify", "--proof", receipt, "--key", key, "--policy", policy]).contains(
                "cosigned by w.example/1"))
        let unproven = try await daemon.kluis(["ledger", "verify", "--proof", receipt, "--key", key, "--policy", try other.policy()])
        #expect(unproven.status == 5, "\(unproven.errors)")

        // The leaf's opening is public with the next checkpoint, and the verifier holds it against the log.
        try await daemon.told(["ledger", "export", copy, "--purpose", "D8"])
        let openings = try String(contentsOfFile: copy + "/openings", encoding: .utf8)
        #expect(openings.hasPrefix("kluis-openings/v1\n") && openings.split(separator: "\n").count >= 2)
        #expect(try await daemon.ledgerVerifies())

        // The witness dies and comes back; what was missed is caught up with one checkpoint.
        witness.kill()
        #expect(!(try await daemon.told(checkpoint).contains("— w.example/1 ")))
        #expect(try await daemon.told(["status", "--lang", "nl"]).contains("zonder getuigen sinds"))
        try await witness.start()
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        #expect(try await daemon.stop() == 0)
        #expect(
            try await daemon.kluis(["ledger", "verify", "--offline", daemon.state + "/ledger", "--key", key, "--policy", policy]).status
                == 0)

        // Put back: the witness has seen more, and the operator hears it by name.
        let old = daemon.directory + "/old"
        try await daemon.copyState(to: old)
        try await daemon.start()
        #expect(!(try await daemon.told(["status", "--json"]).contains("unwitnessedSince")))
        try await daemon.login("otto")
        for _ in 0..<6 { try await daemon.told(checkpoint) }
        #expect(try await daemon.stop() == 0)
        try await daemon.putStateBack(from: old)
        try await daemon.start()
        try await daemon.login("otto")
        #expect(try await daemon.kluis(checkpoint).status == 5)
        #expect(daemon.errors.contains("code=witness-ahead-"), "\(daemon.errors)")
        let back = try await daemon.kluis(["status", "--json"])
        #expect(back.status == 5 && back.text.contains("unwitnessedSince"), "\(back.errors)")
    }

    /// A witness without a network: an export goes there on a stick, a cosignature comes back.
    @Test func aCosignatureThatCameAsAFileIsExportedAnchoredAndCounted() async throws {
        let daemon = try await Kluisd.fresh()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        let copy = daemon.directory + "/copy", key = daemon.state + "/ledger/log.vkey", file = daemon.directory + "/cosignature"
        // Without a witness in its policy a vault takes nobody's.
        let witness = try await WitnessProcess(), other = try await WitnessProcess()
        for one in [witness, other] { try await one.trust(key) }
        func add(_ path: String, account: String = "otto") async throws -> Built.Ended {
            try await daemon.kluis(["ledger", "cosignature", "add", path, "--purpose", "D8"], account: account)
        }
        func cosign(_ witness: WitnessProcess, _ export: String, to file: String) async throws {
            let ended = try await Built.run(
                "kluis", ["ledger", "witness", "cosign", witness.folder, "--export", export, "--output", file])
            try #require(ended.status == 0, "\(ended.errors)")
        }
        try await daemon.told(["ledger", "export", copy, "--published"])
        try await cosign(other, copy, to: file)
        let nobody = try await add(file)
        #expect(nobody.status == 2 && nobody.errors.contains("no line is by a witness of this vault"), "\(nobody.errors)")
        #expect(try await daemon.stop() == 0)

        let policy = daemon.directory + "/policy"
        try "witness debrug \(witness.key) offline\nquorum debrug\n".write(toFile: policy, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: policy)
        daemon.give(["--witnesses", policy])
        try await daemon.start()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        #expect(!daemon.errors.contains("unreachable"), "\(daemon.errors)")
        try await daemon.told(["ledger", "export", copy, "--published"])
        let text = try String(contentsOfFile: copy + "/checkpoint", encoding: .utf8)
        try await cosign(other, copy, to: file)
        #expect(try await add(file).status == 2)
        try await cosign(witness, copy, to: file)
        let line = try String(contentsOfFile: file, encoding: .utf8)

        // Refused: who may not; what is none; another's text; a changed byte.
        try await daemon.login("kees", hat: "help")
        let kees = try await add(file, account: "kees")
        #expect(kees.status == 1 || kees.status == 3, "\(kees.errors)")
        for (wrong, sentence) in [
            ("", "no signature lines"), (text, "no line is by a witness"), (String(line.dropLast()), "no signature lines"),
            (line.replacingOccurrences(of: " ", with: "  "), "no signature lines"),
            (line.dropLast(6) + "AAB==\n", "no signature lines"),
            (line.replacingOccurrences(of: "w.example", with: "v.example"), "no line is by a witness"),
            (try flipped(line), "on no checkpoint of this log"),
            // On another tree of the same size.
            (try withAnotherRoot(text) + line, "on no checkpoint of this log"),
        ] {
            try wrong.write(toFile: daemon.directory + "/wrong", atomically: true, encoding: .utf8)
            let ended = try await add(daemon.directory + "/wrong")
            #expect(ended.status == 2 && ended.errors.contains(sentence), "\(wrong): \(ended.errors)")
        }
        #expect(try await daemon.told(["status", "--json"]).contains("unwitnessedSince"))

        let added = try await add(file)
        let size = text.split(separator: "\n")[1]
        #expect(added.status == 0 && added.text.contains("the checkpoint of \(size) entries"), "\(added.errors)")
        let status = try await daemon.told(["status", "--json"])
        #expect(!status.contains("unwitnessedSince") && status.contains(#""unwitnessedEntries":0"#), "\(status)")
        try await daemon.told(["ledger", "export", copy, "--published"])
        let verify = ["ledger", "verify", "--offline", copy, "--key", key, "--policy", policy]
        #expect(try await daemon.told(verify).contains("cosigned by w.example/1"))
        // Once is enough, as a line and as a whole checkpoint.
        try (text + line).write(toFile: daemon.directory + "/whole", atomically: true, encoding: .utf8)
        for again in [file, daemon.directory + "/whole"] {
            let ended = try await add(again)
            #expect(ended.status == 0 && ended.text.contains("already"), "\(ended.errors)")
        }
        let lines = try await daemon.told(["ledger", "show", "--last", "20", "--purpose", "D8"])
        #expect(lines.components(separatedBy: "system:witnesses").count == 2, "anchored once: \(lines)")
        #expect(lines.contains("add a cosignature"))

        // For a checkpoint that is no longer the newest: kept and anchored, and the figure counts from the next one.
        try await daemon.told(["ledger", "export", copy, "--purpose", "D8"])
        try await cosign(witness, copy, to: file)
        try await daemon.told(checkpoint)
        #expect(try await add(file).status == 0)
        let later = try await daemon.told(["status", "--json"])
        #expect(later.contains("unwitnessedSince") && !later.contains(#""unwitnessedEntries":0"#), "\(later)")
        #expect(try await daemon.told(["ledger", "show", "--last", "4", "--purpose", "D8"]).contains("system:witnesses"))
        try await daemon.told(["ledger", "export", copy, "--purpose", "D8"])
        #expect(try String(contentsOfFile: copy + "/openings", encoding: .utf8).split(separator: "\n").count == 3)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// The signature's last byte is another one; the spelling stays canonical.
    private func flipped(_ line: String) throws -> String {
        let parts = line.dropLast().split(separator: " ")
        var blob = try #require(Data(base64Encoded: String(parts[2])))
        blob[blob.endIndex - 1] ^= 1
        return "\(parts[0]) \(parts[1]) \(blob.base64EncodedString())\n"
    }

    private func withAnotherRoot(_ text: String) throws -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        var root = try #require(Data(base64Encoded: lines[2]))
        root[0] ^= 1
        lines[2] = root.base64EncodedString()
        return lines.joined(separator: "\n")
    }

    /// A daemon that changes nothing any more when its one witness has seen nothing for a day; neither of them runs yet.
    private func heldAfterADay() async throws -> (Kluisd, WitnessProcess) {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witness = try await WitnessProcess()
        try await witness.trust(daemon.state + "/ledger/log.vkey")
        daemon.give(["--witnesses", try witness.policy(), "--unwitnessed-hours", "24"])
        return (daemon, witness)
    }

    /// Reading goes on, rights end, and everything else waits for a witness.
    @Test func afterTheLimitNothingIsChangedUntilAQuorumCosigns() async throws {
        let (daemon, witness) = try await heldAfterADay()
        try await daemon.start()
        try await daemon.login("otto")
        try await daemon.login("joost", hat: "direction")
        let create = ["household", "create", "--purpose", "D1"]
        let household = try await daemon.told(create, account: "joost").split(separator: "\n")[0]
        try await daemon.told(checkpoint)
        #expect(try await daemon.told(["status", "--json"]).contains("readOnlyFrom"))
        try await daemon.told(create, account: "joost")

        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        try await daemon.login("joost", hat: "direction")
        try await daemon.login("otto")
        let refused = try await daemon.kluis(create, account: "joost")
        #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.errors)")
        #expect(refused.errors.contains("the vault is read-only") && refused.errors.contains("PR-27.4"), "\(refused.errors)")
        #expect(refused.errors.contains("kluis ledger cosignature add"), "\(refused.errors)")
        let asked = try await daemon.kluis(create + ["--why"], account: "joost")
        #expect(asked.status == 1 && asked.errors.contains("the vault is read-only"), "\(asked.errors)")
        let dutch = try await daemon.kluis(create, account: "joost", lang: "nl")
        #expect(dutch.errors.contains("de kluis is alleen te lezen"), "\(dutch.errors)")
        // Who may not is told what he always is.
        let otto = try await daemon.kluis(create)
        #expect(otto.status != 0 && !otto.errors.contains("read-only"), "\(otto.errors)")
        #expect(try await daemon.kluis(["household", "list", "--purpose", "D1"], account: "joost").status == 0)
        #expect(try await daemon.kluis(["household", "show", String(household), "--purpose", "D1"], account: "joost").status == 0)
        let lines = try await daemon.told(["ledger", "show", "--last", "12", "--json", "--purpose", "D8"])
        #expect(lines.contains(#""action":"createHousehold""#) && lines.contains(#""PR-27.4""#), "\(lines)")
        // Across a restart too, and the daemon starts; also when the public copy was taken away and cannot be written just then.
        #expect(try await daemon.stop() == 0)
        try FileManager.default.removeItem(atPath: daemon.state + "/ledger/checkpoint")
        let inTheWay = daemon.state + "/ledger/checkpoint.new"
        try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: false)
        try await daemon.start()
        try await daemon.login("joost", hat: "direction")
        try await daemon.login("otto")
        // It comes after the daemon's own attempt.
        #expect(try await daemon.kluis(checkpoint).status != 0)
        #expect(daemon.errors.contains("checkpoint-not-exported"), "\(daemon.errors)")
        #expect(try await daemon.kluis(["household", "list", "--purpose", "D1"], account: "joost").status == 0)
        try FileManager.default.removeItem(atPath: inTheWay)
        #expect(try await daemon.kluis(create, account: "joost").errors.contains("the vault is read-only"))

        try await witness.start()
        try await daemon.login("otto")
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        try await daemon.told(create, account: "joost")
        #expect(!(try await daemon.told(["status", "--json"]).contains("readOnlyFrom")))
        #expect(try await daemon.stop() == 0)
    }

    /// PR-27.4: what cannot be published no witness sees; the limit counts from when that began.
    @Test func aCopyThatCannotBeWrittenCountsAsUnwitnessed() async throws {
        let (daemon, witness) = try await heldAfterADay()
        try await witness.start()
        try await daemon.start()
        try await daemon.login("otto")
        try await daemon.login("joost", hat: "direction")
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        #expect(!(try await daemon.told(["status", "--json"]).contains("readOnlyFrom")))
        let inTheWay = daemon.state + "/ledger/checkpoint.new"
        try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: false)
        let create = ["household", "create", "--purpose", "D1"]
        try await daemon.told(create, account: "joost")
        #expect(try await daemon.kluis(checkpoint).status != 0)
        #expect(try await daemon.told(["status", "--json"]).contains("readOnlyFrom"))
        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        try await daemon.login("joost", hat: "direction")
        #expect(try await daemon.kluis(create, account: "joost").errors.contains("the vault is read-only"))
        try FileManager.default.removeItem(atPath: inTheWay)
        try await daemon.login("otto")
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        try await daemon.told(create, account: "joost")
        #expect(try await daemon.stop() == 0)
    }

    /// A disk that never answers, here a pipe that nobody reads, holds up neither help nor a stop; what is logged meanwhile counts as unwitnessed.
    @Test func aCopyThatNeverAnswersHoldsNobodyUp() async throws {
        let (daemon, witness) = try await heldAfterADay()
        try await witness.start()
        try await daemon.start(tick: 1)
        try await daemon.login("otto")
        try await daemon.login("joost", hat: "direction")
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        let inTheWay = daemon.state + "/ledger/checkpoint.new"
        try #require(unsafe mkfifo(inTheWay, 0o600) == 0)
        let asked = try await daemon.kluis(checkpoint)
        #expect(asked.status != 0, "\(asked.text)")
        for _ in 0..<300 where !daemon.errors.contains("publishing-takes-long") { try await Task.sleep(for: .milliseconds(100)) }
        #expect(daemon.errors.contains("publishing-takes-long"), "\(daemon.errors)")
        // What comes now no round has counted.
        func unwitnessed() async throws -> Int {
            let text = try await daemon.told(["status", "--json"])
            let number = try #require(text.firstMatch(of: /"unwitnessedEntries":(\d+)/), "\(text)")
            return try #require(Int(number.1))
        }
        let before = try await unwitnessed()
        let create = ["household", "create", "--purpose", "D1"]
        try await daemon.told(create, account: "joost")
        var after = before
        for _ in 0..<100 where after <= before {
            try await Task.sleep(for: .milliseconds(100))
            after = try await unwitnessed()
        }
        #expect(after > before)
        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        try await daemon.login("joost", hat: "direction")
        #expect(try await daemon.kluis(create, account: "joost").errors.contains("the vault is read-only"))
        #expect(daemon.errors.components(separatedBy: "publishing-takes-long").count == 2, "told once: \(daemon.errors)")
        // The daemon hangs in it all the same, and ends.
        try FileManager.default.removeItem(atPath: inTheWay)
        #expect(try await daemon.stop() == 70)
        #expect(daemon.errors.contains("the public copy of the log cannot be written"), "\(daemon.errors)")
        try await daemon.start()
        try await daemon.login("otto")
        #expect(try await daemon.told(checkpoint).contains("— w.example/1 "))
        #expect(try await daemon.stop() == 0)
    }

    /// A checkpoint that takes long, here because its witness does not answer, is no reason for the service manager to end the daemon.
    @Test func theWatchdogIsToldWhileACheckpointIsMade() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let file = daemon.directory + "/policy"
        let socket = daemon.directory + "/silent"
        try "witness debrug \(try await WitnessProcess().key) unix:\(socket)\nquorum debrug\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        daemon.give(["--witnesses", file, "--unwitnessed-hours", "24"])
        try await daemon.start()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        #expect(try await daemon.stop() == 0)
        // Held, it makes one as soon as it serves.
        let silent = try FalseWitness(socket, answer: nil)
        let manager = try NotifySocket(daemon.directory + "/n")
        try await daemon.start(tick: 1, environment: ["NOTIFY_SOCKET": manager.path])
        #expect(try await manager.next()?.hasPrefix("READY=1") == true)
        #expect(try await manager.next() == "WATCHDOG=1")
        #expect(!daemon.errors.contains("code=timed-out"), "it was told afterwards: \(daemon.errors)")
        // There was one.
        while try await manager.next() == "WATCHDOG=1", !daemon.errors.contains("code=timed-out") {}
        #expect(daemon.errors.contains("code=timed-out"), "\(daemon.errors)")
        #expect(try await daemon.stop() == 0)
        withExtendedLifetime(silent) {}
    }

    /// It is durable before anybody sees it, and counts from then on: a disk that is full just then holds up neither the answer nor the vault.
    @Test func aCosignatureThatCannotBeShownCountsAllTheSame() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witness = try await WitnessProcess()
        try await witness.trust(daemon.state + "/ledger/log.vkey")
        let policy = daemon.directory + "/policy", copy = daemon.directory + "/copy", file = daemon.directory + "/cosignature"
        try "witness debrug \(witness.key) offline\nquorum debrug\n".write(toFile: policy, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: policy)
        daemon.give(["--witnesses", policy, "--unwitnessed-hours", "24"])
        try await daemon.start()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        try await daemon.told(["ledger", "export", copy, "--published"])
        let cosigned = try await Built.run(
            "kluis", ["ledger", "witness", "cosign", witness.folder, "--export", copy, "--output", file])
        try #require(cosigned.status == 0, "\(cosigned.errors)")
        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        try await daemon.login("joost", hat: "direction")
        try await daemon.login("otto")
        let create = ["household", "create", "--purpose", "D1"]
        #expect(try await daemon.kluis(create, account: "joost").errors.contains("the vault is read-only"))

        let inTheWay = daemon.state + "/ledger/checkpoint.new"
        try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: false)
        let added = try await daemon.kluis(["ledger", "cosignature", "add", file, "--purpose", "D8"])
        #expect(added.status == 0 && added.text.contains("the checkpoint of"), "\(added.errors)")
        #expect(daemon.errors.contains("code=not-exported-"), "\(daemon.errors)")
        try await daemon.told(create, account: "joost")
        try FileManager.default.removeItem(atPath: inTheWay)
        #expect(try await daemon.stop() == 0)
    }

    @Test func aWitnessThatDoesNotBehaveWedgesNothing() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let names = ["silent", "liar", "conflict", "refuser", "babbler"]
        let answers: [String?] = [
            nil, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n",
            "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n0\n",
            "HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n", "hello\r\n\r\n",
        ]
        var policy = ""
        var witnesses: [FalseWitness] = []
        let asked = Mutex(0)
        for (name, answer) in zip(names, answers) {
            let key = try await WitnessProcess().key
            witnesses.append(
                try FalseWitness("\(daemon.directory)/\(name)") { _ in
                    if answer == nil { asked.withLock { $0 += 1 } }
                    return answer.map { Data($0.utf8) }
                })
            policy += "witness \(name) \(key) unix:\(daemon.directory)/\(name)\n"
        }
        let file = daemon.directory + "/policy"
        try (policy + "group all all \(names.joined(separator: " "))\nquorum all\n").write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        daemon.give(["--witnesses", file])
        try await daemon.start()
        try await daemon.login("otto")
        let waiting = Task { [checkpoint] in try await daemon.kluis(checkpoint) }
        // While an officer waits for a witness that says nothing, everybody else goes on.
        try await daemon.login("kees", hat: "help")
        #expect(try await daemon.told(["status", "--json"], account: "kees").contains(#""witnesses":5"#))
        let ended = try await waiting.value
        #expect(ended.status == 0 && !ended.text.contains("w.example"), "\(ended.errors)")
        for (name, code) in zip(names, ["timed-out", "bad-cosignature", "conflict-0", "refused-422", "malformed-answer"]) {
            #expect(daemon.errors.split(separator: "\n").contains { $0.contains("name=\(name)") && $0.contains("code=\(code)") }, "\(name)")
        }
        #expect(try await daemon.told(["status", "--json"]).contains("unwitnessedSince"))
        // Many who ask while a round waits for a silent witness get the next one together: else the last of them, and the end, would wait for all.
        let before = asked.withLock { $0 }
        let otto = try await daemon.signIn("otto")
        let sizes = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<16 {
                group.addTask { [checkpointPath] in
                    let reply = try await daemon.ask("POST", checkpointPath, as: otto, purpose: "D8")
                    return reply.status == 200 ? reply.receipt : nil
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes.count == 16 && !sizes.contains(nil))
        #expect(asked.withLock { $0 } - before <= 4)
        #expect(try await daemon.stop() == 0)
        withExtendedLifetime(witnesses) {}
    }

    private let checkpointPath = "/v1/ledger/checkpoint"

    private func write(_ policy: String, to file: String) throws {
        try policy.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    }

    /// Two witnesses, of which both are a quorum; the second answers through somebody in between.
    private func pair(_ daemon: Kluisd, _ between: @escaping @Sendable (_ request: Data, _ socket: String) throws -> Data?) async throws
        -> (honest: WitnessProcess, other: WitnessProcess, between: FalseWitness)
    {
        let (honest, other) = (try await WitnessProcess(), try await WitnessProcess())
        for witness in [honest, other] {
            try await witness.trust(daemon.state + "/ledger/log.vkey")
            try await witness.start()
        }
        let socket = other.socket
        let proxy = try FalseWitness("\(daemon.directory)/between") { try between($0, socket) }
        let file = daemon.directory + "/policy"
        try write(
            """
            witness debrug \(honest.key) unix:\(honest.socket)
            witness loud \(other.key) unix:\(proxy.socket)
            group all all debrug loud
            quorum all

            """, to: file)
        daemon.give(["--witnesses", file])
        return (honest, other, proxy)
    }

    private func cosignatures(_ checkpoint: String) -> Int { checkpoint.components(separatedBy: "— w.example/1 ").count - 1 }

    /// A hundred good lines of one witness are one: they take no room from another's, and no daemon ends for them.
    @Test func aWitnessThatSaysItAHundredTimesIsHeardOnce() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witnesses = try await pair(daemon) { request, socket in
            let said = try Held(socket, sending: Data()).takeHere(sending: request)
            guard let reply = Reply(said), reply.status == 200 else { return said }
            let body = Data((0..<100).flatMap { _ in reply.body })
            return Data("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        }
        try await daemon.start()
        try await daemon.login("otto")
        for _ in 0..<2 { #expect(cosignatures(try await daemon.told(checkpoint)) == 2, "\(daemon.errors)") }
        #expect(!(try await daemon.told(["status", "--json"]).contains("unwitnessedSince")))
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
        withExtendedLifetime(witnesses) {}
    }

    /// The disk is full when cosignatures are to be kept: the checkpoint stands, and the next round has them.
    @Test func cosignaturesThatCannotBeKeptTakeNothingElseAlong() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let isArmed = Atomic(false)
        let fault = Kluisd.request(
            "POST", "/v1/rehearsal/fault", [("Content-Type", "application/json")], body: Data(#"{"name":"disk-full-at-commit"}"#.utf8))
        let socket = daemon.socket
        let witnesses = try await pair(daemon) { request, witness in
            // After the checkpoint was committed, and before its cosignatures are.
            if isArmed.exchange(false, ordering: .relaxed) { _ = try Held(socket, sending: Data()).takeHere(sending: fault) }
            return try Held(witness, sending: Data()).takeHere(sending: request)
        }
        try await daemon.start()
        try await daemon.login("otto")
        isArmed.store(true, ordering: .relaxed)
        #expect(cosignatures(try await daemon.told(checkpoint)) == 0)
        #expect(daemon.errors.contains("code=not-recorded"), "\(daemon.errors)")
        #expect(try await daemon.told(["status", "--json"]).contains("unwitnessedSince"))
        #expect(cosignatures(try await daemon.told(checkpoint)) == 2)
        #expect(!(try await daemon.told(["status", "--json"]).contains("unwitnessedSince")))
        #expect(try await daemon.stop() == 0)
        withExtendedLifetime(witnesses) {}
    }

    /// One of two witnesses is away for longer than a day's checkpoints: a restart does not forget when both cosigned last.
    @Test func aRestartCountsFromTheLastQuorum() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witnesses = try await pair(daemon) { try Held($1, sending: Data()).takeHere(sending: $0) }
        daemon.give(["--witnesses", daemon.directory + "/policy", "--unwitnessed-hours", "24"])
        try await daemon.start()
        try await daemon.login("otto")
        #expect(cosignatures(try await daemon.told(checkpoint)) == 2)
        let later = #"{"moment":"2026-01-12T10:00:00+01:00"}"#
        #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: later).status == 200)
        try await daemon.login("otto")
        #expect(cosignatures(try await daemon.told(checkpoint)) == 2)
        witnesses.other.kill()
        let otto = try await daemon.signIn("otto")
        for _ in 0..<66 { #expect(try await daemon.ask("POST", checkpointPath, as: otto, purpose: "D8").status == 200) }
        func standing() async throws -> [Substring] {
            let status = try await daemon.told(["status", "--json"])
            return ["unwitnessedSince", "readOnlyFrom"].map { name in
                status.firstRange(of: "\"\(name)\":\"").map { status[$0.upperBound...].prefix { $0 != "\"" } } ?? ""
            }
        }
        let before = try await standing()
        #expect(before[0].hasPrefix("2026-01-12T09:00:") && before[1].hasPrefix("2026-01-13T09:00:"), "\(before)")
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        #expect(try await standing() == before)
        #expect(try await daemon.stop() == 0)
        withExtendedLifetime(witnesses) {}
    }

    /// Its memory is its directory. What it cosigned, the vault knows too, and says so when the witness does not.
    @Test func aWitnessThatWasPutBackIsNamed() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witness = try await WitnessProcess()
        try await witness.trust(daemon.state + "/ledger/log.vkey")
        daemon.give(["--witnesses", try witness.policy()])
        try await daemon.start()
        try await witness.start()
        try await daemon.login("otto")
        #expect(cosignatures(try await daemon.told(checkpoint)) == 1)
        let old = witness.folder + ".old"
        func put(_ from: String, to: String) async throws {
            try? FileManager.default.removeItem(atPath: to)
            try #require(try await Built.run("/bin/cp", ["-a", from, to]).status == 0)
        }
        witness.kill()
        try await put(witness.folder, to: old)
        let first = try String(contentsOfFile: daemon.state + "/ledger/checkpoint", encoding: .utf8).split(separator: "\n")[1]
        // In one run of the daemon, and across two of them.
        for isRestarted in [false, true] {
            try await witness.start()
            #expect(cosignatures(try await daemon.told(checkpoint)) == 1)
            witness.kill()
            try await put(old, to: witness.folder)
            if isRestarted {
                #expect(try await daemon.stop() == 0)
                try await daemon.start()
                try await daemon.login("otto")
            }
            #expect(!daemon.errors.contains("witness-behind"), "\(daemon.errors)")
            try await witness.start()
            #expect(cosignatures(try await daemon.told(checkpoint)) == 1)
            let told = daemon.errors.split(separator: "\n").filter { $0.contains("code=witness-behind-\(first)") }
            #expect(told.count == 1 && told[0].contains("name=debrug"), "\(daemon.errors)")
            if !isRestarted {
                #expect(try await daemon.stop() == 0)
                try await daemon.start()
                try await daemon.login("otto")
                witness.kill()
            }
        }
        #expect(try await daemon.stop() == 0)
    }

    /// What the log's own key did not sign says nothing about the log: no daemon ends for it, and nobody is told that the vault was put back.
    @Test func whatNobodySignedInTheCopyIsMadeAgain() async throws {
        let daemon = try await Kluisd.fresh()
        try await daemon.login("otto")
        try await daemon.told(checkpoint)
        let (copy, key) = (daemon.state + "/ledger", daemon.directory + "/log.vkey")
        try FileManager.default.copyItem(atPath: "\(copy)/log.vkey", toPath: key)
        var lines = try String(contentsOfFile: "\(copy)/checkpoint", encoding: .utf8).components(separatedBy: "\n")
        lines[1] = "999"
        for text in ["", "garbage\n", lines.joined(separator: "\n")] {
            #expect(try await daemon.stop() == 0)
            try text.write(toFile: "\(copy)/checkpoint", atomically: true, encoding: .utf8)
            // This log has none to show.
            try "of another log\n".write(toFile: "\(copy)/openings", atomically: true, encoding: .utf8)
            try await daemon.start()
            #expect(daemon.errors.contains("code=checkpoint-not-signed-by-this-log"), "\(daemon.errors)")
            // From the start on, whoever signs in or not.
            #expect(try await daemon.told(["ledger", "verify", "--offline", copy, "--key", key]).contains("entries verified"))
        }
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        #expect(!daemon.errors.contains("public-copy"), "\(daemon.errors)")
        #expect(try await daemon.stop() == 0)
    }

    @Test func aPolicyThatWitnessesNothingIsRefused() async throws {
        let daemon = try await Kluisd.fresh()
        #expect(try await daemon.stop() == 0)
        let witness = try await WitnessProcess()
        let file = daemon.directory + "/policy"
        daemon.give(["--witnesses", file])
        func refused(_ text: String, _ wanted: String, mode: Int = 0o644) async throws {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
            let ended = try await daemon.startRefused()
            #expect(ended.status == 2 && ended.errors.contains(wanted), "\(text): \(ended.errors)")
        }
        let line = "witness debrug \(witness.key) unix:\(witness.socket)\n"
        try await refused("\(line)quorum none\n", "a quorum of none witnesses nothing")
        try await refused("quorum none\n", "no witness is named")
        try await refused(line, "noQuorum")
        try await refused("witness debrug \(witness.key)\nquorum debrug\n", "must say where it answers")
        try await refused("witness debrug \(witness.key) https://w.example/\nquorum debrug\n", "must say where it answers")
        try await refused("\(line)quorum jeugdkompas\n", "policy:2: not a witness policy: unknownName")
        try await refused("witness debrug nonsense unix:/s\nquorum debrug\n", "policy:1: not a witness policy: malformedKey")
        try await refused("\(line)quorum debrug\n", "may be written by others", mode: 0o666)
        // Where several are named, all but one and at least two: two of two, two of three, three of four.
        var lines = line
        var names = ["debrug"]
        for name in ["balans", "jeugdkompas", "spoor"] {
            lines += "witness \(name) \(try await WitnessProcess().key) offline\n"
            names.append(name)
            let enough = max(2, names.count - 1)
            let wanted = "write 'group enough \(enough) \(names.joined(separator: " "))' and 'quorum enough'"
            try await refused("\(lines)quorum debrug\n", "1 of \(names.count) witnesses would be a quorum, and it takes \(enough)")
            try await refused("\(lines)group few \(enough - 1) \(names.joined(separator: " "))\nquorum few\n", wanted)
        }
        try await refused("\(lines)group pair all balans spoor\ngroup either any debrug pair\nquorum either\n", "1 of 4 witnesses")
        // What it says to write is taken.
        try "\(lines)group enough 3 \(names.joined(separator: " "))\nquorum enough\n".write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        try await daemon.start()
        #expect(!daemon.errors.contains("one witness alone is a quorum"), "\(daemon.errors)")
        #expect(try await daemon.stop() == 0)
    }
}
