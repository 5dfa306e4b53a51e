import Foundation
import Testing

/// Somebody with an SQLite shell, or a hand on the files: found before it decides anything.
@Suite(.timeLimit(.minutes(2))) struct TamperTests {
    /// SQL for a blob with another last byte, whatever byte it was: a fixed one would change nothing once in 256 runs.
    static func flipped(_ blob: String) -> String {
        "CAST(substr(\(blob), 1, length(\(blob)) - 1) || CASE WHEN substr(\(blob), -1) = x'55' THEN x'aa' ELSE x'55' END AS BLOB)"
    }

    /// A row of the registry or of the household, by its kind in table `record`.
    enum Row: Int, CaseIterable, Sendable {
        case worker = 3
        case role = 4
        case workerKey = 5
        case involvement = 27
        case consent = 28
        case item = 40

        var isOfHousehold: Bool { rawValue >= 20 }
        /// Changes the last byte of what is sealed in every row of the kind, whatever it was.
        var edit: String { "UPDATE record SET facts = \(TamperTests.flipped("facts")) WHERE kind = \(rawValue)" }
    }

    private func startIsRefused(_ daemon: Kluisd, _ place: SourceLocation = #_sourceLocation) async throws {
        let ended = try await daemon.startRefused(place)
        #expect(ended.status == 5, "\(ended.status) \(ended.errors)", sourceLocation: place)
        #expect(
            ended.errors.firstMatch(of: /kluisd: error: the (store|ledger) (does not verify|is older)/) != nil
                && ended.errors.contains("kluisd: hint: "), "\(ended.errors)", sourceLocation: place)
    }

    private func doesNotVerify(_ reply: Reply, _ place: SourceLocation = #_sourceLocation) {
        #expect(reply.status == 500 && reply.problem == "verificationFailed", "\(reply.status) \(reply.text)", sourceLocation: place)
    }

    @Test(arguments: Row.allCases)
    func anEditedRowIsFoundAtStart(row: Row) async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.sqlite(row.edit)
        try await startIsRefused(daemon)
    }

    @Test(arguments: Row.allCases)
    func anEditedRowIsFoundWhileItRuns(row: Row) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let path = "/v1/households/\(furnished.household)/items"
        #expect(try await daemon.ask("GET", path, as: joost, purpose: "D2").status == 200)
        try await daemon.sqlite(row.edit)
        doesNotVerify(try await daemon.ask("GET", path, as: joost, purpose: "D2"))
        if !row.isOfHousehold {
            let challenge = try await daemon.challenge("kees", hat: "help")
            doesNotVerify(try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "kees")))
        }
        #expect(try await daemon.stop() == 0)
        try await startIsRefused(daemon)
    }

    /// What could not be decided is a line all the same, about nobody.
    @Test func anAttemptOnFalseFactsIsRecorded() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let renske = try await daemon.signIn("renske")
        try await daemon.sqlite(Row.consent.edit)
        doesNotVerify(try await daemon.ask("GET", "/v1/households/\(furnished.household)/items", as: joost, purpose: "D2"))
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=2", as: renske, purpose: "D8")
        let line = try #require(page.text.firstMatch(of: /\{[^{}]*system:referenceMonitor[^{}]*\}/), "\(page.text)")
        #expect(line.0.contains(#""action":"listItems""#) && line.0.contains(#""outcome":"refuse""#), "\(line.0)")
        #expect(!line.0.contains(furnished.household) && !line.0.contains("w-"), "\(line.0)")
        #expect(try await daemon.stop() == 0)
    }

    private let copyOfConsent = """
        SELECT 'INSERT OR REPLACE INTO record VALUES(' || quote(space) || ',' || kind || ',' || quote(id) || ',' || version || ',' || bucket || ','
        || quote(facts) || ',' || quote(words) || ',' || quote(content) || ',' || quote(digest) || ');' FROM record WHERE kind = 28
        """
    private let copyOfManifests =
        "SELECT 'INSERT OR REPLACE INTO manifest VALUES(' || quote(space) || ',' || quote(body) || ');' FROM manifest"
    private let copyOfCommitRecord =
        "SELECT 'INSERT OR REPLACE INTO commit_record VALUES(1,' || quote(body) || ',' || quote(mac) || ');' FROM commit_record"

    /// The consent as it was before it was withdrawn, with more and more of what stood around it.
    @Test(arguments: [1, 2, 3], [true, false])
    func anOldRowPutBackIsFound(parts: Int, running: Bool) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        var old = ""
        for copy in [copyOfConsent, copyOfManifests, copyOfCommitRecord].prefix(parts) { old += try await daemon.sqlite(copy) }
        let withdrawn = try await daemon.ask(
            "POST", "/v1/consents/\(furnished.consent)/withdrawal", as: daemon.signIn("kees", hat: "help"), purpose: "D7",
            json: #"{"by":"\#(furnished.selma)"}"#)
        try #require(withdrawn.status == 200, "\(withdrawn.text)")
        let list = "/v1/households/\(furnished.household)/consents"
        #expect(try await daemon.ask("GET", list, as: joost, purpose: "D2").text.contains(#""state":"withdrawn""#))
        if running {
            try await daemon.sqlite(old)
            doesNotVerify(try await daemon.ask("GET", list, as: joost, purpose: "D2"))
            // Its last checkpoint cannot be recorded on top of this, so it may not end as if all were well.
            _ = try await daemon.stop()
        } else {
            #expect(try await daemon.stop() == 0)
            try await daemon.sqlite(old)
            try await startIsRefused(daemon)
        }
    }

    /// The whole database as it was, with keys and all: only the checkpoint that was published since knows better.
    @Test func anOldDatabasePutBackIsFound() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        let old = try Data(contentsOf: URL(fileURLWithPath: daemon.database))
        try await daemon.start()
        #expect(try await daemon.consent(furnished, as: daemon.signIn("joost", hat: "direction")).status == 201)
        #expect(try await daemon.stop() == 0)
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: daemon.database + name) }
        try old.write(to: URL(fileURLWithPath: daemon.database))
        try await startIsRefused(daemon)
    }

    /// Rows that are no records: wrapped keys, contents, kept answers.
    enum OtherRow: String, CaseIterable, Sendable {
        case removeCompartmentKeys, removeAuditKey, removeVaultAuditKey, exchangeKeys, addKey
        case removeContentRow, pointContentElsewhere, exchangeContentKeys, addContentRow
        case removeAnswer, editAnswer, addAnswer

        var statement: String {
            switch self {
            case .removeCompartmentKeys: "DELETE FROM wrap WHERE kind = 4"
            case .removeAuditKey: "DELETE FROM wrap WHERE kind = 3 AND household <> zeroblob(16)"
            case .removeVaultAuditKey: "DELETE FROM wrap WHERE kind = 3 AND household = zeroblob(16)"
            case .exchangeKeys: "UPDATE wrap SET envelope = (SELECT envelope FROM wrap WHERE kind = 4 ORDER BY id LIMIT 1) WHERE kind = 4"
            case .addKey: "INSERT INTO wrap SELECT household, kind, randomblob(16), epoch, envelope FROM wrap WHERE kind = 4"
            case .removeContentRow: "DELETE FROM item_version"
            case .pointContentElsewhere: "UPDATE item_version SET blob = randomblob(16) WHERE blob IS NOT NULL"
            case .exchangeContentKeys: "UPDATE item_version SET wrapped = (SELECT envelope FROM wrap WHERE kind = 2)"
            case .addContentRow:
                "INSERT INTO item_version SELECT household, randomblob(16), version, compartment, wrapped, meta, length, digest, NULL, small FROM item_version WHERE small IS NOT NULL"
            case .removeAnswer: "DELETE FROM answer"
            case .editAnswer: "UPDATE answer SET body = \(TamperTests.flipped("body"))"
            case .addAnswer: "INSERT INTO answer SELECT seq + 1, randomblob(32), day, body FROM answer"
            }
        }
        var isKey: Bool { ["removeCompartmentKeys", "removeAuditKey", "removeVaultAuditKey", "exchangeKeys", "addKey"].contains(rawValue) }
        var isContent: Bool { rawValue.contains("ontent") }
        /// A row that nothing names is never looked at while the vault is open, and decides nothing.
        var isOnlyFoundAtStart: Bool { self == .addContentRow || self == .addAnswer }
    }

    @Test(arguments: OtherRow.allCases)
    func anAlteredRowThatIsNoRecordIsFound(row: OtherRow) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let list = "/v1/households/\(furnished.household)/items"
        func create() async throws -> Reply {
            try await daemon.ask(
                "POST", "/v1/households", as: joost, purpose: "D1", [("Idempotency-Key", "once")], json: #"{"municipality":"waterwolde"}"#)
        }
        let made = try await create().id()
        #expect(try await daemon.ask("GET", list, as: joost, purpose: "D2").status == 200)
        let households = try await daemon.sqlite("SELECT count(*) FROM record WHERE kind = 20")
        try await daemon.sqlite(row.statement)
        if row.isOnlyFoundAtStart {
            #expect(try await create().id() == made)
        } else if row.isKey {
            // Nothing is decided about the household any more.
            for path in [list, "/v1/households/\(furnished.household)", "/v1/households/\(furnished.household)/consents"] {
                doesNotVerify(try await daemon.ask("GET", path, as: joost, purpose: "D2"))
            }
        } else if row.isContent {
            for item in [furnished.small, furnished.large, furnished.other] {
                let answer = try await daemon.read(item, in: furnished, as: joost)
                #expect(answer.range(of: Data("small one".utf8)) == nil || row == .pointContentElsewhere)
                if row != .pointContentElsewhere { doesNotVerify(try #require(Reply(answer))) }
            }
            doesNotVerify(try #require(Reply(try await daemon.read(furnished.large, in: furnished, as: joost))))
        } else {
            // Neither carried out again nor answered with something else.
            doesNotVerify(try await create())
        }
        #expect(try await daemon.sqlite("SELECT count(*) FROM record WHERE kind = 20") == households)
        _ = try await daemon.stop()
        try await startIsRefused(daemon)
    }

    /// A row of a content that was altered sends no blob to the trash.
    @Test func housekeepingActsOnVerifiedRowsOnly() async throws {
        let (daemon, _) = try await Kluisd.copy()
        func blobs() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: daemon.state + "/blobs").filter { $0.utf8.count == 35 }
        }
        let before = try blobs()
        #expect(before.count == 1)
        for path in before {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: daemon.state + "/blobs/" + path)
        }
        try await daemon.sqlite("DELETE FROM item_version WHERE blob IS NOT NULL")
        try await startIsRefused(daemon)
        #expect(try blobs() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/trash").isEmpty)
    }

    static let schemas = [
        "CREATE TRIGGER swallow BEFORE INSERT ON ledger_leaf BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER undo AFTER UPDATE ON commit_record BEGIN DELETE FROM ledger_open; END", "CREATE VIEW v AS SELECT * FROM record",
        "CREATE INDEX i ON record(kind)", "DROP INDEX answer_day", "ALTER TABLE record ADD COLUMN more BLOB", "CREATE TABLE extra(x)",
    ]

    /// A trigger would run inside the vault's own transactions.
    @Test(arguments: schemas)
    func anotherSchemaIsFound(change: String) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let path = "/v1/households/\(furnished.household)/items"
        #expect(try await daemon.ask("GET", path, as: joost, purpose: "D2").status == 200)
        let lines = try await daemon.sqlite("SELECT count(*) FROM ledger_leaf")
        try await daemon.sqlite(change)
        doesNotVerify(try await daemon.ask("GET", path, as: joost, purpose: "D2"))
        #expect(try await daemon.add(Data("lost".utf8), title: "lost", to: furnished, as: joost).status == 500)
        #expect(try await daemon.sqlite("SELECT count(*) FROM ledger_leaf") == lines)
        _ = try await daemon.stop()
        let ended = try await daemon.startRefused()
        #expect(
            ended.status == 5 && ended.errors.contains("in the database is not as the vault made it"), "\(ended.status) \(ended.errors)")
    }

    /// By the list of its steps the schema is brought up to date: a step that is missing there would be taken again.
    @Test(arguments: [
        "DELETE FROM grdb_migrations WHERE identifier = 'ledger-2'", "INSERT INTO grdb_migrations VALUES('ledger-3')",
        "UPDATE grdb_migrations SET identifier = CAST(identifier AS BLOB)",
    ])
    func anotherListOfStepsIsFound(change: String) async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.sqlite(change)
        try await startIsRefused(daemon)
    }

    /// The keyring of last month put back: the key that this month's lines lie under would be gone, and made anew.
    @Test func anOldKeyringPutBackIsFound() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let file = URL(fileURLWithPath: daemon.keys + "/keyring")
        let old = try Data(contentsOf: file)
        let moved = try await daemon.ask("POST", "/v1/rehearsal/clock", json: #"{"moment":"2026-06-08T10:00:00Z"}"#)
        try #require(moved.status == 200, "\(moved.text)")
        let joost = try await daemon.signIn("joost", hat: "direction")
        _ = try await daemon.ask("GET", "/v1/households/\(furnished.household)/items", as: joost, purpose: "D2")
        #expect(try await daemon.stop() == 0)
        let new = try Data(contentsOf: file)
        try #require(new != old)
        try old.write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let ended = try await daemon.startRefused()
        #expect(ended.status == 5 && ended.errors.contains("keyringPutBack"), "\(ended.status) \(ended.errors)")
        try new.write(to: file)
        try await daemon.start()
        #expect(try await daemon.stop() == 0)
    }

    /// A practice vault of an earlier format is told as that, not as forged.
    @Test func aVaultOfAnEarlierFormatIsRefusedClearly() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.sqlite("PRAGMA user_version = 0; PRAGMA wal_checkpoint(TRUNCATE);")
        let ended = try await daemon.startRefused()
        #expect(ended.status == 2 && ended.errors.contains("this vault has format 0"), "\(ended.status) \(ended.errors)")
    }

    /// Two small items change places in the database.
    @Test func exchangedSmallContentsAreFound() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try #require(Reply(await daemon.read(furnished.small, in: furnished, as: joost)))
        #expect(before.body == Data("the first small one".utf8))
        try await daemon.sqlite(
            """
            CREATE TEMP TABLE before AS SELECT item, small FROM item_version WHERE small IS NOT NULL;
            UPDATE item_version SET small = (SELECT small FROM before WHERE before.item <> item_version.item) WHERE small IS NOT NULL;
            """)
        for item in [furnished.small, furnished.other] {
            let answer = try await daemon.read(item, in: furnished, as: joost)
            #expect(answer.range(of: Data("small one".utf8)) == nil)
            if let reply = Reply(answer) { doesNotVerify(reply) }
        }
        #expect(try await daemon.stop() == 0)
        // Bytes of contents are not read at a start, but their lengths are.
        try await daemon.start()
        #expect(try await daemon.stop() == 0)
        try await daemon.sqlite("UPDATE item_version SET small = CAST(small || x'00' AS BLOB) WHERE small IS NOT NULL")
        try await startIsRefused(daemon)
    }

    enum BlobAttack: String, CaseIterable, Sendable { case anothersContent, flippedByte, cutOff, longer, gone }

    /// The file of a large item.
    @Test(arguments: BlobAttack.allCases)
    func aBlobThatIsNotItsOwnIsFound(attack: BlobAttack) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        func blobs() throws -> Set<String> {
            Set(try FileManager.default.subpathsOfDirectory(atPath: daemon.state + "/blobs").filter { $0.utf8.count == 35 })
        }
        let own = try #require(try blobs().first)
        let file = URL(fileURLWithPath: daemon.state + "/blobs/" + own)
        #expect(try await daemon.add(Data(Kluisd.largeContent.reversed()), title: "reversed", to: furnished, as: joost).status == 201)
        #expect(Reply(try await daemon.read(furnished.large, in: furnished, as: joost))?.body == Kluisd.largeContent)
        var bytes = try Data(contentsOf: file)
        switch attack {
        case .anothersContent:
            let other = try #require(try blobs().subtracting([own]).first)
            bytes = try Data(contentsOf: URL(fileURLWithPath: daemon.state + "/blobs/" + other))
        case .flippedByte: bytes[bytes.startIndex + 40] ^= 1
        case .cutOff: bytes.removeLast(1)
        case .longer: bytes.append(0)
        case .gone: break
        }
        if attack == .gone { try FileManager.default.removeItem(at: file) } else { try bytes.write(to: file) }
        let answer = try await daemon.read(furnished.large, in: furnished, as: joost)
        if let reply = Reply(answer) { doesNotVerify(reply) }
        // Nothing of the other one's content either.
        #expect(answer.range(of: Data(Kluisd.largeContent.reversed().prefix(64))) == nil)
        // Nobody else's item suffers.
        #expect(Reply(try await daemon.read(furnished.small, in: furnished, as: joost))?.body == Data("the first small one".utf8))
        let verification = try await daemon.ask("POST", "/v1/ledger/verification", as: daemon.signIn("otto"), purpose: "D8")
        #expect(!verification.text.contains(#""problems":[]"#), "\(verification.text)")
        #expect(try await daemon.stop() == 0)
    }

    /// A line that was taken away or covered while the vault is open, as the officer hears it.
    @Test(arguments: [
        ("DELETE FROM ledger_leaf WHERE seq = 5", "leaf-missing:5"),
        ("UPDATE ledger_leaf SET side = CAST(x'07' || '2025-03' || substr(side, 9) AS BLOB) WHERE seq = 5", "line-does-not-open:5"),
        ("DELETE FROM ledger_checkpoint", "rows-differ"),
        ("INSERT INTO ledger_leaf SELECT 5000, leaf, side FROM ledger_leaf WHERE seq = 5", "rows-differ"),
    ])
    func aChangedLedgerIsFoundWhileItRuns(edit: String, problem: String) async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let otto = try await daemon.signIn("otto")
        try await daemon.sqlite(edit)
        let verification = try await daemon.ask("POST", "/v1/ledger/verification", as: otto, purpose: "D8")
        #expect(verification.text.contains(#""\#(problem)""#), "\(verification.text)")
        if problem != "rows-differ" {
            doesNotVerify(try await daemon.ask("GET", "/v1/ledger/entries?last=200", as: otto, purpose: "D8"))
        }
        _ = try await daemon.stop()
        try await startIsRefused(daemon)
    }

    /// A reading's outcome that can no longer be written, because somebody laid hands on its household's keys, is that household's trouble.
    @Test func oneHouseholdsTroubleIsNobodyElses() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let list = "/v1/households/\(furnished.household)/items"
        #expect(try await daemon.ask("GET", list, as: joost, purpose: "D2").status == 200)
        // The outcome of that waits for the next commit.
        try await daemon.sqlite("UPDATE wrap SET envelope = zeroblob(105) WHERE household <> zeroblob(16)")
        #expect(!(try await daemon.signIn("kees", hat: "help")).isEmpty)
        doesNotVerify(try await daemon.ask("GET", list, as: joost, purpose: "D2"))
        _ = try await daemon.stop()
        try await startIsRefused(daemon)
    }

    /// A row of cosignatures that nobody gave: no leaf is made of it, for that could never be taken back.
    @Test func aCosignatureThatNobodyGaveIsNotAnchored() async throws {
        let (daemon, _) = try await Kluisd.copy()
        let size = try await daemon.sqlite("SELECT max(size) FROM ledger_checkpoint")
        try await daemon.sqlite(
            "INSERT INTO ledger_cosigned(size, note) SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
        try await daemon.start()
        #expect(try await daemon.stop() == 0)
        #expect(try await daemon.sqlite("SELECT seq IS NULL FROM ledger_cosigned WHERE size = \(size)") == "1\n")
        let offline = try await Built.run("kluis", ["ledger", "verify", "--offline", daemon.state + "/ledger"])
        #expect(offline.status == 0, "\(offline.errors)")
    }

    /// The exported ledger and the one in the database.
    @Test func aChangedLedgerIsFoundAtStart() async throws {
        for edit in [
            "DELETE FROM ledger_leaf WHERE rowid = (SELECT max(rowid) FROM ledger_leaf)", "DELETE FROM ledger_leaf WHERE rowid = 5",
            "DELETE FROM ledger_head", "DELETE FROM ledger_checkpoint", "UPDATE ledger_checkpoint SET moment = moment + 1",
            "UPDATE ledger_leaf SET side = CAST(x'07' || '2025-03' || substr(side, 9) AS BLOB) WHERE seq = 5",
        ] {
            let (daemon, _) = try await Kluisd.copy()
            try await daemon.sqlite(edit)
            try await startIsRefused(daemon)
        }
    }
}
