import Foundation
import NIOCore
import Testing
import Wire

@testable import kluis

@Suite struct InputTests {
    private func person(_ text: String) throws -> AddPerson { try Written.person(Array(text.utf8)) }
    private func words(_ body: () throws -> Void) -> String {
        do { try body() } catch let failure as Failure { return failure.line } catch { return "\(error)" }
        return ""
    }

    @Test func aPersonIsReadFromJSONAndFromLinesInBothLanguages() throws {
        let json = try person(
            #"{"givenName":"Zoë","familyName":"de Wit","birthDate":"2011-09-03","relation":"child","secretAddress":true}"#)
        let english = try person(
            "given name: Zoë\nfamily-name: de Wit\n# a remark\nbirthDate: 2011-09-03\nrelation: daughter\nsecret address: yes\n")
        let dutch = try person(
            "Voornaam: Zoë\r\nAchternaam: de Wit\r\nGeboortedatum: 2011-09-03\r\nRelatie: dochter\r\nGeheim adres: ja\r\n")
        #expect(json == english && english == dutch)
    }

    @Test func whatIsMisspeltIsNamed() {
        #expect(
            words { _ = try person(#"{"givenName":"a","familyName":"b","birthDate":"c","relation":"d","adress":"e"}"#) }.contains("adress"))
        #expect(words { _ = try person("given name: a\nfamily name: b\nbirth date: c\nrelation: d\nadress: e") }.contains("adress"))
        #expect(words { _ = try person("given name: a") }.contains("familyName"))
        #expect(words { _ = try person("given name: a\nwhat is this") }.contains("2"))
        #expect(
            words { _ = try person("given name: a\nfamily name: b\nbirth date: c\nrelation: d\nlives in: perhaps") }.contains("livesIn"))
        #expect(!words { _ = try person("  \n ") }.isEmpty)
        #expect(!words { _ = try person(#"{"givenName":"a","givenName":"b"}"#) }.isEmpty)
    }

    @Test func aPlanIsReadFromBlocks() throws {
        let plan = try Written.plan(
            Array(
                """
                # the plan
                review: 2026-07-13

                goal: school
                domain: school/werk
                subject: noor
                result: four days a week: at least
                due: 2026-06-30

                doel: huis
                """.replacing("\ndoel: huis", with: "").utf8))
        #expect(
            plan
                == DraftPlan(
                    goals: [
                        DraftGoal(
                            label: "school", domain: "schoolWorkDaytime", subject: "noor", result: "four days a week: at least",
                            due: "2026-06-30")
                    ], actions: [], reviewDueOn: "2026-07-13"))
        let action = try Written.plan(
            Array(
                "actie: praten\ngoal: school\nwie: organisatie jeugdkompas\nmedewerker: fatima\ntekst: elke week\nuiterlijk: 2026-03-01"
                    .utf8))
        #expect(
            action.actions == [
                DraftAction(
                    label: "praten", goal: "school", actor: PlanParty(kind: "organisation", id: "jeugdkompas"), worker: "fatima",
                    text: "elke week",
                    due: "2026-03-01")
            ])
        #expect(Written.party("netwerk") == PlanParty(kind: "network"))
        #expect(words { _ = try Written.plan(Array("goal: a\ndomain: b".utf8)) }.contains("subject"))
        #expect(words { _ = try Written.plan(Array("review: 2026-01-01\ngaol: b".utf8)) }.contains("gaol"))
    }

    @Test func aWorkerHasRegistrations() throws {
        let worker = try Written.worker(
            Array("handle: wendy\nname: Wendy Prins\norganisation: hetanker\nregistration: BIG 59012345630 until 2028-12-31".utf8))
        #expect(worker.registrations == [Registration(register: "BIG", number: "59012345630", validUntil: "2028-12-31")])
        #expect(
            words { _ = try Written.worker(Array("handle: w\nname: W\norganisation: o\nregistration: BIG".utf8)) }.contains("registration"))
    }

    @Test func dutchWordsAreOurs() {
        #expect(Vocabulary.domain("Geldzaken") == "finance")
        #expect(Vocabulary.domain("finance") == "finance")
        #expect(Vocabulary.hat("regie") == "direction")
        #expect(Vocabulary.capacity("ouder") == "parentWithAuthority")
        #expect(Vocabulary.conflict("buur") == "neighbour")
        #expect(Vocabulary.retention("schuld") == "debtRelief")
    }
}

@Suite struct FileTests {
    @Test func directoriesAreWalkedInTheOrderOfTheirNames() throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for name in ["b.txt", "a.txt", "é.txt", ".hidden"] { try Scratch.write(name, to: "\(directory)/\(name)") }
        try FileManager.default.createDirectory(atPath: "\(directory)/c", withIntermediateDirectories: false)
        try Scratch.write("inner", to: "\(directory)/c/d.txt")
        try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "/etc/passwd")
        let files = try UploadFile.all([directory])
        #expect(files.map(\.name) == [".hidden", "a.txt", "b.txt", "c/d.txt", "é.txt"])
        #expect(files.map(\.size) == [7, 5, 5, 5, 6])
        // What the caller names is followed.
        #expect(try UploadFile.all(["\(directory)/link"]).map(\.name) == ["link"])
        try FileManager.default.createDirectory(atPath: "\(directory)/empty", withIntermediateDirectories: false)
        #expect(throws: Failure.self) { try UploadFile.all(["\(directory)/empty"]) }
        #expect(throws: Failure.self) { try UploadFile.all(["\(directory)/nowhere"]) }
        #expect(throws: Failure.self) { try UploadFile.all(["/dev/null"]) }
    }

    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Scratch.write("old", to: "\(directory)/f")
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }
        do {
            let file = try WholeFile("\(directory)/f")
            try file.write(.init(string: "ne"))
        }
        #expect(try names() == ["f"])
        #expect(try String(contentsOfFile: "\(directory)/f", encoding: .utf8) == "old")
        let file = try WholeFile("\(directory)/f")
        try file.write(.init(string: "new"))
        try file.keep()
        #expect(try names() == ["f"])
        #expect(try String(contentsOfFile: "\(directory)/f", encoding: .utf8) == "new")
        #expect(try FileManager.default.attributesOfItem(atPath: "\(directory)/f")[.posixPermissions] as? Int == 0o600)
        #expect(throws: SystemFault.self) { try WholeFile("\(directory)/nowhere/f") }
    }

    @Test func theRuntimeDirectoryIsForThisAccountOnly() throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let runtime = Runtime(path: "\(directory)/rt")
        #expect(try runtime.session(for: "/s") == nil)
        let session = StoredSession(socket: "/s", token: "t", worker: "kees", hat: "help")
        try runtime.keep(session)
        #expect(try runtime.session(for: "/s") == session)
        #expect(try runtime.session(for: "/other") == nil)
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/rt").first)
        #expect(try FileManager.default.attributesOfItem(atPath: "\(directory)/rt/\(file)")[.posixPermissions] as? Int == 0o600)
        // A file under the name of another socket lends that socket no token.
        let elsewhere = Runtime(path: "\(directory)/rt2")
        try elsewhere.keep(StoredSession(socket: "/other", token: "x", worker: "w", hat: nil))
        let other = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/rt2").first)
        try FileManager.default.copyItem(atPath: "\(directory)/rt/\(file)", toPath: "\(directory)/rt2/copy")
        try FileManager.default.removeItem(atPath: "\(directory)/rt2/\(other)")
        try FileManager.default.moveItem(atPath: "\(directory)/rt2/copy", toPath: "\(directory)/rt2/\(other)")
        #expect(try elsewhere.session(for: "/other") == nil)
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: "\(directory)/rt")
        #expect(throws: Failure.self) { try runtime.session(for: "/s") }
        #expect(throws: Failure.self) { try runtime.keep(session) }
        try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: "\(directory)/rt2")
        #expect(throws: Failure.self) { try Runtime(path: "\(directory)/link").session(for: "/s") }
        runtime.forget("/s")
    }

    @Test func theRuntimeDirectoryIsChosenInOrder() {
        func path(_ environment: [String: String]) -> String { Runtime.chosen(environment: { environment[$0] }).path }
        #expect(path(["KLUIS_RUNTIME": "/a", "XDG_RUNTIME_DIR": "/b"]) == "/a")
        #expect(path(["XDG_RUNTIME_DIR": "/b"]) == "/b/kluis")
        #expect(path([:]).hasPrefix("/tmp/kluis-"))
    }
}

@Suite struct SignerTests {
    private func challenge(
        _ text: String = "kluis-challenge/v1\nworker kees\n" + String(repeating: "0", count: 64) + "\n", _ namespace: String
    ) -> ChallengeAnswer {
        ChallengeAnswer(challenge: text, namespace: namespace, expires: "2026-01-01T00:01:00Z")
    }

    @Test func onlySignInsAreSigned() throws {
        for namespace in ["git", "file", "kluis-login@v2", "kluis-login@v1 ", "KLUIS-LOGIN@V1", "", "ssh"] {
            do {
                _ = try Signer.sign(challenge(namespace), worker: "kees", keyFile: "/nonexistent")
                Issue.record("signed under \(namespace)")
            } catch {
                #expect(error.code == .verificationFailed, "\(namespace)")
            }
        }
        for text in [
            "", "short", String(repeating: "a", count: 9_000), "kluis\u{0}" + String(repeating: "a", count: 64),
            "é" + String(repeating: "a", count: 64),
        ] {
            #expect(throws: Failure.self) {
                try Signer.sign(challenge(text, SignInNamespace.real), worker: "kees", keyFile: "/nonexistent")
            }
        }
    }

    private func challenge(_ namespace: String) -> ChallengeAnswer {
        challenge("kluis-challenge/v1\nworker kees\n" + String(repeating: "0", count: 64) + "\n", namespace)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"), "needs openssh-client"))
    func aKeyFileSigns() throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let made = try ChildProcess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(directory)/key"], input: [])
        #expect(made.exitCode == 0)
        let asked = challenge(SignInNamespace.rehearsal)
        let signature = try Signer.sign(asked, worker: "kees", keyFile: "\(directory)/key")
        try Scratch.write(signature, to: "\(directory)/sig")
        func checks(_ namespace: String, _ text: String) throws -> Bool {
            try ChildProcess.run(
                ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", "\(directory)/sig"], input: Array(text.utf8)
            ).exitCode == 0
        }
        #expect(try checks(SignInNamespace.rehearsal, asked.challenge))
        #expect(try !checks(SignInNamespace.real, asked.challenge))
        #expect(try !checks(SignInNamespace.rehearsal, asked.challenge + " "))
        #expect(throws: Failure.self) { try Signer.sign(asked, worker: "kees", keyFile: "\(directory)/nowhere") }
        try Scratch.write("no key", to: "\(directory)/bad")
        #expect(throws: Failure.self) { try Signer.sign(asked, worker: "kees", keyFile: "\(directory)/bad") }
    }
}
