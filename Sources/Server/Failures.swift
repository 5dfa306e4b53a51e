import Household
import ReferenceMonitor
import Vault
import Wire

extension Problem {
    /// Whether the fault lies with the vault and not with the request.
    var isOurs: Bool {
        switch self {
        case .notRecorded, .unknown, .sealed, .verificationFailed, .internalError: true
        default: false
        }
    }

    /// The type and case of an error, which hold no value that anybody sent.
    static func code(of error: any Error) -> String {
        let name = String(describing: type(of: error))
        switch error {
        case let error as VaultError: return "\(name).\(error)"
        case let error as MonitorError: return "\(name).\(error)"
        default: return name
        }
    }

    /// The one map from everything that the layers below can throw.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as WireError: self = .invalid(error)
        case let error as MonitorError: self.init(error)
        case let error as VaultError: self.init(error)
        case let error as CosignatureRefusal: self.init(error)
        case let error as HouseholdError where error.code == .illegalTransition:
            // About the state it is in and the step that does not lead on from there.
            let state = String(error.about.prefix { $0 != "/" })
            self = .doesNotFit(
                "state",
                Sentence(
                    nl: "de toestand is nu \(Self.spoken(state, DutchWords()))",
                    en: "the state is \(Self.spoken(state, EnglishWords())) now"),
                articles: error.articles.map(\.description))
        case let error as HouseholdError:
            // The reglement let it through and the domain did not: the request asks for something that cannot be so.
            self = .doesNotFit(error.about.isEmpty ? error.code.rawValue : error.about, articles: error.articles.map(\.description))
        default: self = .internalError
        }
    }

    /// Whatever has a state: where two have one by the same name, it means the same.
    private static let states: [any SpokenTerm.Type] = [
        ConsentState.self, PlanState.self, HouseholdState.self, InvolvementState.self, WorkerState.self, DirectorshipState.self,
    ]

    /// The word for a state of whatever has one.
    private static func spoken(_ state: String, _ words: some Words) -> String {
        for kind in states { if let known = kind.init(text: state) { return known.word(in: words) } }
        return state
    }

    private init(_ error: MonitorError) {
        switch error {
        case .notRecorded: self = .notRecorded
        case .unknown: self = .unknown
        case .factsDoNotVerify: self = .verificationFailed
        case .noSuchThing: self = .notFound
        case .grantIsDead: self = .internalError
        case .interrupted: self = .interrupted
        case .throttled(let throttled): self = .throttled(throttled)
        case .unwitnessed(let unwitnessed): self = .unwitnessed(unwitnessed)
        case .signIn(let failure): self = .signInFirst(failure)
        }
    }

    private init(_ error: CosignatureRefusal) {
        let sentence =
            switch error {
            case .unreadable:
                Sentence(
                    nl: "dit zijn geen handtekeningregels; geef wat de getuige schreef, ongewijzigd",
                    en: "these are no signature lines; give what the witness wrote, unchanged")
            case .byNoWitness:
                Sentence(
                    nl: "geen regel is van een getuige van deze kluis; vraag de beheerder wie in de witness-policy staan",
                    en: "no line is by a witness of this vault; ask the administrator who is in the witness-policy")
            case .onNoCheckpoint:
                Sentence(
                    nl: "deze handtekening is op geen zegel van dit logboek gezet, of op een oud; laat een nieuwe uitvoer tekenen",
                    en: "this signature is on no checkpoint of this log, or it is too old; have the witness cosign a new export")
            }
        self = .invalidField("cosignatures", sentence)
    }

    private init(_ error: VaultError) {
        switch error {
        case .doesNotVerify, .contentMissing: self = .verificationFailed
        case .isSealed: self = .sealed
        case .noSuchThing: self = .notFound
        case .revisionMoved:
            self = .conflict(
                Sentence(nl: "er is intussen iets gewijzigd", en: "something was changed meanwhile"),
                next: Sentence(nl: "lees opnieuw en probeer het nog eens", en: "read again and try once more"))
        case .keyUsedForAnotherRequest:
            self = .conflict(
                Sentence(
                    nl: "deze idempotency-key hoort bij een ander verzoek", en: "this idempotency-key belongs to another request"),
                next: Sentence(nl: "neem voor dit verzoek een nieuwe", en: "take a new one for this request"))
        case .alreadyExists:
            self = .conflict(
                Sentence(nl: "dit bestaat al", en: "this exists already"),
                next: Sentence(nl: "gebruik wat er is, of kies een andere naam", en: "use what is there, or choose another name"))
        case .keyTaken:
            self = .conflict(
                Sentence(
                    nl: "deze sleutel is al van iemand, of is het geweest", en: "this key is somebody's already, or was"),
                next: Sentence(
                    nl: "maak voor dit account een nieuwe sleutel: ssh-keygen -t ed25519-sk",
                    en: "make a new key for this account: ssh-keygen -t ed25519-sk"))
        case .uploadNotFinished: self = .truncated
        case .contentTooLarge: self = .contentTooLarge
        case .file, .fault: self = .notRecorded
        case .wrongSecret, .grantIsDead, .unsafeFile, .noVault, .vaultExists, .unfinished, .missing, .otherFormat, .monthHasEnded:
            self = .internalError
        }
    }
}
