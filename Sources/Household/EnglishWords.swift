/// The English words for the terms of the registry.
public struct EnglishWords: Words {
    public init() {}

    public func word(for term: LifeDomain) -> String {
        switch term {
        case .parenting: "parenting and growing up"
        case .schoolWorkDaytime: "school, work and daytime"
        case .selfReliance: "self-reliance"
        case .participation: "participation"
        case .finance: "finance"
        case .housing: "housing"
        case .health: "health"
        case .safety: "safety"
        }
    }

    public func word(for term: Layer) -> String {
        switch term {
        case .card: "card"
        case .plan: "plan"
        case .personalFile: "personal file"
        case .sealedFolder: "sealed folder"
        }
    }

    public func word(for term: Purpose) -> String {
        switch term {
        case .intakeAndTriage: "intake and triage"
        case .plan: "making, carrying out and adjusting the plan"
        case .direction: "direction and coordination"
        case .safety: "safety of persons"
        case .provisionDecision: "deciding about a provision"
        case .handoverAndAftercare: "handover, watch-flame and aftercare"
        case .residentRights: "rights of residents"
        case .oversight: "accountability, oversight and control"
        case .statistics: "statistics and learning"
        }
    }

    public func word(for term: Hat) -> String {
        switch term {
        case .help: "help"
        case .access: "provision access"
        case .direction: "direction"
        }
    }

    public func word(for term: LegalBasis) -> String {
        switch term {
        case .socialSupportAct: "task under the Wmo 2015"
        case .youthAct: "task under the Jeugdwet"
        case .participationAct: "task under the Participatiewet"
        case .debtReliefAct: "debt relief task"
        case .consentToDisclose: "consent to disclose"
        case .legalDuty: "legal duty"
        case .vitalInterest: "vital interest"
        case .safeHomeReportingRight: "right to report to Veilig Thuis"
        case .conflictOfDuties: "conflict of duties"
        case .coordinatedApproach: "coordinated approach to multiple problems"
        case .accountability: "accountability and oversight"
        }
    }

    public func word(for term: Role) -> String {
        switch term {
        case .caseDirector: "case director"
        case .teamMember: "team member"
        case .watchContact: "watch-flame contact"
        case .intakeWorker: "intake worker"
        case .adminSupport: "administrative support"
        case .accessOfficer: "access officer"
        case .consultant: "consultant"
        case .teamCoordinator: "team coordinator"
        case .guest: "guest"
        case .clientSupporter: "client supporter"
        case .resident: "resident"
        case .privacyOfficer: "privacy officer"
        case .dpo: "data protection officer"
        case .functionalAdmin: "functional administrator"
        case .technicalAdmin: "technical administrator"
        case .recordsManager: "records manager"
        case .analyst: "analyst"
        case .tool: "tool"
        }
    }

    public func word(for term: OrganisationKind) -> String {
        switch term {
        case .municipality: "municipality"
        case .partner: "partner"
        case .thirdParty: "third party"
        }
    }

    public func word(for term: Register) -> String {
        switch term {
        case .skj: "SKJ"
        case .big: "BIG register"
        case .socialWork: "social work register"
        }
    }

    public func word(for term: ItemKind) -> String {
        switch term {
        case .note: "note"
        case .message: "message"
        case .letter: "letter"
        case .attachment: "attachment"
        case .agreement: "agreement"
        case .review: "review"
        case .report: "report"
        case .assessment: "assessment"
        case .diagnosis: "diagnosis"
        case .background: "background story"
        case .overview: "overview"
        case .score: "score"
        case .decision: "decision"
        case .intakeForm: "intake form"
        case .safetyCard: "safety card"
        case .secretAddress: "secret address"
        case .safeHomeReport: "Veilig Thuis report"
        case .criminalRecord: "criminal record"
        case .treatmentRecord: "treatment record"
        case .intimateRecord: "record about sexuality"
        case .reporterIdentity: "identity of a shielded reporter"
        }
    }

    public func word(for term: Relation) -> String {
        switch term {
        case .parent: "parent"
        case .stepParent: "step-parent"
        case .partner: "partner"
        case .formerPartner: "former partner"
        case .child: "child"
        case .sibling: "sibling"
        case .grandparent: "grandparent"
        case .grandchild: "grandchild"
        case .otherRelative: "other relative"
        case .housemate: "housemate"
        case .network: "network"
        }
    }

    public func word(for term: AuthorityKind) -> String {
        switch term {
        case .joint: "joint authority"
        case .sole: "sole authority"
        case .guardian: "guardian"
        case .guardianBody: "certified institution"
        }
    }

    public func word(for term: RepresentationKind) -> String {
        switch term {
        case .curator: "curator"
        case .mentor: "mentor"
        case .authorised: "authorised person"
        case .partner: "partner"
        case .family: "near relative"
        }
    }

    public func word(for term: Evidence) -> String {
        switch term {
        case .courtDecision: "court decision"
        case .authorityRegister: "register of authority"
        case .civilRegistry: "civil registry"
        case .writtenMandate: "written mandate"
        case .statement: "statement"
        }
    }

    public func word(for term: SigningCapacity) -> String {
        switch term {
        case .ownBehalf: "on own behalf"
        case .parentWithAuthority: "parent with authority"
        case .guardian: "guardian"
        case .guardianBody: "certified institution"
        case .curator: "curator"
        case .mentor: "mentor"
        case .authorised: "authorised person"
        case .partner: "partner"
        case .family: "near relative"
        }
    }

    public func word(for term: SigningMethod) -> String {
        switch term {
        case .written: "in writing"
        case .digital: "digitally"
        case .oral: "orally"
        }
    }

    public func word(for term: ConflictKind) -> String {
        switch term {
        case .family: "family"
        case .neighbour: "neighbour"
        case .friend: "friend"
        case .formerPartner: "former partner"
        case .colleague: "colleague"
        }
    }

    public func word(for term: TriageOutcome) -> String {
        switch term {
        case .answered: "answered"
        case .communitySupport: "to community support"
        case .team: "team"
        case .provisionAccess: "provision access"
        case .crisis: "crisis"
        case .noFollowUp: "no follow-up"
        }
    }

    public func word(for term: GoalOutcome) -> String {
        switch term {
        case .achieved: "achieved"
        case .partlyAchieved: "partly achieved"
        case .notAchieved: "not achieved"
        case .lapsed: "lapsed"
        }
    }

    public func word(for term: GoalAudience) -> String {
        switch term {
        case .household: "the household"
        case .ownerAndTeam: "the owner and the team only"
        }
    }

    public func word(for term: ExcuseGround) -> String {
        switch term {
        case .seriousHarm: "serious harm to the youth"
        case .consideredWish: "well-considered wish of the youth"
        case .unreachable: "parent cannot be reached"
        }
    }

    public func word(for term: RetentionClass) -> String {
        switch term {
        case .youthCare: "youth care"
        case .socialSupport: "social support"
        case .treatment: "treatment records"
        case .debtRelief: "debt relief"
        case .incomeAndParticipation: "income and participation"
        case .watchFlame: "watch-flame"
        case .noFollowUp: "no follow-up"
        case .consentRecord: "consents and refusals"
        case .ledger: "log"
        }
    }

    public func word(for term: RetentionTerm.Trigger) -> String {
        switch term {
        case .lastChange: "last change"
        case .creation: "receipt or creation"
        case .endOfHelp: "end of help"
        case .endOfWatchFlame: "end of the watch-flame"
        case .endOfTriage: "end of triage"
        case .itemsConcerned: "the items concerned"
        }
    }

    public func word(for term: HouseholdState) -> String {
        switch term {
        case .intake: "intake"
        case .triaged: "triaged"
        case .active: "active"
        case .watchFlame: "watch-flame"
        case .closed: "closed"
        case .retained: "retained"
        case .destroyed: "destroyed"
        }
    }

    public func word(for term: PlanState) -> String {
        switch term {
        case .draft: "draft"
        case .presented: "presented"
        case .inForce: "in force"
        case .superseded: "superseded"
        case .withdrawn: "withdrawn"
        case .lapsed: "lapsed"
        }
    }

    public func word(for term: ConsentState) -> String {
        switch term {
        case .draft: "draft"
        case .active: "active"
        case .withdrawn: "withdrawn"
        case .expired: "expired"
        case .lapsed: "lapsed"
        case .superseded: "superseded"
        case .refused: "refused"
        }
    }

    public func word(for term: InvolvementState) -> String {
        switch term {
        case .granted: "granted"
        case .live: "live"
        case .ended: "ended"
        }
    }

    public func word(for term: InvolvementEnd) -> String {
        switch term {
        case .expired: "expired"
        case .revoked: "revoked"
        case .leaver: "left the team"
        case .closing: "file closed"
        }
    }

    public func word(for term: WorkerState) -> String {
        switch term {
        case .invited: "invited"
        case .active: "active"
        case .suspended: "suspended"
        case .ended: "ended"
        }
    }

    public func word(for term: WorkerKeyState) -> String {
        switch term {
        case .active: "active"
        case .revoked: "revoked"
        }
    }

    public func word(for term: DirectorshipState) -> String {
        switch term {
        case .appointed: "appointed"
        case .active: "active"
        case .handingOver: "handing over"
        case .ended: "ended"
        }
    }

    public func word(for term: SignatoryRule) -> String {
        switch term {
        case .under12: "under twelve: all parents with authority"
        case .youth12to15: "twelve to fifteen: the youth and all parents with authority"
        case .from16: "from sixteen: the person alone"
        case .incapacitated: "incapacitated: the representative"
        case .guardian: "under guardianship: the guardian"
        case .unknownAuthority: "authority or representation not known"
        }
    }

    public func word(for term: AuthorityGap) -> String {
        switch term {
        case .noneRecorded: "no authority is recorded"
        case .unproven: "authority or representation is not proven"
        case .secondHolderUnknown: "the second parent with authority is not known"
        case .contradictory: "the records about authority contradict each other"
        case .noRepresentative: "no representative is recorded"
        case .unable: "who holds authority or represents is a minor, or cannot oversee decisions himself"
        }
    }

    public func word(for term: ConsentStanding) -> String {
        switch term {
        case .active: "active"
        case .pending: "waiting for signatures"
        case .incomplete: "no longer complete"
        case .notYetBegun: "not yet begun"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        case .superseded: "superseded"
        case .refused: "refused"
        case .lapsed: "lapsed"
        case .void: "void"
        }
    }

    public func word(for term: ConsentLapse) -> String {
        switch term {
        case .birthday12: "twelfth birthday"
        case .birthday16: "sixteenth birthday"
        case .birthday18: "eighteenth birthday"
        case .closing: "closing of the file"
        case .oralNotConfirmed: "oral consent not confirmed"
        }
    }
}
