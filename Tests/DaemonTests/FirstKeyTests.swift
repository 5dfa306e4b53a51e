import Foundation
import Glibc
import Testing

/// The first key of somebody else's account, in a vault for work: what a slip in it costs.
@Suite(.timeLimit(.minutes(3))) struct FirstKeyTests {
    private static let nobody: UInt32 = 65534

    private func worker(_ vault: RealVault, _ handle: String, _ role: String) async throws {
        let file = "handle: \(handle)\nname: \(handle) de Wit\norganisation: waterwolde\nsecrecyDeclaredOn: 2026-01-12\n"
        let added = try await vault.kluis("worker", "add", "--purpose", "D8", input: Data(file.utf8))
        #expect(added.status == 0, "\(added.errors)")
        #expect(try await vault.kluis("worker", "role", handle, role, "--purpose", "D8").status == 0)
    }

    private func makeKeys(_ vault: RealVault, _ names: String...) async throws {
        for name in names {
            let made = try await Built.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", vault.directory + "/" + name])
            try #require(made.status == 0, "\(made.errors)")
        }
    }

    private func enrol(_ vault: RealVault, _ worker: String, _ key: String, _ uid: UInt32?) async throws -> Built.Ended {
        var words = ["worker", "key", worker, "\(vault.directory)/\(key)", "--stored-apart", "--purpose", "D8"]
        if let uid { words += ["--uid", "\(uid)"] }
        return try await vault.kluis(words)
    }

    /// A key that no machine account may use would be the account's first and last.
    @Test func aKeyWithoutAMachineAccountIsRefused() async throws {
        let vault = try await RealVault(.keyFile)
        let made = try await vault.initialise()
        #expect(made.status == 0 && made.errors.contains("--uid"), "\(made.errors)")
        try await vault.start()
        #expect(try await vault.kluis("login", "lotte").status == 0)
        try await worker(vault, "zus", "functionalAdmin")
        try await makeKeys(vault, "zus")
        let bare = try await enrol(vault, "zus", "zus.pub", nil)
        #expect(bare.status == 2 && bare.errors.contains("name the machine account with --uid"), "\(bare.status) \(bare.errors)")
        let dutch = try await vault.kluis(
            ["worker", "key", "zus", vault.directory + "/zus.pub", "--stored-apart", "--purpose", "D8"], lang: "nl")
        #expect(dutch.status == 2 && dutch.errors.contains("noem met --uid het machineaccount"), "\(dutch.status) \(dutch.errors)")
        let secret = try await enrol(vault, "zus", "zus", getuid() + 7)
        #expect(secret.status == 2 && secret.errors.contains("zus is no public key: give the .pub file"), "\(secret.errors)")
        // Mistyped, she signs in from nowhere: lotte is still the last administrator.
        let mistyped = try await enrol(vault, "zus", "zus.pub", getuid() + 7)
        #expect(mistyped.status == 0, "\(mistyped.errors)")
        let end = try await vault.kluis("worker", "end", "lotte", "--purpose", "D8")
        #expect(end.status == 1 && end.errors.contains("PR-4.5") && end.errors.contains("have him sign in"), "\(end.status) \(end.errors)")
        let again = try await enrol(vault, "zus", "zus.pub", getuid() + 8)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try await vault.stop() == 0)
    }

    @Test func aKeyFileIsNamedAsWhatItIs() async throws {
        let vault = try await RealVault(.keyFile)
        try FileManager.default.removeItem(atPath: vault.key + ".pub")
        let missing = try await vault.initialise()
        #expect(missing.status == 2 && missing.errors.contains("id.pub cannot be read: No such file"), "\(missing.errors)")
        try FileManager.default.copyItem(atPath: vault.key, toPath: vault.key + ".pub")
        let secret = try await vault.initialise()
        #expect(secret.status == 2 && secret.errors.contains("holds no Ed25519 public key"), "\(secret.errors)")
        #expect(secret.errors.contains("give the .pub file"), "\(secret.errors)")
    }

    /// Until somebody signs in with it a first key can be given again; the one that it replaces opens nothing any more.
    @Test(.enabled(if: geteuid() == 0, "a second machine account can only be played by root"))
    func aFirstKeyIsGivenAgainUntilItIsUsed() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        try await vault.start()
        for (path, mode) in [(vault.directory, 0o711), (vault.socket, 0o666)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        #expect(try await vault.kluis("login", "lotte").status == 0)
        try await worker(vault, "zus", "functionalAdmin")
        try await makeKeys(vault, "first", "second", "third")
        #expect(try await enrol(vault, "zus", "first.pub", Self.nobody).status == 0)
        #expect(try await enrol(vault, "zus", "second.pub", getuid() + 7).status == 0, "with a slip")
        #expect(try await signIn(vault, "second") == "401", "from nowhere yet")
        #expect(try await enrol(vault, "zus", "second.pub", Self.nobody).status == 0, "the same key, without the slip")
        #expect(try await signIn(vault, "first") == "401", "replaced before anybody used it")
        let early = try await vault.kluis("worker", "end", "lotte", "--purpose", "D8")
        #expect(early.status == 1, "nobody has signed in as zus")
        #expect(try await signIn(vault, "second") == "201")
        let late = try await enrol(vault, "zus", "third.pub", Self.nobody)
        #expect(late.status == 1 && late.errors.contains("PR-4.5") && late.errors.contains("himself"), "\(late.status) \(late.errors)")
        #expect(try await signIn(vault, "second") == "201", "and stays")
        #expect(try await vault.kluis("worker", "end", "lotte", "--purpose", "D8").status == 0, "there is another administrator")
        #expect(try await vault.stop() == 0)
    }

    /// Signs in as zus from the other machine account: the answer's status.
    private func signIn(_ vault: RealVault, _ key: String) async throws -> String {
        func post(_ path: String, _ body: [String: String]) async throws -> Built.Ended {
            try await Built.run(
                "/usr/bin/setpriv",
                [
                    "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups", "/usr/bin/curl", "-sS", "--unix-socket",
                    vault.socket, "-H", "Content-Type: application/json", "-d", "@-", "-w", "\n%{http_code}", "http://kluis/v1/" + path,
                ], input: Data(Kluisd.json(body).utf8))
        }
        let asked = try await post("login/challenge", ["worker": "zus"])
        let json = try #require(asked.text.split(separator: "\n").first, "\(asked.errors)")
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let text = try #require(answer["challenge"] as? String), namespace = try #require(answer["namespace"] as? String)
        let signed = try await Built.run(
            "/usr/bin/ssh-keygen", ["-q", "-Y", "sign", "-f", vault.directory + "/" + key, "-n", namespace], input: Data(text.utf8))
        try #require(signed.status == 0, "\(signed.errors)")
        let login = try await post("login", ["challenge": text, "signature": signed.text])
        return String(login.text.suffix(3))
    }
}
