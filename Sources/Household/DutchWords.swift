/// The Dutch words for the terms of the registry.
public struct DutchWords: Words {
    public init() {}

    public func word(for term: LifeDomain) -> String {
        switch term {
        case .parenting: "opvoeden en opgroeien"
        case .schoolWorkDaytime: "school, werk en dagbesteding"
        case .selfReliance: "zelfredzaamheid"
        case .participation: "meedoen"
        case .finance: "geldzaken"
        case .housing: "wonen"
        case .health: "gezondheid"
        case .safety: "veiligheid"
        }
    }

    public func word(for term: Layer) -> String {
        switch term {
        case .card: "kaart"
        case .plan: "plan"
        case .personalFile: "persoonsdossier"
        case .sealedFolder: "afgeschermde map"
        }
    }

    public func word(for term: Purpose) -> String {
        switch term {
        case .intakeAndTriage: "aanmelding en triage"
        case .plan: "het plan maken, uitvoeren en bijstellen"
        case .direction: "regie en afstemming"
        case .safety: "veiligheid van personen"
        case .provisionDecision: "beslissen over een voorziening"
        case .handoverAndAftercare: "overdracht, waakvlam en nazorg"
        case .residentRights: "rechten van inwoners"
        case .oversight: "verantwoording, toezicht en controle"
        case .statistics: "monitor en leren"
        }
    }

    public func word(for term: Hat) -> String {
        switch term {
        case .help: "hulp"
        case .access: "toegang"
        case .direction: "regie"
        }
    }

    public func word(for term: LegalBasis) -> String {
        switch term {
        case .socialSupportAct: "taak Wmo 2015"
        case .youthAct: "taak Jeugdwet"
        case .participationAct: "taak Participatiewet"
        case .debtReliefAct: "taak schuldhulpverlening"
        case .consentToDisclose: "toestemming voor verstrekken"
        case .legalDuty: "wettelijke plicht"
        case .vitalInterest: "levensbelang"
        case .safeHomeReportingRight: "meldrecht Veilig Thuis"
        case .conflictOfDuties: "conflict van plichten"
        case .coordinatedApproach: "gecoördineerde aanpak meervoudige problematiek"
        case .accountability: "verantwoording en toezicht"
        }
    }

    public func word(for term: Role) -> String {
        switch term {
        case .caseDirector: "regisseur"
        case .teamMember: "teamlid"
        case .watchContact: "waakvlamcontact"
        case .intakeWorker: "triagist"
        case .adminSupport: "administratie"
        case .accessOfficer: "consulent toegang"
        case .consultant: "gedragswetenschapper"
        case .teamCoordinator: "coördinator"
        case .guest: "gast"
        case .clientSupporter: "cliëntondersteuner"
        case .resident: "inwoner"
        case .privacyOfficer: "privacy officer"
        case .dpo: "functionaris gegevensbescherming"
        case .functionalAdmin: "functioneel beheerder"
        case .technicalAdmin: "technisch beheerder"
        case .recordsManager: "archiefbeheerder"
        case .analyst: "analist"
        case .tool: "hulpprogramma"
        }
    }

    public func word(for term: OrganisationKind) -> String {
        switch term {
        case .municipality: "gemeente"
        case .partner: "partner"
        case .thirdParty: "derde"
        }
    }

    public func word(for term: Register) -> String {
        switch term {
        case .skj: "SKJ"
        case .big: "BIG-register"
        case .socialWork: "register sociaal werk"
        }
    }

    public func word(for term: ItemKind) -> String {
        switch term {
        case .note: "notitie"
        case .message: "bericht"
        case .letter: "brief"
        case .attachment: "bijlage"
        case .agreement: "afspraak"
        case .review: "evaluatie"
        case .report: "verslag"
        case .assessment: "onderzoek"
        case .diagnosis: "diagnose"
        case .background: "achtergrondverhaal"
        case .overview: "overzicht"
        case .score: "score"
        case .decision: "besluit"
        case .intakeForm: "aanmelding"
        case .safetyCard: "veiligheidskaart"
        case .secretAddress: "geheim adres"
        case .safeHomeReport: "melding Veilig Thuis"
        case .criminalRecord: "strafrechtelijk gegeven"
        case .treatmentRecord: "stuk onder behandelgeheim"
        case .intimateRecord: "gegeven over seksualiteit"
        case .reporterIdentity: "identiteit van een afgeschermde melder"
        }
    }

    public func word(for term: Relation) -> String {
        switch term {
        case .parent: "ouder"
        case .stepParent: "stiefouder"
        case .partner: "partner"
        case .formerPartner: "ex-partner"
        case .child: "kind"
        case .sibling: "broer of zus"
        case .grandparent: "grootouder"
        case .grandchild: "kleinkind"
        case .otherRelative: "ander familielid"
        case .housemate: "huisgenoot"
        case .network: "netwerk"
        }
    }

    public func word(for term: AuthorityKind) -> String {
        switch term {
        case .joint: "gezamenlijk gezag"
        case .sole: "eenhoofdig gezag"
        case .guardian: "voogd"
        case .guardianBody: "gecertificeerde instelling"
        }
    }

    public func word(for term: RepresentationKind) -> String {
        switch term {
        case .curator: "curator"
        case .mentor: "mentor"
        case .authorised: "gemachtigde"
        case .partner: "partner"
        case .family: "naast familielid"
        }
    }

    public func word(for term: Evidence) -> String {
        switch term {
        case .courtDecision: "beschikking van de rechter"
        case .authorityRegister: "gezagsregister"
        case .civilRegistry: "basisregistratie personen"
        case .writtenMandate: "schriftelijke machtiging"
        case .statement: "mededeling"
        }
    }

    public func word(for term: SigningCapacity) -> String {
        switch term {
        case .ownBehalf: "voor zichzelf"
        case .parentWithAuthority: "ouder met gezag"
        case .guardian: "voogd"
        case .guardianBody: "gecertificeerde instelling"
        case .curator: "curator"
        case .mentor: "mentor"
        case .authorised: "gemachtigde"
        case .partner: "partner"
        case .family: "naast familielid"
        }
    }

    public func word(for term: SigningMethod) -> String {
        switch term {
        case .written: "schriftelijk"
        case .digital: "digitaal"
        case .oral: "mondeling"
        }
    }

    public func word(for term: ConflictKind) -> String {
        switch term {
        case .family: "familie"
        case .neighbour: "buur"
        case .friend: "vriend"
        case .formerPartner: "ex-partner"
        case .colleague: "collega"
        }
    }

    public func word(for term: TriageOutcome) -> String {
        switch term {
        case .answered: "beantwoord"
        case .communitySupport: "naar voorveld"
        case .team: "team"
        case .provisionAccess: "toegang"
        case .crisis: "crisis"
        case .noFollowUp: "geen vervolg"
        }
    }

    public func word(for term: GoalOutcome) -> String {
        switch term {
        case .achieved: "behaald"
        case .partlyAchieved: "deels behaald"
        case .notAchieved: "niet behaald"
        case .lapsed: "vervallen"
        }
    }

    public func word(for term: GoalAudience) -> String {
        switch term {
        case .household: "het huishouden"
        case .ownerAndTeam: "alleen de eigenaar en het team"
        }
    }

    public func word(for term: ExcuseGround) -> String {
        switch term {
        case .seriousHarm: "ernstige schade voor de jongere"
        case .consideredWish: "goed doordachte wens van de jongere"
        case .unreachable: "ouder niet te bereiken"
        }
    }

    public func word(for term: RetentionClass) -> String {
        switch term {
        case .youthCare: "jeugdhulp"
        case .socialSupport: "maatschappelijke ondersteuning"
        case .treatment: "behandelgegevens"
        case .debtRelief: "schuldhulpverlening"
        case .incomeAndParticipation: "inkomen en participatie"
        case .watchFlame: "waakvlam"
        case .noFollowUp: "zonder vervolg"
        case .consentRecord: "toestemmingen en weigeringen"
        case .ledger: "logboek"
        }
    }

    public func word(for term: RetentionTerm.Trigger) -> String {
        switch term {
        case .lastChange: "laatste wijziging"
        case .creation: "ontvangst of vervaardiging"
        case .endOfHelp: "einde van de hulp"
        case .endOfWatchFlame: "einde van de waakvlam"
        case .endOfTriage: "einde van de triage"
        case .itemsConcerned: "de stukken waarop zij zien"
        }
    }

    public func word(for term: HouseholdState) -> String {
        switch term {
        case .intake: "aangemeld"
        case .triaged: "getriageerd"
        case .active: "actief"
        case .watchFlame: "waakvlam"
        case .closed: "gesloten"
        case .retained: "bewaard"
        case .destroyed: "vernietigd"
        }
    }

    public func word(for term: PlanState) -> String {
        switch term {
        case .draft: "concept"
        case .presented: "voorgelegd"
        case .inForce: "van kracht"
        case .superseded: "vervangen"
        case .withdrawn: "ingetrokken"
        case .lapsed: "vervallen"
        }
    }

    public func word(for term: ConsentState) -> String {
        switch term {
        case .draft: "concept"
        case .active: "actief"
        case .withdrawn: "ingetrokken"
        case .expired: "verlopen"
        case .lapsed: "vervallen"
        case .superseded: "vervangen"
        case .refused: "geweigerd"
        }
    }

    public func word(for term: InvolvementState) -> String {
        switch term {
        case .granted: "toegekend"
        case .live: "lopend"
        case .ended: "geëindigd"
        }
    }

    public func word(for term: InvolvementEnd) -> String {
        switch term {
        case .expired: "verlopen"
        case .revoked: "ingetrokken"
        case .leaver: "vertrek uit het team"
        case .closing: "dossier gesloten"
        }
    }

    public func word(for term: WorkerState) -> String {
        switch term {
        case .invited: "uitgenodigd"
        case .active: "actief"
        case .suspended: "opgeschort"
        case .ended: "geëindigd"
        }
    }

    public func word(for term: WorkerKeyState) -> String {
        switch term {
        case .active: "actief"
        case .revoked: "ingetrokken"
        }
    }

    public func word(for term: DirectorshipState) -> String {
        switch term {
        case .appointed: "aangewezen"
        case .active: "actief"
        case .handingOver: "in overdracht"
        case .ended: "geëindigd"
        }
    }

    public func word(for term: SignatoryRule) -> String {
        switch term {
        case .under12: "jonger dan twaalf: alle ouders met gezag"
        case .youth12to15: "twaalf tot en met vijftien: de jongere en alle ouders met gezag"
        case .from16: "vanaf zestien: de persoon zelf"
        case .incapacitated: "wilsonbekwaam: de vertegenwoordiger"
        case .guardian: "onder voogdij: de voogd"
        case .unknownAuthority: "gezag of vertegenwoordiging onbekend"
        }
    }

    public func word(for term: AuthorityGap) -> String {
        switch term {
        case .noneRecorded: "er is geen gezag vastgelegd"
        case .unproven: "gezag of vertegenwoordiging is niet aangetoond"
        case .secondHolderUnknown: "de tweede ouder met gezag is onbekend"
        case .contradictory: "de vastgelegde gegevens over gezag spreken elkaar tegen"
        case .noRepresentative: "er is geen vertegenwoordiger vastgelegd"
        case .unable: "wie gezag heeft of vertegenwoordigt, is minderjarig of kan besluiten zelf niet overzien"
        }
    }

    public func word(for term: ConsentStanding) -> String {
        switch term {
        case .active: "actief"
        case .pending: "wacht op handtekeningen"
        case .incomplete: "niet meer volledig"
        case .notYetBegun: "nog niet ingegaan"
        case .expired: "verlopen"
        case .withdrawn: "ingetrokken"
        case .superseded: "vervangen"
        case .refused: "geweigerd"
        case .lapsed: "vervallen"
        case .void: "nietig"
        }
    }

    public func word(for term: ConsentLapse) -> String {
        switch term {
        case .birthday12: "twaalfde verjaardag"
        case .birthday16: "zestiende verjaardag"
        case .birthday18: "achttiende verjaardag"
        case .closing: "afsluiting van het dossier"
        case .oralNotConfirmed: "mondelinge toestemming niet bevestigd"
        }
    }
}
