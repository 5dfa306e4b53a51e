import Foundation
import Glibc
import Testing

/// What `kluisd check` says before `init` and before `serve`, held against what these then do.
@Suite(.timeLimit(.minutes(4))) struct CheckTests {
    /// A thing that is wrong with a place for a vault, or with a vault.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int32
        /// What is said, with the vault's folder as `@`.
        let words: String
        let make: @Sendable (RealVault) throws -> Void
        var testDescription: String { name }

        init(_ name: String, _ status: Int32, _ words: String, _ make: @escaping @Sendable (RealVault) throws -> Void) {
            (self.name, self.status, self.words, self.make) = (name, status, words, make)
        }
    }

    private static func mode(_ mode: Int, _ path: String) -> @Sendable (RealVault) throws -> Void {
        { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: $0.directory + "/" + path) }
    }

    private static func folder(_ path: String, _ mode: Int) -> @Sendable (RealVault) throws -> Void {
        {
            try FileManager.default.createDirectory(atPath: $0.directory + "/" + path, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: $0.directory + "/" + path)
        }
    }

    private static func gone(_ path: String) -> @Sendable (RealVault) throws -> Void {
        { try FileManager.default.removeItem(atPath: $0.directory + "/" + path) }
    }

    /// With and without a vault.
    private static let always = [
        Wrong("key file for others", 2, "@/root.key may be read by others", mode(0o644, "root.key")),
        Wrong("no key file", 4, "@/root.key cannot be read", gone("root.key")),
    ]

    static let beforeInit =
        always + [
            Wrong("state open", 2, "@/state is not private to the daemon: its mode is 0755", folder("state", 0o755)),
            Wrong("keys open", 2, "@/keys is not private to the daemon: its mode is 0710", folder("keys", 0o710)),
            Wrong("state a file", 2, "@/state is not a folder") { try Data().write(to: URL(fileURLWithPath: $0.directory + "/state")) },
            Wrong("nowhere", 2, "@/nowhere/state cannot be made") { try $0.configure("state-directory", $0.directory + "/nowhere/state") },
            Wrong("no credential", 4, "there is no credential to open the vault with") { try $0.configure("unseal", "credential") },
        ]

    static let beforeServe =
        always + [
            Wrong("state open", 2, "@/state is not private to the daemon: its mode is 0755", mode(0o755, "state")),
            Wrong("keys open", 2, "@/keys is not private to the daemon: its mode is 0755", mode(0o755, "keys")),
            Wrong("slots open", 2, "@/keys/slots is not private to the daemon: its mode is 0640", mode(0o640, "keys/slots")),
            Wrong("keyring open", 2, "@/keys/keyring is not private to the daemon: its mode is 0604", mode(0o604, "keys/keyring")),
            Wrong("blobs open", 2, "@/state/blobs/a0 is not private to the daemon: its mode is 0750", mode(0o750, "state/blobs/a0")),
            Wrong("keyring a link", 2, "@/keys/keyring is not a file") {
                let keyring = $0.directory + "/keys/keyring"
                try FileManager.default.moveItem(atPath: keyring, toPath: keyring + ".away")
                try FileManager.default.createSymbolicLink(atPath: keyring, withDestinationPath: keyring + ".away")
            },
            Wrong("no keyring", 2, "the keyring file of this vault is missing", gone("keys/keyring")),
            Wrong("a folder for a socket", 70, "the socket cannot be opened: Is a directory") {
                try $0.configure("socket", $0.directory + "/state")
            },
            Wrong("no slots", 2, "the slots file of this vault is missing", gone("keys/slots")),
            Wrong("no database", 2, "the database file of this vault is missing", gone("state/vault.db")),
            Wrong("no place for the socket", 2, "@/run, where the socket is to be, is not there") {
                try $0.configure("socket", $0.directory + "/run/s")
            },
            Wrong("lock a folder", 70, "@/state/lock cannot be opened") {
                try gone("state/lock")($0)
                try folder("state/lock", 0o700)($0)
            },
        ]

    private func expect(_ ended: Built.Ended, _ wrong: Wrong, _ vault: RealVault, _ place: SourceLocation = #_sourceLocation) {
        let words = "kluisd: error: " + wrong.words.replacing("@", with: vault.directory)
        #expect(ended.status == wrong.status && ended.errors.contains(words), "\(ended.status) \(ended.errors)", sourceLocation: place)
        #expect(!ended.text.contains("memory:"), "\(ended.text)", sourceLocation: place)
    }

    @Test(arguments: beforeInit) func whatInitWouldRefuseIsSaidBefore(wrong: Wrong) async throws {
        let vault = try await RealVault(.keyFile)
        try wrong.make(vault)
        expect(try await vault.check(), wrong, vault)
        expect(try await vault.initialise(), wrong, vault)
    }

    @Test(arguments: beforeServe) func whatServeWouldRefuseIsSaidBefore(wrong: Wrong) async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        try wrong.make(vault)
        expect(try await vault.check(), wrong, vault)
        expect(try await vault.startRefused(), wrong, vault)
    }

    @Test(arguments: RealVault.Opening.allCases) func whatIsNotThereYetIsNoFault(opening: RealVault.Opening) async throws {
        let vault = try await RealVault(opening)
        let before = try await vault.check()
        #expect(before.status == 0 && before.errors.isEmpty, "\(before.status) \(before.errors)")
        for line in [
            "configuration: ok", "state: \(vault.directory)/state is not there yet; kluisd init makes it",
            "keys: \(vault.directory)/keys is not there yet; kluisd init makes it", "vault: none yet; kluisd init makes one",
            "socket: ok, there is a place for it",
        ] { #expect(before.text.contains(line + "\n"), "\(line): \(before.text)") }
        #expect(before.text.contains(opening == .passphrase ? "secret: a passphrase" : "secret: ok, \(opening.rawValue)"), "\(before.text)")
        #expect(!FileManager.default.fileExists(atPath: vault.directory + "/state"), "nothing is made")
        #expect(try await vault.initialise().status == 0)
        let after = try await vault.check()
        #expect(after.status == 0 && after.text.contains("state: ok, private\nkeys: ok, private\nways to open: 1\n"), "\(after.text)")
        // Nor does it take anything from who serves.
        try await vault.start()
        #expect(try await vault.check().status == 0)
        #expect(try await vault.stop() == 0, "\(vault.errors)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can look at another account's vault"))
    func anotherAccountsVaultIsChangedAsLittleAsItIsServed() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        #expect(try await Built.run("/bin/chown", ["65534", vault.directory + "/keys"]).status == 0)
        for ended in [try await vault.check(), try await vault.startRefused()] {
            #expect(ended.status == 2 && ended.errors.contains("/keys belongs to another account"), "\(ended.status) \(ended.errors)")
        }
    }

    /// As every other command looks at it.
    @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/etc/kluis/kluisd.yaml"), "this machine has a vault of its own"))
    func theUsualFileIsLookedAt() async throws {
        let ended = try await Built.run("kluisd", ["check"])
        #expect(ended.status == 2 && ended.errors.contains("/etc/kluis/kluisd.yaml cannot be read"), "\(ended.status) \(ended.errors)")
        // A set that is offered is looked at without a vault.
        let policies = try await Built.run("kluisd", ["check", "--policies", Built.policies])
        #expect(policies.status == 0 && policies.text.contains("policies: ok") && !policies.text.contains("configuration"))
    }

    /// A practice vault is not made where it could not be served.
    @Test func aPracticeVaultWithoutAPlaceForItsSocketIsNotMade() async throws {
        let directory = try Built.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let arguments = ["rehearse", "--state", directory + "/state", "--socket", directory + "/run/s"]
        let ended = try await Built.refused(arguments, #_sourceLocation)
        #expect(ended.status == 2 && ended.errors.contains("\(directory)/run, where the socket is to be, is not there"), "\(ended.errors)")
        #expect(!FileManager.default.fileExists(atPath: directory + "/state"))
    }
}
