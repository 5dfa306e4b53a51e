/// A closed vocabulary of the registry: each term has one ASCII text, which records, policies and messages use.
///
/// Ordered by that text. Decoding compares bytes, so a look-alike that Swift's canonical string equality would let pass is refused.
public protocol VocabularyTerm: RawRepresentable<String>, CaseIterable, Codable, Hashable, Comparable, Sendable, CustomStringConvertible {}

extension VocabularyTerm {
    /// The term with this text, byte for byte; nil when there is none.
    public init?(text: String) {
        guard let term = Self(rawValue: text), term.rawValue.utf8.elementsEqual(text.utf8) else { return nil }
        self = term
    }

    public var description: String { rawValue }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue.utf8.lexicographicallyPrecedes(b.rawValue.utf8) }

    public init(from decoder: any Decoder) throws {
        guard let term = Self(text: try decoder.singleValueContainer().decode(String.self)) else {
            throw HouseholdError(.inconsistentRecord, about: String(describing: Self.self))
        }
        self = term
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A life domain (PR-1.7).
public enum LifeDomain: String, VocabularyTerm {
    case parenting, schoolWorkDaytime, selfReliance, participation, finance, housing, health, safety
}

/// A layer of the household file (PR-5.1).
public enum Layer: String, VocabularyTerm {
    /// Who belongs to it, authority, reachability, that-information, the director's name.
    case card = "L1"
    /// Goals, actions, agreements and reviews.
    case plan = "L2"
    /// Content per resident and per organisation.
    case personalFile = "L3"
    /// What article 19 protects.
    case sealedFolder = "L4"
}

/// A purpose of processing (PR-3.1).
public enum Purpose: String, VocabularyTerm {
    case intakeAndTriage = "D1"
    case plan = "D2"
    case direction = "D3"
    case safety = "D4"
    case provisionDecision = "D5"
    case handoverAndAftercare = "D6"
    case residentRights = "D7"
    case oversight = "D8"
    case statistics = "D9"

    /// Whether a session with this hat can have this purpose (PR-17.1, 17.3).
    ///
    /// Deciding about a provision needs the access hat, and the access hat serves nothing else of the household work; rights, oversight and
    /// statistics go with every hat and with none.
    public func fits(_ hat: Hat?) -> Bool {
        switch self {
        case .provisionDecision: hat == .access
        case .intakeAndTriage, .plan, .direction, .safety, .handoverAndAftercare: hat != .access
        case .residentRights, .oversight, .statistics: true
        }
    }
}

/// The capacity in which a team member works in one session (PR-1.9).
public enum Hat: String, VocabularyTerm {
    case help, access, direction
}

/// A legal basis (PR-10.1).
public enum LegalBasis: String, VocabularyTerm {
    case socialSupportAct = "G1"
    case youthAct = "G2"
    case participationAct = "G3"
    case debtReliefAct = "G4"
    case consentToDisclose = "G5"
    case legalDuty = "G6"
    case vitalInterest = "G7"
    case safeHomeReportingRight = "G8"
    case conflictOfDuties = "G9"
    /// Not available as long as no act for it is in force.
    case coordinatedApproach = "G10"
    case accountability = "G11"
}

/// A role of the access table (annex to PR-18.1).
public enum Role: String, VocabularyTerm {
    case caseDirector, teamMember, watchContact, intakeWorker, adminSupport, accessOfficer, consultant, teamCoordinator, guest,
        clientSupporter, resident, privacyOfficer, dpo, functionalAdmin, technicalAdmin, recordsManager, analyst, tool
}

/// What an organisation is to the convenant (PR-1.3, 16.1).
public enum OrganisationKind: String, VocabularyTerm {
    case municipality, partner, thirdParty

    /// Whether it has signed the convenant and brings in team members.
    public var isParty: Bool { self != .thirdParty }
}

/// A professional register.
public enum Register: String, VocabularyTerm {
    case skj = "SKJ"
    case big = "BIG"
    case socialWork = "sociaalWerk"
}

/// The kind of an item; kinds decide in which layers it may lie (PR-5.2, 19.1).
public enum ItemKind: String, VocabularyTerm {
    case note, message, letter, attachment, agreement, review, report, assessment, diagnosis, background, overview, score, decision,
        intakeForm, safetyCard, secretAddress, safeHomeReport, criminalRecord, treatmentRecord, intimateRecord, reporterIdentity

    /// The layers in which an item of this kind may lie.
    public var layers: SortedSet<Layer> {
        switch self {
        // PR-19.1: these lie in the sealed folder and nowhere else; the safety card is part of it (PR-15.3).
        case .safetyCard, .secretAddress, .safeHomeReport, .criminalRecord, .treatmentRecord, .intimateRecord, .reporterIdentity:
            [.sealedFolder]
        // PR-5.2: no diagnosis, no background story, no consideration about another family member in the plan.
        case .report, .assessment, .diagnosis, .background, .overview, .score, .decision: [.personalFile, .sealedFolder]
        // PR-9.2, annex: the triagist writes the card, for the intake only.
        case .intakeForm: [.card, .personalFile, .sealedFolder]
        case .agreement, .review: [.plan, .personalFile, .sealedFolder]
        case .note, .message, .letter, .attachment: [.card, .plan, .personalFile, .sealedFolder]
        }
    }

    /// Whether it holds data about health or criminal law by its nature, in whatever life domain (PR-10.5).
    public var needsProvision: Bool {
        switch self {
        case .diagnosis, .treatmentRecord, .criminalRecord, .intimateRecord: true
        default: false
        }
    }
}

/// Relation of a resident to the household.
public enum Relation: String, VocabularyTerm {
    case parent, stepParent, partner, formerPartner, child, sibling, grandparent, grandchild, otherRelative, housemate, network
}

/// Kind of authority over a minor.
public enum AuthorityKind: String, VocabularyTerm {
    /// Parental authority together with another holder.
    case joint
    /// Parental authority of one holder alone.
    case sole
    /// A guardian who is a person.
    case guardian
    /// A certified institution as guardian (*gecertificeerde instelling*), where the court said so.
    case guardianBody = "gi"
}

/// Kind of representation of an incapacitated person, strongest first (PR-12.4).
public enum RepresentationKind: String, VocabularyTerm {
    case curator, mentor, authorised, partner, family
}

/// What a record of authority or representation rests on.
public enum Evidence: String, VocabularyTerm {
    case courtDecision, authorityRegister, civilRegistry, writtenMandate
    /// Somebody said so; proves nothing where proof is needed.
    case statement
}

/// The capacity in which somebody signs (PR-11.1).
public enum SigningCapacity: String, VocabularyTerm {
    case ownBehalf, parentWithAuthority, guardian, guardianBody, curator, mentor, authorised, partner, family
}

/// How a consent or signature was given (PR-11.4).
public enum SigningMethod: String, VocabularyTerm {
    case written, digital, oral
}

/// Why a worker is blocked for a household (PR-7.4).
public enum ConflictKind: String, VocabularyTerm {
    case family, neighbour, friend, formerPartner, colleague
}

/// Outcome of triage (PR-9.5).
public enum TriageOutcome: String, VocabularyTerm {
    case answered, communitySupport, team, provisionAccess, crisis, noFollowUp
}

/// Outcome of a goal (PR-8.5).
public enum GoalOutcome: String, VocabularyTerm {
    case achieved, partlyAchieved, notAchieved, lapsed
}

/// Who of the household may read a goal (PR-8.6).
public enum GoalAudience: String, VocabularyTerm {
    case household
    /// Hidden from housemates by an owner of sixteen or older.
    case ownerAndTeam
}

/// Why a missing parental signature is excused.
public enum ExcuseGround: String, VocabularyTerm {
    /// The youth would otherwise suffer serious harm (PR-12.5).
    case seriousHarm
    /// After refusal the youth keeps to a well-considered wish (PR-12.5).
    case consideredWish
    /// The parent can demonstrably not be reached (PR-12.6).
    case unreachable
}

/// Type of a sign-in key in OpenSSH's own words.
public enum SSHKeyType: String, VocabularyTerm {
    case ed25519 = "ssh-ed25519"
    case securityKeyEd25519 = "sk-ssh-ed25519@openssh.com"
}

/// State of a sign-in key.
public enum WorkerKeyState: String, VocabularyTerm {
    case active, revoked
}
