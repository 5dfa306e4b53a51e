internal import ArgumentParser
internal import Wire

struct StatusCommand: TalkingCommand {
    static let configuration = kluis.configuration("status", dutch: "stand", help: .helpStatus)
    @OptionGroup var common: CommonOptions

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        let status = try await client.ask(.status, for: StatusAnswer.self)
        try client.console.show(status) {
            particulars(
                (.headState, say(status.state == "open" ? .vaultOpen : .vaultSealed)), (.headVault, status.vault),
                (.headRehearsal, say(status.rehearsal ? .yes : .no)), (.headVersion, status.version), (.headReglement, status.reglement),
                (.headPolicies, status.policies), (.headClock, status.moment), (.headLines, status.ledgerSize.map { String($0) }),
                (.headWitnesses, status.witnesses.map { String($0) }),
                (.headUnwitnessed, status.unwitnessedSince.map { say(.unwitnessed, $0, String(status.unwitnessedEntries ?? 0)) }),
                (.headReadOnly, status.readOnlyFrom))
        }
        if status.rehearsal { Console.warn(say(.rehearsalVault)) }
        if status.state != "open" { throw Failure(.sealed) }
        // The public copy is for whoever is signed in; who is not hears that nothing was checked.
        do {
            if client.circumstances.token == nil { throw Failure(.signInFirst) }
            try await client.checkSeenBefore()
        } catch let failure as Failure where failure.code == .signInFirst {
            if !client.console.json { Console.hint(say(.logNotChecked)) }
        }
    }
}

struct LoginCommand: KluisCommand {
    static let configuration = kluis.configuration("login", dutch: "aanmelden", help: .helpLogin)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    @Option(name: .long, help: ArgumentHelp(say(.helpHat)))
    var hat: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpKey), valueName: "file"))
    var key: String?

    func run() async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        guard let keyFile = key ?? Environment.filled("KLUIS_KEY") else { throw Failure.invalid(.noKey) }
        var circumstances = try common.circumstances()
        // A session that may still run is no part of a new sign-in.
        circumstances.token = nil
        let wantedHat = hat.map(Vocabulary.hat)
        let (session, alarm) = try await Connection.open(circumstances.socket) { [circumstances] connection in
            // One connection for both: the daemon binds the challenge to the machine account at its other end.
            let client = Client(circumstances, over: connection)
            let challenge = try await client.ask(
                .challenge, sending: ChallengeRequest(worker: worker, hat: wantedHat), for: ChallengeAnswer.self)
            let signature = try Signer.sign(challenge, worker: worker, keyFile: keyFile)
            let session = try await client.ask(
                .signIn, sending: SignInRequest(challenge: challenge.challenge, signature: signature), for: SessionAnswer.self)
            var signedIn = circumstances
            signedIn.token = session.token
            // Whoever has to look into it must be able to sign in, so an alarm does not stop this; every look at the log repeats it.
            var alarm: Failure?
            do { try await Client(signedIn, over: connection).checkSeenBefore() } catch let failure as Failure { alarm = failure }
            return (session, alarm)
        }
        guard let token = session.token else { throw Failure(.internal) }
        try Runtime.chosen(environment: Environment.filled)
            .keep(StoredSession(socket: circumstances.socket, token: token, worker: session.handle, hat: session.hat))
        var shown = session
        // The token stays in its file: it is not for screens and scrollback.
        shown.token = nil
        try Console(json: common.json).show(shown) {
            [
                say(
                    .signedIn, session.name ?? session.handle, session.organisationHandle ?? session.organisation,
                    session.hat.map(Spoken.word) ?? "-")
            ]
        }
        if session.rehearsal { Console.warn(say(.rehearsalVault)) }
        if let alarm {
            Console.warn(alarm.line)
            for hint in alarm.allHints { Console.hint(hint) }
        }
    }
}

struct LogoutCommand: TalkingCommand {
    static let configuration = kluis.configuration("logout", dutch: "afmelden", help: .helpLogout)
    @OptionGroup var common: CommonOptions

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        guard client.circumstances.token != nil else { throw Failure(.signInFirst, say(.notSignedIn)) }
        defer { Runtime.chosen(environment: Environment.filled).forget(client.circumstances.socket) }
        try await client.tell(.signOut)
        if !common.json { Console.line(say(.signedOut)) }
    }
}

struct WhoamiCommand: TalkingCommand {
    static let configuration = kluis.configuration("whoami", dutch: "wieben", "wie-ben-ik", help: .helpWhoami)
    @OptionGroup var common: CommonOptions

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        guard client.circumstances.token != nil else { throw Failure(.signInFirst, say(.notSignedIn)) }
        let session = try await client.ask(.session, for: SessionAnswer.self)
        try client.console.show(session) {
            particulars(
                (.headWorker, session.handle), (.headName, session.name),
                (.headOrganisation, session.organisationHandle ?? session.organisation),
                (.headHat, session.hat),
                (.headRoles, Spoken.words(session.roles)), (.headFrom, session.started))
        }
        if session.rehearsal { Console.warn(say(.rehearsalVault)) }
    }
}
