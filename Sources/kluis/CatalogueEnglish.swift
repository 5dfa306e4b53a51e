extension Catalogue {
    static let englishPhrases: [Phrase: String] = [
        .error: "error", .warning: "warning", .hint: "hint",

        .refused: "refused",
        .invalid: "wrong use or invalid input",
        .notFound: "no such thing, or none that you may know of",
        .unreachable: "nobody answers",
        .unreachableAt: "nobody answers on {1}",
        .sealed: "the vault is sealed",
        .verificationFailed: "verification failed",
        .conflict: "somebody was first",
        .signInFirst: "sign in first",
        .notRecorded: "not recorded, nothing done",
        .busy: "as much is coming in as can at once, nothing done",
        .unknown: "it is not known whether this was recorded",
        .interrupted: "the answer ended before it was whole",
        .internalFault: "the daemon made a mistake",

        .nextStep: "next lawful step: {1}",
        .receipt: "the log line to quote is {1}",
        .hintSignIn: "kluis login WORKER --hat help --key FILE",
        .hintAgainSameKey: "ask again with --idempotency-key {1}: it counts as the same attempt",
        .hintAskAgain: "ask again; if it keeps ending early, the right to read may have ended meanwhile",
        .hintStartDaemon: "start kluisd, or name its socket with --socket or KLUIS_SOCKET",
        .hintSocketRights: "this account may not use the socket; ask for membership of its group",
        .hintHelp: "kluis {1} --help",
        .hintUnsealed: "someone with a key must unseal it first",
        .hintTouchNothing: "touch nothing and call the privacy officer",
        .hintSigner:
            "a private key is for its owner alone (chmod 600 FILE); one with a passphrase, or of which you have the public half, goes into the agent first (ssh-add FILE)",
        .hintNextPage: "there is more: ask again with --after {1}",

        .example: "for example: {1}",
        .wrongMissingArgument: "{1} is missing",
        .wrongMissingValue: "the value for {1} is missing",
        .wrongUnknownOption: "unknown option {1}",
        .wrongUnexpected: "{1} is not expected here",
        .wrongValue: "the value {1} does not fit {2}",
        .unknownWord: "{1} is unknown here; choose from: {2}",

        .rehearsalVault: "this is a rehearsal vault: nothing in it is real",
        .foreignNamespace: "the daemon asked for a signature for another purpose than signing in; nothing was signed",
        .badChallenge: "the daemon's challenge is not one for this sign-in; nothing was signed",
        .noKey: "no key given: use --key FILE or KLUIS_KEY",
        .signerMissing: "ssh-keygen was not found; install the package openssh-client",
        .signerFailed: "ssh-keygen did not sign: {1}",
        .signedIn: "{1} of {2} is signed in, hat {3}",
        .signedOut: "signed out",
        .runtimeNotOurs: "{1} is not a directory that only this account can use",
        .sessionUnreadable: "the stored session cannot be read: {1}",
        .notSignedIn: "not signed in",

        .cannotRead: "cannot read {1}: {2}",
        .cannotWrite: "cannot write {1}: {2}",
        .notAFile: "{1} is neither a file nor a directory",
        .skipped: "{1} is no regular file and was skipped",
        .namedTwice: "{1} was named more than once, and is stored once",
        .nothingToAdd: "there is no file to add in {1}",
        .emptyInput: "nothing was given",
        .badLine: "line {1} is not of the form 'name: value'",
        .unknownField: "unknown field {1}",
        .missingField: "missing field {1}",
        .wrongType: "wrong type of value for {1}",
        .badRegistration: "a registration is written 'SKJ 12345 until 2028-01-01': register (SKJ, BIG or sociaalWerk), number, last day",
        .noPublicKey: "{1} is no public key: give the .pub file, one line that begins with ssh-ed25519 or sk-ssh-ed25519@openssh.com",
        .notJSON: "not JSON: {1}",
        .badBoolean: "{1} takes yes or no",
        .optionNeedsOutput: "--json goes with --output here, because the standard output carries the bytes",
        .oneFileForTitle: "--title-file goes with one file only",
        .titleForInput: "the standard input has no name: give its title with --title-file",
        .storedSome: "{1} of {2} files were stored",
        .fileFailed: "{1}: {2}",
        .unknownLanguage: "--lang takes nl or en",
        .badPreference: "--preference takes followed, none or deviated",
        .refusalTowards: "give either --to ORGANISATION or --towards PERSON",
        .badSigner: "--signed takes PERSON or PERSON:CAPACITY; an institution that is guardian by its handle",
        .notText: "{1} is not text in UTF-8",
        .titleTooLong: "the title of {1} has {2} bytes, and a title has at most {3}",
        .nothingToChange: "nothing to change: give --text-file, --due or --done",
        .whyNotHere: "--why does not go with this command, for nothing is decided in it",
        .nothingAskedHere: "leave {1} out: this command asks the daemon nothing",
        .chooseDirectorOrOrganisation: "--as takes director or organisation",
        .unknownCheck: "this can be checked: read-item, read-card, read-plan, list-items, list-consents, list-team",
        .itemNeeded: "name the item",
        .planNeeded: "name the plan",
        .noPlanYet: "this household has no plan yet",
        .hintDraftPlan: "the director drafts one with kluis plan draft {1} --file FILE",

        .decided: "{1} under {2}",
        .duty: "duty: {1}",
        .notice: "notice: {1}",
        .stillToSign: "still to sign: {1}",
        .stateNow: "state: {1}",
        .outcomePermit: "permitted", .outcomeRefuse: "refused", .outcomeOblige: "permitted with a duty",
        .director: "the director", .yes: "yes", .no: "no",
        .known: "known to the team, there is a director",
        .unknownPerson: "no director known",
        .reachVia: "reach the team by {1}",
        .nothingToShow: "none",
        .linesClosed:
            "you cannot read what has no title here; with an item of a colleague, name the task that you read for (--basis, G1 to G4)",
        .whyClosed: "what stands in the way, and what helps: {1}",
        .vaultOpen: "open", .vaultSealed: "sealed",

        .promptTerm: "name to look for",
        .promptReason: "reason",
        .promptGivenName: "given name",
        .promptFamilyName: "family name",
        .promptBirthDate: "date of birth (YYYY-MM-DD)",
        .promptRelation: "relation (parent, child, grandparent, ...)",
        .promptLivesIn: "lives in the household (yes/no)",
        .promptAddress: "address (may be empty)",
        .promptSecret: "is the address secret (yes/no)",
        .promptPhone: "phone (may be empty)",
        .promptText: "text",

        .headID: "id", .headName: "name", .headState: "state", .headDirector: "director", .headBorn: "born", .headRelation: "relation",
        .headLivesIn: "lives in", .headWorker: "worker", .headOrganisation: "organisation", .headRole: "role", .headFrom: "from",
        .headUntil: "until", .headPurpose: "purpose", .headBasis: "basis", .headSubject: "resident", .headRecipient: "for",
        .headDomains: "life domains",
        .headMissing: "still to sign", .headLayer: "layer", .headDomain: "life domain", .headKind: "kind", .headSize: "size",
        .headTitle: "title", .headHandle: "handle", .headNumber: "version", .headResult: "wanted result", .headDue: "due",
        .headOutcome: "outcome", .headActor: "who", .headAction: "action", .headDone: "done", .headIndex: "line", .headMoment: "moment",
        .headCaller: "caller", .headArticles: "articles", .headItem: "item", .headHat: "hat", .headVersion: "program",
        .headReglement: "reglement",
        .headVault: "vault", .headClock: "clock", .headLines: "log lines", .headPolicies: "policies", .headRehearsal: "rehearsal",
        .headSigned: "signed", .headGoal: "goal", .headRoute: "contact", .headRoles: "roles", .headPresented: "presented",
        .headInForce: "in force", .headReview: "review due", .headMunicipality: "municipality", .headOf: "of line",
        .headAuthority: "authority", .headRepresentative: "representative", .headPersons: "only for",
        .headPersonCount: "number of persons",
        .headHousehold: "household", .headConcerns: "item or resident",

        .ledgerVerified: "{1} entries verified",
        .ledgerErased: "{1} of them committed and erased",
        .ledgerKeyNotPinned: "the export's own key was believed: it agrees with itself; give --key to know whose it is",
        .ledgerProblem: "{1}",
        .rehearsalClockNow: "the rehearsal clock stands at {1}",
        .rehearsalFaultArmed: "the fault {1} is armed",
        .onlyAsked: "only asked: {1}",

        .reasonMissing: "a file is not there or cannot be read",
        .reasonMalformed: "something is not of the form that it must have, so that it is damaged or was changed",
        .reasonAltered: "what stands there is not what the log signed: a line was changed, left out or put in",
        .reasonSignature: "it is not signed with the key of this log",
        .reasonDiscontinuous: "it does not continue the log that was seen before",
        .reasonQuorum: "too few witnesses have cosigned it",
        .reasonTombstone: "an erasure is not signed and recorded as it must be",

        .progressItems: "{1} of {2} files",
        .progressBytes: "{1} of {2} MB",

        .helpProgram: "Talk to the vault of a social team: one household, one plan, several organisations.",
        .helpStatus: "Show whether the vault answers, and which rules it keeps.",
        .helpLogin: "Sign in with a key and one hat.",
        .helpLogout: "End the session.",
        .helpWhoami: "Show who is signed in, and in which hat.",
        .helpHousehold: "Households.",
        .helpPerson: "The people of a household.",
        .helpTeam: "Who is involved in a household, and who directs.",
        .helpPlan: "The one plan of a household.",
        .helpItem: "The items of a household's file.",
        .helpConsent: "Consents and refusals.",
        .helpAccess: "Ask what would be allowed; opens nothing.",
        .helpLedger: "The log that can only grow.",
        .helpOrganisation: "Organisations.",
        .helpWorker: "Workers, their roles and keys.",
        .helpRehearsal: "The clock and the faults of a rehearsal vault.",

        .helpHouseholdCreate: "Open a household; prints its identifier.",
        .helpHouseholdList: "List the households that you are involved in.",
        .helpHouseholdShow: "Show the card: who belongs, who directs, which organisations are involved.",
        .helpHouseholdFind: "Ask whether somebody is known; the name comes from standard input or a prompt.",
        .helpPersonAdd: "Add a person; the particulars come from a file, standard input or prompts. Prints the identifier.",
        .helpPersonList: "List the people of a household.",
        .helpPersonShow: "Show one person.",
        .helpPersonAuthority:
            "Record who has authority over a child, in the place of what is on record of the same holder; --until alone ends it.",
        .helpPersonRepresent:
            "Record who represents a person, in the place of what is on record of the same representative; --until alone ends it.",
        .helpPersonIncapacity:
            "Record that a person cannot oversee a decision, in the place of every earlier judgement; the reason comes from a file, standard input or a prompt.",
        .helpPersonConflict:
            "Declare that you are family, neighbour, friend, former partner or colleague: it blocks you for this household.",
        .helpTeamAppoint: "Appoint the director.",
        .helpTeamInvite: "Involve a worker, for six months at most.",
        .helpTeamList: "List who is involved.",
        .helpTeamEnd: "End an involvement.",
        .helpPlanDraft: "Draft a plan from a file or standard input; prints its identifier.",
        .helpPlanShow: "Show a plan.",
        .helpPlanEdit: "Change your own action in a plan.",
        .helpPlanPresent: "Present a draft to the household.",
        .helpPlanSign: "Sign a plan: for a resident (--for), for your organisation, or as director.",
        .helpPlanHistory: "List the versions of a household's plan.",
        .helpItemAdd: "Store files, or all files of directories; prints one identifier a line.",
        .helpItemList: "List the items of a household.",
        .helpItemRead: "Write an item to standard output or to a file.",
        .helpConsentRegister: "Write down a consent; prints its identifier.",
        .helpConsentSign: "Record a signature under a consent (--for).",
        .helpConsentWithdraw: "Withdraw a consent, or some of its life domains (--for).",
        .helpConsentRefuse: "Write down a refusal.",
        .helpConsentList: "List consents and refusals.",
        .helpAccessCheck: "Decide without doing: would this be allowed?",
        .helpAccessWho: "Who of the team may read this item?",
        .helpAccessWhat: "What of this household may you see?",
        .helpLedgerShow: "Show lines of the log.",
        .helpLedgerVerify: "Verify the log: ask the daemon, or check an export yourself with --offline.",
        .helpLedgerCheckpoint: "Have a checkpoint signed, and print it.",
        .helpOrganisationAdd: "Add an organisation from a file or standard input; prints its identifier.",
        .helpOrganisationList: "List the organisations.",
        .helpWorkerAdd: "Add a worker from a file or standard input; prints the identifier.",
        .helpWorkerList: "List the workers.",
        .helpWorkerRole: "Give a worker a role, or end one.",
        .helpWorkerKey: "Enrol a sign-in key: the first of somebody else as administrator, a next one of your own.",
        .helpWorkerUnlock: "Open an account again that failed sign-ins have locked.",
        .helpWorkerEnd: "End a worker's account, involvements and keys.",
        .helpRehearsalClock: "Move the clock of a rehearsal vault forward.",
        .helpRehearsalFault: "Arm a named fault in a rehearsal vault.",

        .helpSocket: "The daemon's socket (else KLUIS_SOCKET, $XDG_RUNTIME_DIR/kluis.sock, /run/kluis/kluis.sock).",
        .helpJSON: "Print one JSON document.",
        .helpWhy: "Decide and say why; do nothing.",
        .helpFor:
            "The resident whose act you record, or as whom you read a plan; to sign, refuse or withdraw also the institution that is guardian.",
        .helpPurpose:
            "Why you ask: D1 intake, D2 the plan, D3 direction, D4 safety, D5 a provision, D6 handover, D7 residents' rights, D8 oversight, D9 statistics.",
        .helpLang: "nl or en.",
        .helpIdempotency: "The same key again is the same attempt.",
        .helpIfMatch: "Only if the version is still this one.",
        .helpArgWorker: "A worker's handle or identifier.",
        .helpArgHousehold: "The household's identifier.",
        .helpArgPerson: "A person's identifier, or the given name in lower case.",
        .helpArgPlan: "The plan's identifier.",
        .helpArgPlanShown: "The plan's identifier; or the household's, for the plan in force or else the newest.",
        .helpArgItem: "The item's identifier.",
        .helpArgConsent: "The consent's identifier.",
        .helpArgInvolvement: "The involvement's identifier.",
        .helpArgOrganisation: "An organisation's handle or identifier.",
        .helpHat: "help, access or direction; a role without a hat needs none.",
        .helpKey: "Key file for ssh-keygen: a private key, or a public one whose private half is in an agent (else KLUIS_KEY).",
        .helpMunicipality: "Handle of the municipality.",
        .helpAfter: "Go on after this cursor.",
        .helpLimit: "At most so many.",
        .helpPersonFile: "File as above, or as JSON; else standard input, and on a terminal it is asked for.",
        .helpChild: "The child.",
        .helpHolder: "Who has authority.",
        .helpAuthorityKind: "joint, sole, guardian or gi.",
        .helpFrom: "First day (YYYY-MM-DD); else now.",
        .helpUntil: "Last day (YYYY-MM-DD).",
        .helpEvidence:
            "courtDecision, authorityRegister, civilRegistry, writtenMandate or statement (which proves nothing, and ends nothing that is proven).",
        .helpRepresentative: "Who represents.",
        .helpRepresentKind: "curator, mentor, authorised, partner or family.",
        .helpReasonFile: "File with the reason.",
        .helpConflictKind: "family, neighbour, friend, formerPartner or colleague.",
        .helpPreference: "What became of the resident's preference: followed, none or deviated (with a reason).",
        .helpEndRole: "End the role instead, at once.",
        .helpRole: "teamMember, accessOfficer, adminSupport, watchContact ...",
        .helpInvolvedFor: "The purpose of the involvement (default: D2, for a director D3).",
        .helpPersons: "Only about this resident; may be given again.",
        .helpPlanFile: "File with the draft as above, or as JSON; else standard input.",
        .helpPlanAction: "The action's identifier or label.",
        .helpTextFile: "File with the new text.",
        .helpDue: "New due date (YYYY-MM-DD).",
        .helpDone: "Mark as done.",
        .helpSignAs: "director or organisation; else by your hat.",
        .helpItemFiles: "Files and directories; - is standard input.",
        .helpSubject: "The resident it is about, or household.",
        .helpDomain: "Life domain: parenting, schoolWorkDaytime, selfReliance, participation, finance, housing, health or safety.",
        .helpKind: "note, report, letter, overview, score, assessment, diagnosis ...",
        .helpBasis:
            "Legal basis: G1 Wmo, G2 Jeugdwet, G3 Participatiewet, G4 debt relief, G5 consent, G6 legal duty, G7 vital interest, G8 report to Veilig Thuis, G9 conflict of duties, G10 coordinated approach or G11 oversight.",
        .helpReadBasis: "Task you read for, G1 to G4, with items of a colleague; G5 when the resident expressly wishes it.",
        .helpClass: "Retention class: youthCare, socialSupport, treatment, debtRelief, incomeAndParticipation, watchFlame, noFollowUp.",
        .helpLayer: "Layer: L1 card, L2 plan, L3 personal file (when left out) or L4 sealed folder.",
        .helpTitleFile: "File with the title; else the file's name.",
        .helpProvision: "The provision that allows health or criminal data.",
        .helpReasonsFile: "For a score: file with 'life domain: why it is needed' lines.",
        .helpMediaType: "Media type of the bytes.",
        .helpParallel: "So many files at the same time.",
        .helpOutput: "File to write; it appears only when whole.",
        .helpTo: "The receiving organisation.",
        .helpDomains:
            "Life domain: parenting, schoolWorkDaytime, selfReliance, participation, finance, housing, health or safety; may be given again.",
        .helpConsentPurpose: "What the consent is for; else the purpose of the request.",
        .helpLeaflet: "Version of the explanation that was given.",
        .helpForm: "written, digital or oral.",
        .helpSigned: "Who signed already, PERSON or PERSON:CAPACITY, or the institution that is guardian; may be given again.",
        .helpReplaces: "The running consent or draft that this one takes the place of, once it is signed and has begun.",
        .helpCapacity: "ownBehalf, parentWithAuthority, guardian, guardianBody, curator, mentor, authorised, partner or family.",
        .helpMethod: "written, digital or oral.",
        .helpTowardsPerson: "The person who is to see nothing.",
        .helpCheckAction: "read-item, read-card, read-plan, list-items, list-consents or list-team.",
        .helpCheckThing: "The item.",
        .helpLast: "The newest so many.",
        .helpOffline: "Verify this exported directory, without any daemon.",
        .helpVerifyKey: "The log's public key (else log.vkey in the directory).",
        .helpMoment: "New moment (RFC 3339).",
        .helpFault: "The fault's name.",
        .formPerson: """
        # Required. The relation is parent, stepParent, partner, formerPartner,
        # child, sibling, grandparent, grandchild, otherRelative, housemate or
        # network.
        givenName: Selma
        familyName: Aydin
        birthDate: 1987-03-11
        relation: parent

        # May be left out; who has no livesIn lives in the household. For an
        # address that is secret write secretAddress: yes, and no address.
        livesIn: yes
        address: Kanaalkade 14-II, Waterwolde
        phone: 06-55501471
        email: selma@aydin.example
        language: tr
        """,
        .formOrganisation: """
        # Required. The kind is municipality, partner or thirdParty; only a
        # thirdParty goes without the day on which the convenant was signed.
        handle: balans
        name: Balans Schulddienstverlening
        kind: partner
        convenantSignedOn: 2026-01-10

        # May be left out; discipline may be given again.
        contactRoute: servicepoint@balans.example
        discipline: schuldhulpverlener
        """,
        .formWorker: """
        # Required. The last one is the day on which the declaration of secrecy
        # was signed.
        handle: wendy
        name: Wendy Prins
        organisation: debrug
        secrecyDeclaredOn: 2026-01-12

        # May be left out; registration may be given again. The register is
        # SKJ, BIG or sociaalWerk.
        discipline: wijkverpleegkundige
        registration: BIG 59099912345 until 2029-01-01
        """,
        .formPlan: """
        # The day of the review may be left out. An empty line between the blocks.
        review: 2026-07-13

        # A goal, under a label of your own. Required, but for the audience. The
        # domain is parenting, schoolWorkDaytime, selfReliance, participation,
        # finance, housing, health or safety; the subject is a resident or
        # household; the audience is household or ownerAndTeam.
        goal: huis
        domain: housing
        subject: household
        result: The family keeps its home
        due: 2026-05-01
        audience: household

        # An action, with the label of its goal. Required, but for the worker. The
        # actor is: organisation HANDLE, person NAME, or network.
        action: brief
        goal: huis
        actor: organisation balans
        worker: kees
        text: Agree with the landlord on the arrears
        due: 2026-03-01
        """,
        .helpOrgFile: "File as above; else standard input.",
        .helpWorkerFile: "File as above; else standard input.",
        .helpPublicKey: "The .pub file with the public key.",
        .helpUIDs:
            "The number of the machine account that the worker signs in from (id -u NAME); required in a real vault; may be given again.",
        .helpStoredApart: "The key is in no authorized_keys file and is kept apart.",
    ]
}
