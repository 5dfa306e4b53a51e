import Foundation
import Testing

/// The daemon's configuration file, checked as strictly as it claims.
@Suite(.timeLimit(.minutes(2))) struct ConfigurationTests {
    private func check(_ text: String, mode: Int = 0o600) async throws -> Built.Ended {
        let directory = try Built.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/kluisd.yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return try await Built.run("kluisd", ["check", "--config", file, "--policies", Built.policies])
    }

    private func expect(_ text: String, _ wanted: String, mode: Int = 0o600, _ place: SourceLocation = #_sourceLocation) async throws {
        let ended = try await check(text, mode: mode)
        #expect(ended.status == 2, sourceLocation: place)
        #expect(ended.errors.hasPrefix("kluisd: error: ") && ended.errors.contains(wanted), "\(ended.errors)", sourceLocation: place)
        #expect(!ended.text.contains("configuration: ok"), sourceLocation: place)
    }

    @Test func anUnknownKeyNamesItsLine() async throws {
        try await expect("socket: /run/s\n# a remark\nstate-dir: /var/lib/kluis\n", "kluisd.yaml:3: unknown key 'state-dir'")
    }

    @Test func aWrongTypeNamesItsLine() async throws {
        try await expect("checkpoint-minutes: often\n", "kluisd.yaml:1: 'checkpoint-minutes' must be a whole number from 1 to 60")
        try await expect("\ncheckpoint-minutes: 61\n", "kluisd.yaml:2: 'checkpoint-minutes' must be")
        try await expect("stop-seconds: 0\n", "kluisd.yaml:1: 'stop-seconds' must be a whole number from 1 to 600")
        try await expect("stop-seconds: never\n", "kluisd.yaml:1: 'stop-seconds' must be")
        try await expect("json-limit: [256]\n", "kluisd.yaml:1: 'json-limit' must be")
        try await expect("json-limit: 25.6\n", "kluisd.yaml:1: 'json-limit' must be")
        try await expect("socket: relative/path\n", "kluisd.yaml:1: 'socket' must be an absolute path")
        try await expect("socket:\n  a: b\n", "'socket' must be")
        try await expect("socket-mode: \"0888\"\n", "kluisd.yaml:1: 'socket-mode' must be")
        try await expect("socket-mode: \"0666\"\n", "kluisd.yaml:1: 'socket-mode' must be closed to others")
        try await expect("unseal: guess\n", "kluisd.yaml:1: 'unseal' must be one of credential, key-file, passphrase")
        try await expect("log-level: loud\n", "kluisd.yaml:1: 'log-level' must be one of")
    }

    @Test func aLimitWithoutWitnessesIsRefused() async throws {
        try await expect("unwitnessed-hours: 24\n", "'unwitnessed-hours' without a 'witness-policy'")
        try await expect("unwitnessed-hours: 24\nwitness-policy: none\n", "would shut the vault for good")
        try await expect("unwitnessed-hours: 0\n", "kluisd.yaml:1: 'unwitnessed-hours' must be a whole number from 1 to 8760")
        try await expect("unwitnessed-hours: never\n", "kluisd.yaml:1: 'unwitnessed-hours' must be")
    }

    @Test func whatIsNoListOfKeysIsRefused() async throws {
        try await expect("- socket\n", "must hold keys and values")
        try await expect("socket: [\n", "is not valid YAML")
        try await expect("{", "is not valid YAML")
    }

    @Test func aRepeatedKeyIsRefused() async throws {
        let ended = try await check("socket: /run/a\nlog-level: info\nsocket: /run/b\n")
        #expect(ended.status == 2 && ended.errors.hasSuffix("kluisd.yaml:3: key 'socket' stands twice\n"), "\(ended.errors)")
    }

    /// Nothing of the file but the place and the key: it names where secrets lie.
    @Test(arguments: [
        "key-file: /etc/kluis/hidden.key\nsocket: /run/a\nsocket: /run/b\n", "key-file: /etc/kluis/hidden.key\nsocket: [\n",
        "key-file: /etc/kluis/hidden.key\nsocket: {a: 1, a: 2}\n", "key-file: /etc/kluis/hidden.key\n\tsocket: /run/a\n",
        "key-file: &a /etc/kluis/hidden.key\nsocket: *b\n",
    ])
    func aWrongFileIsNotRepeated(text: String) async throws {
        let ended = try await check(text)
        #expect(ended.status == 2 && ended.errors.hasPrefix("kluisd: error: "), "\(ended.errors)")
        #expect(ended.errors.split(separator: "\n").count == 1 && !ended.errors.contains("hidden"), "\(ended.errors)")
    }

    @Test(arguments: [
        ["--nonsense"], ["frobnicate"], ["init"], ["rehearse", "--state", "/nowhere"], ["slot", "remove"],
        ["slot", "try", "--passphrase", "--key-file", "/nowhere"],
        ["rehearse", "--state", "/nowhere", "--socket", "/nowhere/s", "--stall-seconds", "9999999999999"],
        ["rehearse", "--state", "/nowhere", "--socket", "/nowhere/s", "--tick-seconds", "0"],
    ])
    func wrongUseEndsLikeEveryOtherError(arguments: [String]) async throws {
        let ended = try await Built.run("kluisd", arguments)
        #expect(ended.status == 2 && ended.text.isEmpty, "\(ended.status) \(ended.text)")
        let lines = ended.errors.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("kluisd: error: ") && lines[1].hasPrefix("kluisd: hint: "), "\(ended.errors)")
        #expect(lines[0].last != "." && lines[0].dropFirst(15).first?.isUppercase == false, "\(ended.errors)")
    }

    /// A passphrase that was typed as an argument is not told to whoever keeps the standard error.
    @Test(arguments: [
        ["add", "--passphrase", "hunter2"], ["add", "--passphrase=hunter2"], ["try", "hunter2"], ["try", "--hunter2"], ["try", "-unter2"],
        ["list", "it's hunter2", "and more"], ["remove", "a", "hunter2"], ["add", "--passphras", "hunter2"], ["hunter2"],
        ["--pass", "hunter2"],
        ["add", "--open-passphrase", "hunter2", "--label"], ["try", "--passphrase", "--key-file", "/nowhere", "hunter2"],
    ])
    func whatWasTypedBehindSlotIsNotRepeated(arguments: [String]) async throws {
        for command in ["slot", "slto"] {
            let ended = try await Built.run("kluisd", [command] + arguments)
            #expect(ended.status == 2 && ended.text.isEmpty, "\(ended.status) \(ended.text)")
            #expect(ended.errors.hasPrefix("kluisd: error: ") && ended.errors.contains("\nkluisd: hint: "), "\(ended.errors)")
            #expect(!ended.errors.contains("unter2"), "\(ended.errors)")
        }
    }

    /// A command that is none is named, for a slip of the fingers is no secret; what does not look like a command is not.
    @Test(arguments: [("sevre", "sevre"), ("chekc", "chekc"), ("hunter2", "…"), ("een lange zin", "…"), ("wachtwoordzonderspaties", "…")])
    func aMistypedCommandIsNamed(word: String, shown: String) async throws {
        for arguments in [[word], [word, "--config", "hunter2"]] {
            let ended = try await Built.run("kluisd", arguments)
            #expect(ended.status == 2 && ended.errors == "kluisd: error: there is no command '\(shown)'\nkluisd: hint: kluisd --help\n")
        }
    }

    @Test func whatIsMissingBehindSlotIsNamed() async throws {
        for (arguments, words) in [
            (["remove"], "missing expected argument '<slot>'"), (["add", "--label"], "missing value for '--label <label>'"),
            (["try", "--passphrase", "--key-file", "/nowhere"], "give one of --key-file, --credential and --passphrase"),
        ] {
            let ended = try await Built.run("kluisd", ["slot"] + arguments)
            #expect(ended.status == 2 && ended.errors.contains("kluisd: error: " + words), "\(ended.errors)")
        }
    }

    @Test func whoAsksForHelpGetsIt() async throws {
        for arguments in [["--help"], ["init", "--help"], ["slot", "add", "--help"], ["--version"]] {
            let ended = try await Built.run("kluisd", arguments)
            #expect(ended.status == 0 && ended.errors.isEmpty && !ended.text.isEmpty, "\(arguments): \(ended.errors)")
        }
    }

    @Test(arguments: [0o620, 0o602, 0o666])
    func aFileThatOthersMayWriteIsRefused(mode: Int) async throws {
        try await expect("log-level: info\n", "kluisd.yaml may be written by others; run chmod go-w on it", mode: mode)
    }

    @Test func aFileThatIsNotThereIsRefused() async throws {
        let ended = try await Built.run("kluisd", ["check", "--config", "/nowhere/kluisd.yaml"])
        #expect(ended.status == 2 && ended.errors.contains("/nowhere/kluisd.yaml cannot be read"))
    }

    /// The file that is shipped: every key in it is known, and every known key is in it.
    @Test func theShippedFileHasEveryKeyAndNoOther() async throws {
        let text = try String(contentsOfFile: Built.root + "/Config/kluisd.yaml", encoding: .utf8)
        let ended = try await check(text, mode: 0o644)
        #expect(ended.text.contains("configuration: ok"), "\(ended.errors)")
        let written = Set(text.matches(of: /(?m)^([a-z-]+):/).map { String($0.1) })
        let refused = try await check("no-such-key: 1\n")
        let listed = try #require(refused.errors.firstMatch(of: /the keys are (.*)/))
        let known = Set(listed.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        #expect(written == known && known.count > 5)
    }
}
