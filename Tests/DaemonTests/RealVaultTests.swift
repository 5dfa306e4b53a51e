import Foundation
import Glibc
import Testing

/// A vault for work and not for practice: `kluisd init`, `kluisd serve`, and the first worker at the door.
@Suite(.timeLimit(.minutes(3))) struct RealVaultTests {
    @Test(arguments: RealVault.Opening.allCases)
    func theFirstWorkerSignsIn(opening: RealVault.Opening) async throws {
        let vault = try await RealVault(opening)
        // Nobody is there yet.
        let early = try await vault.startRefused()
        #expect(early.status == 2 && early.errors.contains("there is no vault in"), "\(early.status) \(early.errors)")
        let made = try await vault.initialise()
        #expect(made.status == 0 && made.text.contains("the vault was made in"), "\(made.errors)")
        let again = try await vault.initialise()
        #expect(again.status == 2 && again.errors.contains("there is a vault in"), "\(again.status) \(again.errors)")

        try await vault.start()
        let status = try await vault.kluis("status")
        #expect(
            status.status == 0 && status.text.contains("open") && !status.errors.contains("rehearsal"), "\(status.text) \(status.errors)")
        let before = try await vault.kluis("worker", "list", "--purpose", "D8")
        #expect(before.status == 7 && before.errors.contains("kluis: error: sign in first"), "\(before.errors)")
        let login = try await vault.kluis("login", "lotte")
        #expect(login.status == 0 && login.text.contains("lotte"), "\(login.errors)")
        let workers = try await vault.kluis("worker", "list", "--purpose", "D8")
        #expect(workers.status == 0 && workers.text.contains("lotte"), "\(workers.errors)")
        // The doors of a practice vault are not there.
        for (path, body) in [("clock", #"{"moment":"2030-01-01T00:00:00Z"}"#), ("fault", #"{"name":"ledger-append"}"#)] {
            let door = try await Built.run(
                "/usr/bin/curl",
                ["-sS", "--unix-socket", vault.socket, "-d", body, "-w", "\n%{http_code}", "http://kluis/v1/rehearsal/\(path)"])
            #expect(door.text.hasSuffix("\n404"), "\(door.text)")
        }
        #expect(try await vault.stop() == 0, "\(vault.errors)")
        let gone = try await vault.kluis("status")
        #expect(gone.status == 4, "\(gone.errors)")

        // The session ended with the daemon, the vault did not.
        try await vault.start()
        let stale = try await vault.kluis("whoami")
        #expect(stale.status == 7, "\(stale.errors)")
        let second = try await vault.kluis("login", "lotte")
        #expect(second.status == 0, "\(second.errors)")
        #expect(try await vault.stop() == 0)
        let offline = try await vault.kluis("ledger", "verify", "--offline", vault.directory + "/state/ledger")
        #expect(offline.status == 0, "\(offline.errors)")
    }

    /// A vault that nobody has worked in yet has a whole public copy, and so has one whose copy was taken away.
    @Test func aYoungVaultVerifies() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        let copy = vault.directory + "/state/ledger"
        for entries in 0..<2 {
            try await vault.start()
            let young = try await vault.kluis("ledger", "verify", "--offline", copy)
            #expect(young.status == 0, "\(entries) \(young.text) \(young.errors)")
            #expect(try await vault.kluis("login", "lotte").status == 0)
            #expect(try await vault.stop() == 0, "\(vault.errors)")
            let older = try await vault.kluis("ledger", "verify", "--offline", copy)
            #expect(older.status == 0 && older.text != young.text, "\(older.text) \(older.errors)")
            try FileManager.default.removeItem(atPath: copy)
        }
    }

    /// A public copy that cannot be written is no reason to stop the help; the operator hears of it, at the end too.
    @Test func aCopyThatCannotBeWrittenStopsNobody() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        let inTheWay = vault.directory + "/state/ledger/log.vkey.new"
        try FileManager.default.createDirectory(
            atPath: inTheWay, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try await vault.start()
        #expect(vault.errors.contains("checkpoint-not-exported"), "\(vault.errors)")
        #expect(try await vault.kluis("login", "lotte").status == 0)
        #expect(try await vault.stop() == 70)
        #expect(vault.errors.contains("the public copy of the log cannot be written: Is a directory"), "\(vault.errors)")
        try FileManager.default.removeItem(atPath: inTheWay)
        try await vault.start()
        #expect(try await vault.kluis("ledger", "verify", "--offline", vault.directory + "/state/ledger").status == 0)
        #expect(try await vault.stop() == 0, "\(vault.errors)")
    }

    @Test(arguments: RealVault.Opening.allCases)
    func aVaultThatStaysSealedServesNobody(opening: RealVault.Opening) async throws {
        let vault = try await RealVault(opening)
        #expect(try await vault.initialise().status == 0)
        if opening != .passphrase { try vault.drawSecret() }
        let sealed = try await vault.startRefused(typing: "een heel andere zin")
        #expect(sealed.status == 4, "\(sealed.status)")
        #expect(sealed.errors.contains("kluisd: error: this secret opens no slot: the vault stays sealed"), "\(sealed.errors)")
        let nothing = try await vault.startRefused(typing: "")
        #expect(nothing.status == 4, "\(nothing.errors)")
        for asked in [try await vault.kluis("status"), try await vault.kluis("login", "lotte")] {
            #expect(asked.status == 4 && asked.errors.hasPrefix("kluis: error: "), "\(asked.status) \(asked.errors)")
            #expect(asked.errors.contains("kluis: hint: "), "\(asked.errors)")
        }
    }

    /// Two proofs: the key alone, from another machine account, signs nobody in.
    @Test func theRightKeyFromAnotherAccountSignsNobodyIn() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise(account: getuid() + 1).status == 0)
        try await vault.start()
        let login = try await vault.kluis("login", "lotte")
        #expect(login.status == 7 && login.errors.contains("kluis: error: signing in failed"), "\(login.status) \(login.errors)")
        #expect(try await vault.stop() == 0)
    }

    /// Two proofs that belong together: a key is used from the machine accounts that it was enrolled for, and those are nobody else's.
    @Test func aKeyGoesWithItsOwnMachineAccount() async throws {
        let vault = try await RealVault(.keyFile)
        let made = try await vault.initialise()
        #expect(made.errors.contains("kluisd: warning: the vault has one functional administrator"), "\(made.errors)")
        try await vault.start()
        for name in ["second", "kees"] {
            let key = vault.directory + "/" + name
            #expect(try await Built.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).status == 0)
        }
        func enrol(_ worker: String, _ key: String, _ uid: UInt32) async throws -> Built.Ended {
            try await vault.kluis(
                "worker", "key", worker, "\(vault.directory)/\(key).pub", "--uid", "\(uid)", "--stored-apart", "--purpose", "D8")
        }
        #expect(try await vault.kluis("login", "lotte").status == 0)
        let second = try await enrol("lotte", "second", getuid() + 1)
        #expect(second.status == 0, "\(second.errors)")
        let elsewhere = try await vault.kluis("login", "lotte", "--key", vault.directory + "/second")
        #expect(elsewhere.status == 7 && elsewhere.errors.contains("signing in failed"), "\(elsewhere.status) \(elsewhere.errors)")
        #expect(try await vault.kluis("login", "lotte").status == 0)
        let worker = "handle: kees\nname: Kees Blokland\norganisation: waterwolde\nsecrecyDeclaredOn: 2026-01-12\n"
        let added = try await vault.kluis("worker", "add", "--purpose", "D8", input: Data(worker.utf8))
        #expect(added.status == 0, "\(added.errors)")
        for uid in [getuid(), getuid() + 1] {
            let shared = try await enrol("kees", "kees", uid)
            #expect(shared.status == 1 && shared.errors.contains("PR-26.2"), "\(shared.status) \(shared.errors)")
            #expect(shared.errors.contains("Ask the technical administrator"), "\(shared.errors)")
        }
        let own = try await enrol("kees", "kees", getuid() + 2)
        #expect(own.status == 0, "\(own.errors)")
        #expect(try await vault.stop() == 0)
        #expect(vault.errors.contains("no second functional administrator"), "\(vault.errors)")
        #expect(vault.errors.contains("no second coordinator, privacy officer"), "\(vault.errors)")
    }

    @Test func aKeyFileThatOthersMayReadOpensNothing() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: vault.directory + "/root.key")
        let refused = try await vault.startRefused()
        #expect(refused.status == 2 && refused.errors.contains("may be read by others"), "\(refused.errors)")
        #expect(refused.errors.contains("kluisd: hint: run chmod 600 on it"))
        try FileManager.default.removeItem(atPath: vault.directory + "/root.key")
        let missing = try await vault.startRefused()
        #expect(missing.status == 4 && missing.errors.contains("cannot be read"), "\(missing.errors)")
    }

    /// With `User=`, systemd lays a credential out for the service's account by an access control list: its mode shows 0440.
    @Test func aCredentialThatOthersMayReadOpensNothing() async throws {
        let vault = try await RealVault(.credential)
        #expect(try await vault.initialise().status == 0)
        for mode in [0o444, 0o460, 0o442] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: vault.secret)
            let refused = try await vault.startRefused()
            #expect(refused.status == 2 && refused.errors.contains("may be read by others"), "\(mode) \(refused.errors)")
        }
        for mode in [0o400, 0o440] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: vault.secret)
            try await vault.start()
            #expect(try await vault.stop() == 0)
        }
        // What lies elsewhere is for its owner alone, whoever calls it a credential.
        let elsewhere = vault.directory + "/kluis-root"
        try FileManager.default.copyItem(atPath: vault.secret, toPath: elsewhere)
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: elsewhere)
        let listed = try await Built.run("kluisd", ["slot", "list", "--config", vault.config, "--open-credential", elsewhere])
        #expect(listed.status == 2 && listed.errors.contains("may be read by others"), "\(listed.errors)")
    }

    /// A configuration that is wrong stops `serve` as it stops `check`.
    @Test func aWrongConfigurationDoesNotServe() async throws {
        let vault = try await RealVault(.keyFile, extra: "sockets: /run/s")
        for ended in [try await vault.startRefused(), try await vault.initialise()] {
            #expect(ended.status == 2 && ended.errors.contains("kluisd.yaml:9: unknown key 'sockets'"), "\(ended.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: vault.directory + "/state/vault.db"), "nothing was made")
    }

    @Test func aPracticeVaultIsNotServedAsARealOne() async throws {
        let (practice, _) = try await Kluisd.copy()
        let vault = try await RealVault(.keyFile)
        for (from, to) in [
            (practice.state, "state"), (practice.keys, "keys"), (practice.keys + "/root.key", "root.key"),
        ] {
            try? FileManager.default.removeItem(atPath: vault.directory + "/" + to)
            #expect(try await Built.run("/bin/cp", ["-a", from, vault.directory + "/" + to]).status == 0)
        }
        let refused = try await vault.startRefused()
        #expect(refused.status == 2 && refused.errors.contains("this is a practice vault"), "\(refused.errors)")
    }

    // MARK: - systemd

    @Test func itTellsTheServiceManager() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        // `start` waits for READY=1 on a real datagram socket.
        try await vault.start()
        #expect(try await vault.kluis("status").status == 0, "ready means that it answers")
        async let status = vault.stop()
        var told: [String] = []
        while let next = try await vault.told() {
            told.append(next)
            if next.hasPrefix("STOPPING=1") { break }
        }
        #expect(told.last == "STOPPING=1", "\(told)")
        #expect(try await status == 0)
    }

    /// A service manager that does not read what it is told holds up nobody.
    @Test(.timeLimit(.minutes(1))) func aServiceManagerThatDoesNotRead() async throws {
        let (daemon, _) = try await Kluisd.copy()
        let manager = try NotifySocket(daemon.directory + "/n")
        let lying = try manager.fill()
        #expect(lying > 0)
        try await daemon.start(environment: ["NOTIFY_SOCKET": manager.path])
        #expect(try await daemon.ask("GET", "/v1/status").status == 200)
        #expect(try await daemon.stop() == 0, "\(daemon.errors)")
        // It was full all the time.
        for _ in 0..<lying { #expect(try await manager.next() == "x") }
    }

    /// Passes the listening socket on as descriptor 3, as systemd does. Source: sd_listen_fds(3).
    private static let launcher = """
        BEGIN { $^F = 255 } use Socket; use POSIX (); my $path = shift; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; bind($s, pack_sockaddr_un($path)) or die;
        listen($s, 64) or die; POSIX::dup2(fileno($s), 3) or die; $ENV{LISTEN_FDS} = 1; $ENV{LISTEN_PID} = $$; exec @ARGV or die;
        """

    @Test func aSocketThatWasInherited() async throws {
        let vault = try await RealVault(.keyFile)
        #expect(try await vault.initialise().status == 0)
        try await vault.start(through: ["/usr/bin/perl", "-e", Self.launcher, vault.socket])
        let login = try await vault.kluis("login", "lotte")
        #expect(login.status == 0 && login.text.contains("lotte"), "\(login.errors) \(vault.errors)")
        #expect(try await vault.stop() == 0)
        #expect(FileManager.default.fileExists(atPath: vault.socket), "a socket that is another's stays")
    }

    /// Clients that stall in their head or in their body, or do not read what is sent to them, do not keep the vault open.
    @Test func aStalledClientDoesNotHoldTheStop() async throws {
        let vault = try await RealVault(.keyFile, extra: "stop-seconds: 1")
        #expect(try await vault.initialise().status == 0)
        try await vault.start()
        let stalled = [
            "POST /v1/login HTTP/1.1\r\nHost: kluis\r\nContent-Length: 100\r\n\r\n{", "GET /v1/status HTTP/1.1\r\nHost:", "",
        ]
        let connections = try stalled.map { try Held(vault.socket, sending: Data($0.utf8)) }
        let document = "GET /v1/openapi.json HTTP/1.1\r\nHost: kluis\r\n\r\n"
        let unread = try Held(vault.socket, sending: Data(String(repeating: document, count: 8).utf8))
        while !unread.isAnswered { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try await vault.kluis("status").status == 0)
        #expect(try await vault.stop() == 0, "\(vault.errors)")
        withExtendedLifetime(unread) {}
        for connection in connections { try await connection.hungUp() }
    }
}
