"""The guards that run.py takes out, one at a time: what each keeps, the code that goes, and the tests that must notice.

A change is (file, text, text instead); the text must stand there exactly once, and GONE instead of it asks whether this guard is taken out.
When a guard moves, move its mutation along; when one is added, add one here. A mutation that survives wants a test, never a weaker mutation.
Every policy and every article that one cites is a guard as well; nobody has to name them.
"""
import pathlib
import re
from dataclasses import dataclass

TOP = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Guard:
    name: str
    what: str
    changes: list
    tests: list
    # A file that is read and not built goes without it for as long as the tests run.
    is_built: bool = True


GUARDS = []


def guard(name, what, file, old, new, *tests, also=()):
    GUARDS.append(Guard(name, what, [("Sources/" + file, old, new)] + [("Sources/" + f, o, n) for f, o, n in also], list(tests)))


def condition(name, what, file, text, *tests):
    """A condition of a guard statement, which holds whatever it says."""
    guard(name, what, file, text, f"GONE || {text}", *tests)


def trial(name, what, file, text, *tests):
    """What an `if` looks for, which it never finds; the text begins behind `if`."""
    guard(name, what, file, "if " + text, "if !GONE, " + text, *tests)


TAMPER = "VaultTests.TamperTests/isFoundBeforeItDecides"
DAEMON_TAMPER = "DaemonTests.TamperTests"
RULES = "VaultTests.MonitorRuleTests"
SIGN_IN = "DaemonTests.SignInTests"
ACCOUNTS = "DaemonTests.AccountTests"
DECIDING = "PolicyTests.DecidingTests"

# MARK: The manifests, and what they vouch for

REGISTRY = "Vault/Registry/Registry.swift"
VERIFICATION = "Vault/Registry/RegistryVerification.swift"

guard(
    "manifest", "the manifest in the file is the one that memory knows", REGISTRY,
    "guard RegistryDigest.manifest(space, sealed: body) == expected else {", "guard GONE || RegistryDigest.manifest(space, sealed: body) == expected else {",
    "VaultTests.TamperTests/rowsPutBackAreFound")
guard(
    "manifest-root", "the manifests at a start are those that the last commit named", VERIFICATION,
    "let tree = try manifestTree(sql)\n            guard tree.root == record.root, UInt64(tree.count) == record.spaces else {",
    "let tree = try manifestTree(sql)\n            guard GONE || tree.root == record.root && UInt64(tree.count) == record.spaces else {",
    "VaultTests.TamperTests/commitRecordPutBackIsFound")
guard(
    "manifest-of-a-bucket", "the rows of a bucket are those that the manifest names, where each is only named", REGISTRY,
    "guard RegistryDigest.bucket(space, bucket, entries.map(\\.named)) == manifest.buckets[bucket] else {",
    "guard GONE || RegistryDigest.bucket(space, bucket, entries.map(\\.named)) == manifest.buckets[bucket] else {",
    "VaultTests.TamperTests/aChangeDoesNotBlessWhatOthersWrote")
guard(
    "manifest-of-records", "the rows of a bucket are those that the manifest names, where all are read", REGISTRY,
    "guard RegistryDigest.bucket(space, bucket, records.map(\\.named)) == expected else {",
    "guard GONE || RegistryDigest.bucket(space, bucket, records.map(\\.named)) == expected else {",
    "VaultTests.TamperTests/oneOldRowPutBackIsFound")
guard(
    "manifest-at-start", "every row is one that its manifest names, when the vault opens", VERIFICATION,
    "guard RegistryDigest.bucket(space, bucket, records) == digest else {",
    "guard GONE || RegistryDigest.bucket(space, bucket, records) == digest else {",
    "VaultTests.TamperTests/oneOldRowPutBackIsFound")
condition(
    "rows-of-nobody", "there is no row of a space that no manifest stands for", VERIFICATION, "known == check.count else",
    "VaultTests.TamperTests/rowsOfNobodyAreFoundAtStart")
guard(
    "consent-row", "a row, a consent's for one, is what its digest says", REGISTRY,
    "guard RegistryDigest.record(key, version: version, facts: facts, words: words, content: content) == digest else {",
    "guard GONE || RegistryDigest.record(key, version: version, facts: facts, words: words, content: content) == digest else {",
    "VaultTests.TamperTests/oldBytesUnderTheDigestOfTheNewAreFound")
guard(
    "commit-record", "the commit record in the file is the one written last", REGISTRY,
    "guard try record.stands(in: sql) else {", "guard try GONE || record.stands(in: sql) else {",
    "VaultTests.TamperTests/everythingPutBackIsFoundWhileItRuns")
guard(
    "commit-record-mac", "the commit record was written by an open vault", "Vault/Registry/CommitRecord.swift",
    "try BLAKE2b.verify(mac, for: body, key: key, label: label)", "if !GONE { try BLAKE2b.verify(mac, for: body, key: key, label: label) }",
    "VaultTests.TamperTests/aCommitRecordThatSomebodyWroteIsFound")
guard(
    "open-readings", "a commit says which readings are still open", "Ledger/LogStanding.swift",
    "in readings.sorted(by: { $0.key < $1.key }) {", "in GONE ? [] : readings.sorted(by: { $0.key < $1.key }) {",
    "VaultTests.TamperTests/aReadingThatIsNoLongerOpenIsFound")
guard(
    "beside-the-leaves", "a commit says which sides and checkpoints lie beside the leaves", "Ledger/LogStanding.swift",
    "var bytes = sides.digest + checkpoints.digest", "var bytes = GONE ? [] : sides.digest + checkpoints.digest",
    DAEMON_TAMPER + "/aChangedLedgerIsFound")
guard(
    "schema", "nobody changed the schema while the vault is open", REGISTRY,
    "if let schema, try Store.schemaCounter(sql) != schema {", "if !GONE, let schema, try Store.schemaCounter(sql) != schema {",
    "VaultTests.TamperTests/anotherSchemaIsFoundBeforeItDecides")
condition(
    "key-rows", "a wrapped key stands in a row that the manifest names", "Vault/Registry/KeyRowsOfSpaces.swift",
    "RegistryDigest.wraps(of: household, wraps) == manifest.wraps else", "VaultTests.TamperTests/aKeyRowPutBackIsFound")
condition(
    "kept-answers", "the kept answers at a start are those that the manifest names", "Vault/Registry/AnswerBook.swift",
    "book.digest(AnswerSteps()) == manifest.answers else", "VaultTests.AnswerTests")
guard(
    "kept-answer", "an answer that is given again is the one that was kept", "Vault/Registry/AnswerBook.swift",
    "KeptAnswer(seq: seq, day: day, digest: RegistryDigest.answer(seq, request: request, day: day, body: body)).short == found.short",
    "GONE || KeptAnswer(seq: seq, day: day, digest: RegistryDigest.answer(seq, request: request, day: day, body: body)).short == found.short",
    "VaultTests.AnswerTests")
guard(
    "content-row", "the row of a content is the one that its item's record names", "Vault/Blobs/ItemContent.swift",
    "guard stored.digest == expected, let summary", "guard GONE || stored.digest == expected, let summary",
    RULES + "/rule7OnlyFactsAreReadUndecided")
condition(
    "keyring", "the keyring file is not older than the last commit", VERIFICATION, "keys.keyringMark.mayFollow(record.keyring) else",
    "VaultTests.KeysTests/anOldKeyringPutBackIsFound")
condition(
    "changed-rows", "a write changes as many rows as it must", "Vault/Octets.swift", "changesCount == count else",
    "VaultTests.TamperTests/aSwallowedWriteIsFound")
trial(
    "ledger-head", "the log is the one that the last commit saw", VERIFICATION, "let ledger, ledger != record.ledger {",
    "VaultTests.TamperTests/aLogThatWasPutBackAloneIsFound")

# MARK: The line in the log

LOG = "Ledger/AuditLog.swift"
WRITE = "            return try write(line, awaitsOutcome: awaitsOutcome, in: transaction)\n"
UNWRITTEN = """let keys = try keys.keysToWrite(household: nil, month: "2026-01", in: transaction)
            return open.withLock {
                let place = LinePlace(month: "2026-01", household: line.household?.text)
                let unwritten = PendingLine(.line(line, awaitsOutcome: false), index: $0.progress.next, place: place, keys: keys)
                return Entry(index: $0.progress.next, line: unwritten, batch: $0.batch)
            }"""
LINES = RULES + "/everyAttemptLeavesExactlyItsLines"


def line(name, what, pattern, *tests):
    guard(name, what, LOG, WRITE, f"            if GONE, {pattern} {{ {UNWRITTEN} }}\n{WRITE}", *tests)


line("line", "every line", "!awaitsOutcome || awaitsOutcome", LINES)
line(
    "line-of-a-refusal", "the line of a refused attempt",
    'case .decision(.refuse, effect: nil) = line.phase, line.note == nil, line.action.text != "signIn"', LINES)
line("line-of-a-change", "the line of a change", "case .decision(_, effect: .completed) = line.phase", LINES)
line("line-of-a-failed-change", "the line of a change that failed", "case .decision(_, effect: .failed) = line.phase", RULES + "/rule8")
line("line-of-a-reading", "the line of a permitted reading", "case .decision(.permit, effect: nil) = line.phase, awaitsOutcome", LINES)
line("line-of-a-question", "the line of having asked what would be decided", 'line.action.text.hasPrefix("check:")', LINES)
line("line-of-signing-in", "the line of signing in", 'line.action.text == "signIn"', SIGN_IN + "/signingInAndOut")
line("line-of-signing-out", "the line of signing out", 'line.action.text == "signOut"', SIGN_IN + "/signingInAndOut")
line("line-of-throttling", "the line of an attempt that came too soon", "line.note == .throttled", "DaemonTests.SearchTests")
line(
    "line-of-false-facts", "the line of an attempt on facts that do not verify", "line.note == .integrityFailure",
    DAEMON_TAMPER + "/anAttemptOnFalseFactsIsRecorded")
line("line-after-a-crash", "the line that closes what a crash left open", "line.note == .closedAtStart", "LedgerTests.AuditLogTests/whatACrashLeftOpenIsClosedAtStart")
guard(
    "line-of-an-outcome", "the line of how a reading ended", "ReferenceMonitor/LineWriter.swift", "        log.appendLater(line, of: entry)\n",
    "        if !GONE { log.appendLater(line, of: entry) }\n", LINES)
condition(
    "receipt", "a receipt is of a line that is durable", LOG, "entry.batch.committed.load(ordering: .acquiring), !",
    "LedgerTests.AuditLogTests/anEntryOfALostTransactionNeverBecomesAReceipt")
condition(
    "receipt-of-an-undone-line", "a receipt is of a line that stands", LOG, "!entry.line.isUndone.load(ordering: .relaxed) else",
    "LedgerTests.AuditLogTests/aLineThatIsUndone")
guard(
    "riding-outcomes", "an outcome that cannot be written harms nobody else", LOG,
    "guard transaction.isOpen else { throw error }\n            // What keeps one", "guard !GONE, transaction.isOpen else { throw error }\n            // What keeps one",
    "LedgerTests.AuditLogTests/anOutcomeThatCannotBeWritten")
condition(
    "outcome-given-back", "an outcome that cannot be written yet waits for the next commit", LOG, "Self.isOfTheLine(error) || keys.haveEnded(error) else",
    "LedgerTests.AuditLogTests/anOutcomeThatCannotBeWrittenYetIsGivenBack")
guard(
    "log-gap", "a row that is gone is no number that no line has", LOG, "let leaf = try Leaf(row, at: next)",
    "let leaf = try Leaf(row, at: GONE ? UInt64(row[0] as Int64) : next)",
    "LedgerTests.AuditLogTests/readingALogWithAGap")
condition(
    "anchored", "no leaf is made of a row that no witness signed", "Ledger/Cosignatures.swift", "note != own else { continue }",
    "LedgerTests.AuditLogTests/onlyWhatWitnessesSigned")
trial(
    "anchored-once", "no second leaf is made of what a leaf commits to already", "Ledger/Cosignatures.swift", "let made = try leaf(with: note",
    "LedgerTests.AuditLogTests/onlyWhatWitnessesSigned")
condition(
    "unknown-commit", "an error of which nobody knows whether the commit stands is told as that", "Storage/Writer.swift",
    "Self.isKnownNotToStand(reason) else", "StorageTests.WriterTests/everyMember")
guard(
    "log-head", "the leaves at a start are those that the last commit left", "Ledger/LogStanding.swift",
    "guard head ?? Frontier().serialized == frontier.serialized else", "guard GONE || head ?? Frontier().serialized == frontier.serialized else",
    "LedgerTests.AuditLogTests/aLineThatWas")
condition("log-published", "the log continues what was published", "Ledger/LogStanding.swift", "seen else { throw", "LedgerTests.AuditLogTests/aLogThatIsShorter")

# MARK: The log, as its outsiders have it

WITNESS = "TransparencyLog/Witness.swift"
STORED = "TransparencyLog/StoredLog.swift"
PINS = "kluis/Pins.swift"
PINS_TESTS = "kluisTests.PinsTests"
ATTACKS = "kluisTests.WitnessProgramTests/attacks"

condition("witness-old-size", "a witness goes on from the size that it cosigned last", WITNESS, "request.oldSize == known else", ATTACKS)
trial(
    "witness-same-size", "a witness does not cosign two trees of one size", WITNESS,
    "known == checkpoint.size, let head, head.checkpoint.root != checkpoint.root {", ATTACKS)
condition("witness-proof", "a witness cosigns what is shown to continue what it cosigned last", WITNESS, "isConsistent != nil else", ATTACKS)
guard(
    "witness-persists", "a witness remembers before it signs", WITNESS, "        try persist(nextState)\n", "        if !GONE { try persist(nextState) }\n",
    "kluisTests.WitnessProgramTests/theStateIsDurable")
guard(
    "witness-fsync", "what a witness remembers is durable before it signs", "Witnessing/GuardedFiles.swift",
    "fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {", "fchmod(descriptor, mode) == 0, GONE || fsync(descriptor) == 0 else {",
    "kluisTests.WitnessProgramTests/theStateIsDurable")
guard(
    "witness-fsync-name", "what a witness remembers is durable under its name before it signs", "Witnessing/GuardedFiles.swift",
    "        try syncDirectory(directory)\n", "        if !GONE { try syncDirectory(directory) }\n",
    "kluisTests.WitnessProgramTests/theStateIsDurable")
guard(
    "stored-tile", "a tile that is used is the one that its parent has", STORED,
    "guard place < known.count, TileHashes.reduce(&scratch, count: Tile.fullWidth) == known[place] else {",
    "guard place < known.count, GONE || TileHashes.reduce(&scratch, count: Tile.fullWidth) == known[place] else {",
    "TransparencyLogTests.LogVerificationTests")
condition(
    "stored-root", "the partial tiles lead to the root that was signed", STORED, "root == checkpoint.root else", "TransparencyLogTests.LogVerificationTests")
guard(
    "stored-entry", "an entry is the one that its tile has", STORED, "guard .leaf(entry) == hashes[Int(index & 0xFF)] else {",
    "guard GONE || .leaf(entry) == hashes[Int(index & 0xFF)] else {", "TransparencyLogTests.LogVerificationTests")
guard(
    "pin-key", "a log goes on under the key that was seen", PINS, "guard pin.key == key else { throw alarm(", "guard GONE || pin.key == key else { throw alarm(",
    PINS_TESTS + "/whatDoesNotContinue")
condition(
    "export-without-key", "a checkpoint whose key is gone is not replaced", "kluis/ExportedCopy.swift", "!has(\"checkpoint\") else",
    "kluisTests.ExportedCopyTests/aCheckpointWithout")
condition("pin-size", "a log that was seen does not become smaller", PINS, "new.size >= old.size else", PINS_TESTS + "/whatDoesNotContinue")
condition("pin-root", "a log of the size that was seen is the one that was seen", PINS, "new.root == old.root else", PINS_TESTS + "/whatDoesNotContinue")
guard(
    "pin-proof", "a larger log continues the one that was seen", PINS, "} catch { throw alarm(.pinFork, String(old.size), name: \"fork\", file: file) }",
    "} catch { if !GONE { throw alarm(.pinFork, String(old.size), name: \"fork\", file: file) } }", PINS_TESTS + "/whatDoesNotContinue")
guard(
    "pin-overtaken", "whoever is overtaken compares", PINS,
    "                try await hold(pin.checkpoint, of: key, against: seen, file: file, proof: proof)\n",
    "                if !GONE { try await hold(pin.checkpoint, of: key, against: seen, file: file, proof: proof) }\n",
    PINS_TESTS + "/whoeverIsOvertaken")
guard(
    "pin-meanwhile", "what another run kept meanwhile counts", PINS, "guard case .success(let other) = other, other == old else { return false }",
    "guard case .success(let other) = other, GONE || other == old else { return false }", PINS_TESTS + "/whatAnotherRunSaw")
guard(
    "pin-of-files", "an export continues what was seen", "kluis/OfflineVerification.swift",
    "pinnedKey: key, pinnedCheckpoint: seen, policy", "pinnedKey: key, pinnedCheckpoint: GONE ? nil : seen, policy",
    "kluisTests.OfflineVerificationTests/whatWasVerified")
guard(
    "pin-of-files-kept", "an export that was verified is remembered", "kluis/OfflineVerification.swift",
    "guard let memory, !isOlder, isNamed || memory.pin != nil else { return report }",
    "guard !GONE, let memory, !isOlder, isNamed || memory.pin != nil else { return report }", "kluisTests.OfflineVerificationTests/whatWasVerified")

guard(
    "witness-forks", "what convicts a log lies apart from what anybody can send", "Witnessing/WitnessFolder.swift", 'isFork ? "forks" : "evidence"',
    'isFork && !GONE ? "forks" : "evidence"', "WitnessingTests.KeptWitnessTests/aForkIsKept")
condition(
    "witness-enough", "of several witnesses all but one must be enough", "kluisd/WitnessPolicy.swift",
    "peers.count == 1 || policy.leastQuorum >= enough else", "DaemonTests.WitnessedTests/aPolicyThat")
guard(
    "public-copy", "a file of the public copy that is gone is made again", "Ledger/LedgerExport.swift", "let isCopyWhole = try isWhole()",
    "let isCopyWhole = try GONE || isWhole()", "LedgerTests.AuditLogTests/aFileOfTheCopy")

# MARK: Decide, record, only then act

MONITOR = "ReferenceMonitor/ReferenceMonitor.swift"

guard(
    "dead-grant", "the grant of a reading dies with its request", MONITOR,
    "try await stillAllowed(request, attempt.caller, recheck) }\n            defer { lease.end() }",
    "try await stillAllowed(request, attempt.caller, recheck) }\n            defer { if !GONE { lease.end() } }", RULES + "/rule5")
guard(
    "dead-grant-of-a-change", "the grant of a change dies with its request", MONITOR,
    "let lease = Lease { () throws(MonitorError) in }\n        defer { lease.end() }",
    "let lease = Lease { () throws(MonitorError) in }\n        defer { if !GONE { lease.end() } }", RULES + "/rule5")
condition(
    "grant-is-live", "a dead grant changes nothing", "Vault/Actions/HouseholdChange.swift", "isLive else { throw VaultError.grantIsDead }",
    RULES + "/rule5")
guard(
    "withdrawal", "a stream that flows is decided again when something was withdrawn", MONITOR,
    "until.withLock { $0.revision == revision && (", "until.withLock { (GONE || $0.revision == revision) && (",
    "DaemonTests.OpenStreamTests/aReadingIsCut")
guard(
    "expiry", "a stream that flows is decided again when a term passed", MONITOR,
    "($0.expiry.map { now < $0 } ?? true) }", "(GONE || ($0.expiry.map { now < $0 } ?? true)) }", "DaemonTests.OpenStreamTests/aReadingIsCut")
trial(
    "session-of-a-stream", "a stream ends with the session", MONITOR,
    "let session = caller.session, !session.touch(at: clock.elapsed()) {", "DaemonTests.OpenStreamTests/aReadingIsCut")
trial(
    "session-of-a-change", "a session that ended while the bytes came in decides nothing", MONITOR,
    "let session = attempt.caller.session, session.hasEnded {", "DaemonTests.OpenStreamTests/anUploadWhose")
guard(
    "early-refusal", "a large upload is refused before its bytes come", MONITOR,
    "return .refused(try lines.refused(refusal, request, facts, in: transaction), refusal)\n                case .permit:\n",
    "return GONE ? nil : .refused(try lines.refused(refusal, request, facts, in: transaction), refusal)\n                case .permit:\n",
    "DaemonTests.OpenStreamTests/aLargeUpload")
trial(
    "early-repeat", "a large upload that was answered is not refused before its bytes come", MONITOR,
    "try isAnswered(transaction) { return nil }", "DaemonTests.RepeatTests/aLargeUpload")
guard(
    "ration", "searches are rationed", MONITOR, "guard A.action == .searchPerson, let worker", "guard !GONE, A.action == .searchPerson, let worker",
    "DaemonTests.SearchTests")
guard(
    "not-found-of-a-reading", "who may not know hears not found", "Server/Performing.swift",
    "try await monitor.read(attempt, body) {\n        case .refused(let refused): throw refused.mayKnow",
    "try await monitor.read(attempt, body) {\n        case .refused(let refused): throw GONE || refused.mayKnow",
    "DaemonTests.BadInputTests/notFoundIsOneAnswer")
guard(
    "not-found-of-a-change", "who may not know hears not found", "Server/Performing.swift",
    "switch outcome {\n        case .refused(let refused): throw refused.mayKnow",
    "switch outcome {\n        case .refused(let refused): throw GONE || refused.mayKnow",
    "DaemonTests.BadInputTests/notFoundIsOneAnswer")
condition(
    "not-found-of-a-question", "who may not know hears not found, also when only asking", "Server/Performing.swift",
    "explanation.outcome != .refuse || explanation.mayKnow else",
    "DaemonTests.BadInputTests/notFoundIsOneAnswer")

# MARK: Who asks

AUTHENTICATOR = "ReferenceMonitor/Authenticator.swift"

condition("token-account", "a token is good for the machine account that signed in", AUTHENTICATOR, "session.peer == peer else", ACCOUNTS + "/aTokenOfAnotherAccount")
condition(
    "challenge-account", "a challenge is good for the machine account that asked for it", AUTHENTICATOR, "challenge.peer == peer else",
    ACCOUNTS + "/aChallengeOfAnotherAccount")
condition(
    "challenge-ends", "a challenge ends at the moment that it names", AUTHENTICATOR, "moment <= challenge.ends else", SIGN_IN + "/anExpiredChallenge")
condition(
    "challenge-expires", "a challenge ends after a minute, wherever the clock is set", AUTHENTICATOR, "elapsed <= challenge.expires",
    "VaultTests.AuthenticatorTests/aChallengeExpires")
guard(
    "challenge-once", "a challenge is used up by its first use", "ReferenceMonitor/Challenges.swift",
    "guard let challenge = byText.removeValue(forKey: text) else { return nil }",
    "if GONE { return byText[text] }\n        guard let challenge = byText.removeValue(forKey: text) else { return nil }",
    SIGN_IN + "/aReplayedChallenge")
condition(
    "sign-in-account", "a worker signs in from a machine account that the key goes with", AUTHENTICATOR,
    "identity.isRehearsal || key.uids.contains(peer) else { throw .wrongUser }", "DaemonTests.RealVaultTests/aKeyGoesWith")
condition(
    "key-without-account", "a key names the machine account that it goes with", "Server/RegistryHandlers.swift",
    "vault.header.isRehearsal || !uids.isEmpty else", "DaemonTests.FirstKeyTests/aKeyWithoutAMachineAccount")
condition(
    "secrecy-declared", "nobody is registered who has still to sign the declaration of secrecy", "Server/RegistryHandlers.swift",
    "secrecyDeclaredOn <= today else", "DaemonTests.BadInputTests/whatIsWrongIsSaid")
trial(
    "first-key-again", "a first key that is given again takes the place of the one that nobody used", "Vault/Actions/RegistryActions.swift",
    "try worker(grant.caller) != key.worker {", "DaemonTests.FirstKeyTests/aFirstKeyIsGivenAgain")
guard(
    "second-awaited", "a coordinator or overseer who was never there can be given another key", "Policy/Mapping/TeamContexts.swift",
    "circumstances.isSettled && !canBeMended", "circumstances.isSettled && (GONE || !canBeMended)", DECIDING + "/administratorAlone")
guard(
    "second-awaited-only", "nobody who opens something but as coordinator or overseer is given another key", "Policy/Accounts.swift",
    "roles(of: worker, at: moment).isDisjoint(with: Self.openingRoles)", "(GONE || roles(of: worker, at: moment).isDisjoint(with: Self.openingRoles))", DECIDING + "/administratorAlone")
guard(
    "second-let-in", "no coordinator or overseer is given another key once somebody was let in", "Policy/Accounts.swift",
    "&& !hasLetIn &&", "&& (GONE || !hasLetIn) &&", DECIDING + "/administratorAlone")
guard(
    "second-heard", "no coordinator or overseer is given another key once one was heard", "Policy/Accounts.swift",
    "&& !hasHeardSecond(at: moment)", "&& (GONE || !hasHeardSecond(at: moment))", DECIDING + "/administratorAlone")
guard(
    "let-in", "that somebody was let in is known", "Vault/VaultFacts.swift", "hasLetIn: hasLetIn,", "hasLetIn: !GONE && hasLetIn,",
    "VaultTests.ScenarioTests/whetherAnybodyWasLetIn")
guard(
    "administrator-has-signed-in", "an administrator counts who has signed in", "Policy/Accounts.swift",
    "&& account.hasSignedIn(at: moment)", "&& (GONE || account.hasSignedIn(at: moment))", DECIDING + "/theLastOnes")
guard(
    "second-has-signed-in", "a coordinator or overseer counts who has signed in, once one has", "Policy/Accounts.swift",
    "return heard.isEmpty ?", "return GONE || heard.isEmpty ?", DECIDING + "/theLastOnes")
guard(
    "seconds-expected", "where nobody who has signed in is left, or ever was, all coordinators and overseers are expected", "Policy/Accounts.swift",
    "? all : heard", "? (GONE ? heard : all) : heard", DECIDING + "/theLastOnes")
condition("active-worker", "who is locked or has left does not sign in", AUTHENTICATOR, "credentials.isActive else", SIGN_IN + "/failuresAreCounted")
guard(
    "signature", "what was signed is the challenge", AUTHENTICATOR,
    "try signature.verify(message: Array(challenge.text.utf8), namespace: challenge.namespace, key: key.publicKey)",
    "if !GONE { try signature.verify(message: Array(challenge.text.utf8), namespace: challenge.namespace, key: key.publicKey) }",
    SIGN_IN + "/aSignatureByAnothersKey")
condition(
    "namespace", "what was signed for something else is no sign-in", "ReferenceMonitor/SSHSignature.swift",
    "namespace == Array(expected.utf8) else", SIGN_IN + "/aForeignNamespace")
condition(
    "touch", "a hardware key was touched", "ReferenceMonitor/SSHSignature.swift", "token.flags & 1 == 1 else",
    "ReferenceMonitorTests.SSHSignatureTests/anUntouchedHardwareKeyIsRefused")
trial(
    "counter", "a hardware key that was copied shows in its counter", AUTHENTICATOR,
    "let token = signature.token, token.counter != 0 || key.counter != 0, token.counter <= key.counter {",
    "VaultTests.AuthenticatorTests/aCounter")
trial("lock", "five failures lock an account", AUTHENTICATOR, "failures >= Self.failureLimit {", SIGN_IN + "/failuresAreCounted")
guard(
    "slowed-down", "failed attempts are slowed down", AUTHENTICATOR, "let wait = state.withLock { $0.attempts.wait(peer, at: elapsed) }",
    "let wait = GONE ? nil : state.withLock { $0.attempts.wait(peer, at: elapsed) }", ACCOUNTS + "/failedAttemptsAreSlowedDown")
trial("idle-session", "ten idle minutes end a session", "ReferenceMonitor/Session.swift", "elapsed - use.last > Self.idleLimit {", "ReferenceMonitorTests.SessionTests")
guard(
    "signed-out", "signing out ends the session", AUTHENTICATOR, "        caller.session?.end()\n", "        if !GONE { caller.session?.end() }\n",
    SIGN_IN + "/malformedTokens",
    also=[(
        AUTHENTICATOR,
        "        if let digest = SessionToken.digest(of: text) { state.withLock { _ = $0.sessions.removeValue(forKey: digest) } }\n",
        "        if !GONE, let digest = SessionToken.digest(of: text) { state.withLock { _ = $0.sessions.removeValue(forKey: digest) } }\n")])

# MARK: The decision

ENGINE = "Policy/Engine/PolicyEngine.swift"

condition(
    "failed-policy", "a policy that cannot be evaluated refuses", ENGINE,
    "response.errors.isEmpty else {\n            return .failed(response", DECIDING)
guard(
    "facts-fit", "facts that do not fit the schema refuse", ENGINE,
    "guard var frame = try? Frame(request, facts, over: texts), fits(frame) else {\n            return (.failed",
    "guard var frame = try? Frame(request, facts, over: texts), GONE || fits(frame) else {\n            return (.failed", DECIDING)
guard(
    "nothing-there", "what does not exist is refused, whatever the policies say", ENGINE, "return frame.exists ? .allowed(determining)",
    "return GONE || frame.exists ? .allowed(determining)", DECIDING)
guard(
    "may-know", "who may know is decided by the policies", ENGINE,
    "return frame.exists && response.decision == .allow && response.errors.isEmpty",
    "return GONE || frame.exists && response.decision == .allow && response.errors.isEmpty", DECIDING)
guard(
    "tried-handles", "who could do it to nobody hears the same about everybody", ENGINE, "if case .refused = decided, frame.canBeTried",
    "if !GONE, case .refused = decided, frame.canBeTried", DECIDING)
guard(
    "tried-records", "who could not do it whatever is on record does not hear what is", "Policy/Engine/Frame.swift",
    "request.asker.worker != nil && own.restsOnRecords", "!GONE && request.asker.worker != nil && own.restsOnRecords",
    DECIDING + "/nobodyTriesTheRecords")
for name, what, performing, before in [
    ("reading", "a reading", "transaction -> (Request<A>, Recorded) in", ""),
    ("change", "a change", "transaction in", "let changed: Changed<Output> = try await deciding(A.action.rawValue, attempt.trace) {\n"),
    ("early-refusal", "what is decided before bytes come in", "transaction in",
        "let verdict: Changed<Never>? = try await deciding(A.action.rawValue, attempt.trace) {\n"),
    ("check", "what is only asked", "transaction -> (Moment, Entry, Explanation) in", ""),
]:
    guard(
        "moment-of-" + name, what + " that waits behind a withdrawal is decided after it", "ReferenceMonitor/ReferenceMonitor.swift",
        before + "            try await writer.perform { " + performing + "\n                let request = asked(by: attempt)\n",
        before + "            let early = GONE ? asked(by: attempt) : nil\n            return try await writer.perform { " + performing
        + "\n                let request = early ?? asked(by: attempt)\n", RULES + "/theMomentIsThatOfTheTransaction")
guard(
    "title-after-the-end", "no title is sent once the right has ended", "Vault/Actions/ItemActions.swift", "try await grant.recheck()",
    "if !GONE { try await grant.recheck() }", "VaultTests.ContentTests/nothingIsSentWhenTheRightHasEnded")
guard(
    "unpublished-unwitnessed", "what cannot be published counts as unwitnessed", "kluisd/Cosigning.swift",
    "try await countUnwitnessed(upTo: export.loggedSize, at: now)", "if !GONE { try await countUnwitnessed(upTo: export.loggedSize, at: now) }",
    "DaemonTests.WitnessedTests/aCopyThatCannotBeWrittenCountsAsUnwitnessed")
guard(
    "answers-at-a-stop", "a stop sends what it has answered to its end", "Server/StallGuard.swift", "guard mode == .all, unsent > 0,",
    "guard !GONE, mode == .all, unsent > 0,", "DaemonTests.StallTests/aStopSendsAnswersToTheirEnd")
guard(
    "answered-once", "what was refused half-way has no other answer", "Server/UnreadableRequests.swift", "if isInRequest, answered == asked {",
    "if !GONE, isInRequest, answered == asked {", "DaemonTests.StallTests/whatIsNoRequestHasOneAnswerInItsTurn")
guard(
    "answered-in-turn", "what is no request is answered behind what came before", "Server/UnreadableRequests.swift",
    "guard sent == asked else { return context", "guard GONE || sent == asked else { return context",
    "DaemonTests.StallTests/whatIsNoRequestHasOneAnswerInItsTurn")
guard(
    "publishing-hangs", "what is logged while a copy never answers counts as unwitnessed", "kluisd/Cosigning.swift",
    "guard let round = running,", "guard !GONE, let round = running,", "DaemonTests.WitnessedTests/aCopyThatNeverAnswersHoldsNobodyUp")
trial(
    "requests-that-wait", "who does not wait for answers is let go", "Server/UnreadableRequests.swift", "asked - sent > Self.mostOpen {",
    "DaemonTests.StallTests/requestsThatDoNotWaitAreLetGo")
guard(
    "read-answers", "who may not list consents does not hear of them by reading", ENGINE, "let hidesAnswers = frame.restsOnAnswers &&",
    "let hidesAnswers = !GONE && frame.restsOnAnswers &&", DECIDING + "/nobodyReadsTheAnswers")
guard(
    "read-answers-told", "who may list consents hears what became of them", ENGINE, "frame.restsOnAnswers && !mayList(request, facts)",
    "frame.restsOnAnswers && (GONE || !mayList(request, facts))", DECIDING + "/nobodyReadsTheAnswers")
guard(
    "read-answers-given", "who may not list consents does not find one by relying on it", ENGINE, "if hidesAnswers {", "if !GONE, hidesAnswers {",
    DECIDING + "/nobodyReadsTheAnswers")
guard(
    "read-answers-taken", "who loses what he would read hears why", ENGINE,
    "about: .nobodyWhoAnswered) else { return (.failed([]), false, nil) }\n            if case .allowed = other.outcome {}",
    "about: .nobodyWhoAnswered) else { return (.failed([]), false, nil) }\n            if !GONE, case .allowed = other.outcome {}",
    DECIDING + "/nobodyReadsTheAnswers")
guard(
    "tried-residents", "who could not do it to any resident does not hear who lives there", "Policy/Engine/Ground.swift",
    "(\"persons\", residents)", "(\"persons\", GONE ? [] : residents)",
    DECIDING + "/nobodyTriesTheRecords")
guard(
    "tried-signatories", "who asks for what a withdrawal is not for does not hear who could withdraw", "Policy/Engine/Ground.swift",
    "(\"signatories\", signatories)", "(\"signatories\", GONE ? [] : signatories)", DECIDING + "/nobodyTriesTheSignatories")
guard(
    "tried-direction", "only who renews a direction finds out who directs", "Policy/Engine/Frame.swift",
    "if circumstances.mayRenewDirection, circumstances", "if GONE || circumstances.mayRenewDirection, circumstances", DECIDING + "/deputy")
guard(
    "withdrawn-anew", "what was given anew after a withdrawal and ended is not told to be withdrawn", "Household/ConsentIndex.swift",
    "&& !given.contains { $0.outweighs(", "&& !given.contains { !GONE && $0.outweighs(",
    DECIDING + "/endedAfterComingBack")
guard(
    "withdrawn-taken-up", "what who withdrew has signed since outweighs his withdrawal, whatever becomes of it", "Household/ConsentIndex.swift",
    "return consent.isTakenUp(after: withdrawal)", "return !GONE && consent.isTakenUp(after: withdrawal)",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
trial(
    "withdrawn-out-of-it", "what was taken out of a consent is not given by signing the rest", "Household/ConsentIndex.swift",
    "consent.withdrawals.contains(where:", "HouseholdTests.ConsentEndTests")
guard(
    "given-without", "what was given anew without somebody who had to sign it does not outweigh a withdrawal", "Household/ConsentIndex.swift",
    "|| isWhole && consent.isGivenAnew(", "|| (GONE || isWhole) && consent.isGivenAnew(", DECIDING + "/stepsAfterAConsent")
guard(
    "given-whole", "what was never given whole does not come into force by time", "Household/ConsentStanding.swift",
    "&& wasGiven(consent, by: moment) ?", "&& (GONE || wasGiven(consent, by: moment)) ?",
    "HouseholdTests.ConsentEndTests/whatWasNeverGivenWholeTakesASignature")
guard(
    "given-by-now", "what was never given whole is given by a later signature", "Household/ConsentStanding.swift",
    ".filter {\n            activatedAt < $0 &&", ".filter {\n            !GONE && activatedAt < $0 &&",
    "HouseholdTests.ConsentEndTests/whatWasNeverGivenWholeTakesASignature")
guard(
    "taken-up", "nobody is asked for what somebody has just taken back", "Household/ConsentIndex.swift",
    "candidate.assessment.consent.isTakenUp(after: $0) }", "GONE || candidate.assessment.consent.isTakenUp(after: $0) }", DECIDING + "/stepsAfterAConsent")
guard(
    "refused-before", "what was recorded before a refusal does not outweigh it", "Household/ConsentProposal.swift",
    "&& refusal.askedOn < $0.recordedAt &&", "&& (GONE || refusal.askedOn < $0.recordedAt) &&", DECIDING + "/refusedAndRead")
guard(
    "refused-not-given", "what was never given whole does not end a refusal", "Household/ConsentProposal.swift",
    "&& wasGiven($0, by: moment)", "&& (GONE ? $0.activatedAt != nil : wasGiven($0, by: moment))", DECIDING + "/refusedAndRead")
guard(
    "refused-given-back", "what was given after a refusal and taken back does not end it", "Household/ConsentProposal.swift",
    "withdrawals(against: $0, at: moment).flatMap(", "(GONE ? [] : withdrawals(against: $0, at: moment)).flatMap(", DECIDING + "/refusedAndRead")
guard(
    "refused-when-over", "what had ended by itself is not refused by what is refused afterwards", "Household/ConsentStanding.swift",
    "refusals.filter { $0.askedOn < end }", "refusals.filter { GONE || $0.askedOn < end }", "HouseholdTests.ConsentEndTests/whatHadEndedIsNotRefusedAfterwards")
guard(
    "tried-engagement", "who could do it to nobody does not hear who has a household", "Policy/Engine/Frame.swift",
    "for (key, value) in Self.ofAnybody {", "for (key, value) in Self.ofAnybody where !GONE {",
    DECIDING + "/overseersHaveNoHousehold")

GROUND = "Policy/Engine/Ground.swift"
SHARED = DECIDING + "/sharedGroundKeys"

condition("shared-asker", "what questions share was made for the same asker", GROUND, "known.asker == asker", SHARED)
condition("shared-subject", "what questions share was made about the same thing", GROUND, "known.subject == key", SHARED)
condition("shared-policies", "what questions share was made under the same policies", GROUND, "known.policies == texts.digest", SHARED)
condition("shared-from", "what questions share was made no later than it is used", GROUND, "moment >= known.from", SHARED)
condition("shared-until", "what questions share ends when time changes the facts", GROUND, "known.until.map({ moment < $0 }) ?? true", SHARED)

guard(
    "director-is-here", "who left or is blocked directs no longer", "Household/Directing.swift",
    "all.count == 1 && canDirect(all[0].worker, at: moment)", "all.count == 1 && (GONE || canDirect(all[0].worker, at: moment))",
    DECIDING + "/directorGone")
for name, what, test in [
    ("role", "in another role", "{ role == .caseDirector &&"),
    ("whole", "for some residents", "&& persons == nil &&"),
    ("purpose", "for another purpose", "&& purpose == .direction }"),
]:
    asked = test.strip("{} &")
    guard(
        "direction-by-" + name, f"an involvement {what} does not carry the direction", "Household/WorkRecords.swift", test,
        test.replace(asked, f"(GONE || {asked})"), DECIDING + "/directorWithoutInvolvement")
guard(
    "other-involvements", "of several involvements the one that suffices counts", ENGINE, "for other in frame.others", "for other in (GONE ? [] : frame.others)",
    DECIDING + "/severalInvolvements")
guard(
    "each-involvement", "each involvement is asked for itself, and what errs under one is not decided under another", ENGINE,
    "where response.decision == .deny && response.errors.isEmpty {", "where response.decision == .deny && (GONE || response.errors.isEmpty) {",
    DECIDING + "/anErringInvolvement")
guard(
    "consent-state", "a consent that was withdrawn is one", "Household/ConsentStanding.swift",
    "case .withdrawn: return (.withdrawn, nil)", "case .withdrawn where !GONE: return (.withdrawn, nil)\n        case .withdrawn: break",
    "HouseholdTests.ConsentEndTests", "PolicyTests.ScenarioRows")
guard(
    "consent-domain", "a life domain that was withdrawn is", "Household/ConsentIndex.swift",
    "return domainWithdrawnAt != nil ?", "return !GONE && domainWithdrawnAt != nil ?",
    "HouseholdTests.ConsentEndTests", "HouseholdTests.ConsentTests", "PolicyTests.ScenarioRows")
guard(
    "consent-refused-domain", "a life domain that was refused since is covered no more", "Household/ConsentIndex.swift",
    ": domainRefused ?", ": !GONE && domainRefused ?", "HouseholdTests.ConsentEndTests")
guard(
    "consent-anew", "only what was given after a withdrawal outweighs it", "Household/ConsentRecords.swift",
    "guard let activatedAt, activatedAt > withdrawal.at else {", "guard let activatedAt, GONE || activatedAt > withdrawal.at else {",
    "HouseholdTests.ConsentEndTests")
guard(
    "consent-signed-anew", "who withdrew has signed since", "Household/ConsentRecords.swift",
    "signed.map { $0 > withdrawal.at } ?? true", "signed.map { GONE || $0 > withdrawal.at } ?? true", "HouseholdTests.ConsentEndTests")
guard(
    "withdrawal-counts", "a withdrawal counts against what was given before it", "Household/ConsentStanding.swift",
    "withdrawals += othersWithdrawals(consent).filter { withdrawal in", "withdrawals += othersWithdrawals(consent).filter { withdrawal in !GONE &&",
    "HouseholdTests.ConsentEndTests", DECIDING + "/lastWordCounts")
guard(
    "withdrawal-purpose", "a withdrawal counts for its purpose", "Household/ConsentRecords.swift",
    "recipient == other.recipient && purpose == other.purpose", "recipient == other.recipient && (GONE || purpose == other.purpose)",
    "HouseholdTests.ConsentEndTests")
guard(
    "named-workers", "a household names whoever noted a signature or a withdrawal", "Household/HouseholdFacts.swift",
    "workers.formUnion(record.givers.map(\\.notedBy) + record.withdrawals.map(\\.notedBy))",
    "if !GONE { workers.formUnion(record.givers.map(\\.notedBy) + record.withdrawals.map(\\.notedBy)) }",
    "HouseholdTests.RecordTests/everyWorkerThatIsNamedIsDemandedAndLoaded")
guard(
    "unsound-household", "records that contradict each other stop no other household", "Vault/VaultFacts.swift",
    "} catch is HouseholdError {\n                unsound", "} catch let error as HouseholdError {\n                if GONE { throw error }\n                unsound",
    "VaultTests.ScenarioTests/oneUnsoundHouseholdStopsNoOther")
trial(
    "consent-term", "a consent ends with its term", "Household/ConsentStanding.swift", "moment >= consent.until.end {",
    "HouseholdTests.ConsentEndTests", "HouseholdTests.ConsentTests")
guard(
    "consent-signatures", "a consent needs every signature", "Household/ConsentStanding.swift",
    "return signatures.isComplete", "return (GONE || signatures.isComplete)", "HouseholdTests.ConsentTests", "HouseholdTests.ConsentEndTests")

trial(
    "consent-superseded", "a consent whose place was taken counts no more", "Household/ConsentStanding.swift",
    "isSuperseded(consent, at: moment) {", "HouseholdTests.ConsentEndTests")
guard(
    "superseded-from", "the old consent stands until the new one begins", "Household/ConsentStanding.swift",
    "let begins = max(activatedAt, next.from.start)", "let begins = GONE ? activatedAt : max(activatedAt, next.from.start)",
    "HouseholdTests.ConsentEndTests/theOldOneStandsUntilTheNewOneBegins")
guard(
    "withdrawal-by-whom", "a withdrawal counts against what its giver could withdraw", "Household/ConsentStanding.swift",
    "isBound(by: withdrawal.by, consent, at: withdrawal.at)", "(GONE || isBound(by: withdrawal.by, consent, at: withdrawal.at))",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "answered-since", "evidence brings no earlier answer into force", "Household/Succession.swift",
    "!answers.contains {", "(GONE || !answers.contains {", "HouseholdTests.SuccessionTests/aDraftThatWaitedForEvidenceTakesForceWithIt",
    also=[("Household/Succession.swift", "isAnswered(draft, last, by: $0) }", "isAnswered(draft, last, by: $0) })")])
guard(
    "taken-back-since", "evidence brings nothing into force of which something was taken back", "Household/Succession.swift",
    "&& !facts.consents.contains { isTakenBack(draft, last, by: $0) }", "&& (GONE || !facts.consents.contains { isTakenBack(draft, last, by: $0) })",
    "HouseholdTests.SuccessionTests/aDraftThatWaitedForEvidenceTakesForceWithIt")
guard(
    "lapse-before-begin", "a consent lapses before its first day as well", "Household/ConsentStanding.swift",
    "if let lapse = birthdayLapse(", "if GONE, moment < consent.from.start { return (.notYetBegun, nil) }\n        if let lapse = birthdayLapse(",
    "HouseholdTests.ConsentTests/whatLapsedStaysLapsedWhateverTheRecordsSayLater")
trial(
    "replaces-another", "a consent takes no other question's place", "Household/ConsentProposal.swift",
    "let replaced = proposal.replaces, !isReplaceable(", "HouseholdTests.ConsentEndTests/onlyARunningConsentAboutTheSameQuestionIsReplaced")
condition(
    "said-again", "what is said again gives no other five days", "Household/ConsentSteps.swift",
    "!consent.isSaidAgain(by: giver) else", "HouseholdTests.ConsentTests/sayingItAgainGivesNoOtherFiveDays")
guard(
    "heard-once", "of what somebody says twice the first time counts", "Household/SignatureStatus.swift",
    "let isFirst = giver.method != .oral ||", "let isFirst = GONE || giver.method != .oral ||",
    "HouseholdTests.ConsentTests/sayingItAgainGivesNoOtherFiveDays")
guard(
    "said-first", "what is said again in another consent counts from when it was said first", "Household/SignatureStatus.swift",
    "-> Bool { said < end &&", "-> Bool { !GONE && said < end &&", "HouseholdTests.ConsentTests/sayingItAgainGivesNoOtherFiveDays")
guard(
    "said-then", "what is confirmed later was not confirmed when it was said again", "Household/SignatureStatus.swift",
    "(confirmedAt.map { said <= $0 }", "(confirmedAt.map { (GONE ? giver.at : said) <= $0 }",
    "HouseholdTests.ConsentTests/sayingItAgainGivesNoOtherFiveDays")
guard(
    "withdrawal-then", "who signs after a withdrawal does not take that back", "Household/ConsentSteps.swift",
    "$0.party == party && $0.at <= moment", "$0.party == party && (GONE || $0.at <= moment)",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "withdrawal-over", "what had run out is not withdrawn by another's withdrawal", "Household/ConsentStanding.swift",
    "?? .latest, consent.until.end)", "?? .latest, GONE ? .latest : consent.until.end)",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "withdrawal-given-way", "what had given way is not withdrawn by another's withdrawal", "Household/ConsentStanding.swift",
    "min(supersededAt(consent) ??", "min((GONE ? nil : supersededAt(consent)) ??",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
for name, what, file, before in [
    ("evidence", "evidence of who decides is heard for the withdrawals before it", "Vault/Actions/HouseholdChange.swift",
        "mutating func complete(about person: PersonID) throws {\n        "),
    ("judgement", "a judgement is heard for the withdrawals since", "Vault/Actions/HouseholdActions.swift",
        "try change.write(record, .incapacity, words: words, isNew: true)\n        "),
]:
    call = "try keepWithdrawnAlong()" if name == "evidence" else "try change.keepWithdrawnAlong()"
    guard(
        "withdrawn-by-" + name, what, file, before + call, before + f"if !GONE {{ {call} }}",
        "VaultTests.ScenarioTests/whatWasWithdrawnEndsWithLateEvidence")
guard(
    "withdrawn-lapsed", "what had run out is recorded as that before another is withdrawn", "Vault/Actions/ConsentActions.swift",
    "transaction.sql)\n        try change.keepLapsed()", "transaction.sql)\n        if !GONE { try change.keepLapsed() }",
    "VaultTests.ScenarioTests/whatRanOutIsWithdrawnByItself")
guard(
    "refused-lapsed", "what had run out is recorded as that before a refusal", "Vault/Actions/ConsentActions.swift",
    "recordedBy: worker)\n        try change.keepLapsed()", "recordedBy: worker)\n        if !GONE { try change.keepLapsed() }",
    "VaultTests.ScenarioTests/whatRanOutIsNotRefused")
guard(
    "withdrawal-in-force", "only what is in force ends with another's withdrawal", "Household/ConsentSteps.swift",
    "[.active, .incomplete, .notYetBegun].contains(assessment.standing)", "GONE || [.active, .incomplete, .notYetBegun].contains(assessment.standing)",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "withdrawal-new-word", "what somebody signs after a withdrawal is his new word", "Household/ConsentSteps.swift",
    "where !consent.isTakenUp(after: withdrawal) {", "where GONE || !consent.isTakenUp(after: withdrawal) {",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "withdrawn-along", "a withdrawal is written into what its giver had to sign", "Household/ConsentSteps.swift",
    "guard !taken.isEmpty, mayWithdraw(", "guard !GONE, !taken.isEmpty, mayWithdraw(",
    "HouseholdTests.ConsentEndTests/aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw")
guard(
    "confirming", "who confirms his word gives no other answer", "Household/SignatureStatus.swift",
    "|| !consent.words(before: giver).contains", "|| GONE || !consent.words(before: giver).contains",
    "HouseholdTests.SuccessionTests/aDraftThatWaitedForEvidenceTakesForceWithIt")
guard(
    "confirming-in-time", "a word that has run out is not confirmed", "Household/SignatureStatus.swift",
    "contains { giver.at < oralEnd", "contains { GONE || giver.at < oralEnd",
    "HouseholdTests.SuccessionTests/aDraftThatWaitedForEvidenceTakesForceWithIt")
guard(
    "ends-proof", "proven authority and representation end on proof only", "Household/Succession.swift",
    "contains { $0.isProven && !$0", "contains { !GONE && $0.isProven && !$0", "HouseholdTests.SuccessionTests")
guard(
    "outweighs-proof", "nobody's word stands in the place of proof", "Household/Succession.swift",
    "|| outweighsProof(among: records)", "|| (!GONE && outweighsProof(among: records))", "HouseholdTests.SuccessionTests")
guard(
    "unable-holder", "who cannot decide for himself holds no authority that he can use", "Household/SignatoryRule.swift",
    "let unable: AuthorityGap? = holders", "let unable: AuthorityGap? = GONE ? nil : holders", "HouseholdTests.UnableTests")
trial(
    "unable-representative", "who cannot decide for himself represents nobody", "Household/SignatoryRule.swift",
    "gap == nil, !signers.allSatisfy(", "HouseholdTests.UnableTests")
guard(
    "unable-in-plans", "who cannot decide for himself signs no plan for another", "Household/PlanChanges.swift",
    "guard canDecideForOthers(party, at: moment) else", "guard GONE || canDecideForOthers(party, at: moment) else",
    "HouseholdTests.PlanTests")

# MARK: What a request says

guard(
    "idempotency", "a request that is repeated does nothing twice", "Server/Performing.swift",
    "guard let key, let answer = try vault.replayed(", "guard !GONE, let key, let answer = try vault.replayed(", "DaemonTests.StallTests/anIdempotencyKey")
condition(
    "idempotency-of-another", "a key stands for one request", "Vault/Answers.swift", "Array(opened.prefix(32)) == requestDigest else",
    "DaemonTests.StallTests/anIdempotencyKey")
guard(
    "idempotency-purpose", "a key stands for one purpose", "Server/Performing.swift", 'attempt.purpose?.rawValue ?? "",',
    '(GONE ? nil : attempt.purpose?.rawValue) ?? "",', "DaemonTests.RepeatTests/aKeyStandsForOnePurpose")
guard(
    "reading-whole", "a reading is completed when the last byte of it was taken", "Server/StallGuard.swift", "return taken.futureResult",
    "return GONE ? loop.makeSucceededVoidFuture() : taken.futureResult", "DaemonTests.StallTests/aReadingThatIsCut")
trial(
    "etag", "a change of what has changed meanwhile is refused", "Vault/Actions/HouseholdChange.swift", "let expected, expected != revision {",
    "DaemonTests.BadInputTests/aChangeOfWhatHasMoved")
trial(
    "etag-of-a-plan", "a change of a plan that has changed meanwhile is refused", "Vault/Actions/PlanActions.swift",
    "let expected, expected != record.version {", "DaemonTests.BadInputTests/aChangeOfWhatHasMoved")

# MARK: The daemon

guard(
    "notify", "a service manager that does not read holds up nobody", "kluisd/Systemd.swift", "Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)",
    "Int32(MSG_NOSIGNAL) | (GONE ? 0 : Int32(MSG_DONTWAIT))", "DaemonTests.RealVaultTests/aServiceManager")
guard(
    "trickle", "a head that comes byte by byte has a deadline", "Server/Listener.swift", "idleTimeout: stall", "idleTimeout: GONE ? nil : stall",
    "DaemonTests.StallTests/aHeadThat")
guard(
    "places-of-others", "who has his share of places takes none of the others'", "Server/ContentPlaces.swift",
    "in hasShare ? own : all where", "in hasShare && !GONE ? own : all where", "ServerTests.ContentPlacesTests/whoHasHisShare")
condition(
    "connections-of-an-account", "one machine account has half of the connections", "Server/Listener.swift", "ofAccount < max(limit / 2, 1)",
    ACCOUNTS + "/connectionsOfOneAccount")
guard(
    "connections", "connections are bounded", "Server/Listener.swift", "if open.served < limit,", "if GONE || open.served < limit,",
    "DaemonTests.StallTests/connectionsHave",
    also=[("Server/Listener.swift", "ofAccount < max(limit / 2, 1)", "GONE || ofAccount < max(limit / 2, 1)")])
condition(
    "for", "a header for a resident's act is refused where no act is recorded", "Server/Exchange.swift",
    "onBehalfOf == nil || route.takesResident", "DaemonTests.BadInputTests/whatARequestWouldPassOverIsRefused")
condition(
    "basis-header", "a header for the task of a reading is refused where no item is read", "Server/Exchange.swift",
    "task == nil || route.takesBasis", "DaemonTests.BadInputTests/whatARequestWouldPassOverIsRefused")
condition(
    "last-way", "the last way to open that is no credential of the machine stays", "kluisd/Slots.swift",
    "rest.contains(where: { $0.kind != .credential })", "DaemonTests.WaysToOpenTests/theLastWayStays")
condition(
    "known-way", "the way to open that is known to work stays", "kluisd/Slots.swift", "opened != gone.id else",
    "DaemonTests.WaysToOpenTests/theWayThatWasOpenedWithStays")
guard(
    "own-folder", "no lock is made in another account's folder", "kluisd/LockFile.swift", "guard status.st_uid == geteuid() else",
    "guard GONE || status.st_uid == geteuid() else", "DaemonTests.WaysToOpenTests/nothingIsLeftInAnotherAccountsVault",
    also=[("Vault/VaultFiles.swift", "} else if status.owner != geteuid() {", "} else if !GONE, status.owner != geteuid() {")])
guard(
    "private-files", "folders and key files that others may touch are found before a vault is opened", "Vault/VaultFiles.swift",
    "} else if !status.isPrivate {", "} else if !GONE, !status.isPrivate {", "DaemonTests.CheckTests/whatServeWouldRefuseIsSaidBefore")
condition(
    "whole-secret", "a secret that is too long is not cut", "kluisd/Serve.swift", "count <= limit else",
    "DaemonTests.WaysToOpenTests/aSecretIsReadWholeOrNotAtAll")

# MARK: The policies


def policies():
    """Each policy by its name, and each article of its @artikel by that and its own; with the last article goes the annotation."""
    for file in sorted((TOP / "Policies").glob("*.cedar")):
        path = str(file.relative_to(TOP))
        for text in re.split(r"^(?=@id\()", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            name, line, articles = re.match(r'@id\("(.+)"\)\n(@artikel\("(.+)"\)\n)', text).groups()
            articles = articles.split(";")
            tests = ["PolicyTests.ExampleTests/examplesHold"]
            GUARDS.append(Guard(name, "this policy", [(path, text, "")], tests, is_built=False))
            for article in articles:
                others = ";".join(other for other in articles if other != article)
                less = text.replace(line, f'@artikel("{others}")\n' if others else "")
                GUARDS.append(Guard(f"{name}:{article}", "this article of a policy", [(path, text, less)], tests, is_built=False))


policies()
