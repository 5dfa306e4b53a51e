// The Dutch clauses for what is not allowed, or not yet.

extension DutchWords {
    public func word(for term: ConsentDefect) -> String {
        switch term {
        case .subjectMissing: "de inwoner ontbreekt"
        case .subjectUnknown: "deze inwoner hoort niet bij dit huishouden"
        case .receiverMissing: "de ontvangende organisatie ontbreekt"
        case .severalReceivers: "een toestemming noemt één ontvangende organisatie"
        case .allOrganisations: "toestemming voor alle organisaties is nietig"
        case .receiverUnknown: "de ontvangende organisatie is onbekend"
        case .domainsMissing: "de leefgebieden ontbreken"
        case .allDomains: "toestemming voor alle leefgebieden is nietig"
        case .purposeMissing: "het doel ontbreekt"
        case .startMissing: "de begindatum ontbreekt"
        case .indefinite: "toestemming voor onbepaalde tijd is nietig"
        case .endsBeforeStart: "de einddatum ligt voor de begindatum"
        case .alreadyEnded: "de einddatum is al voorbij"
        case .tooLong: "een toestemming geldt ten hoogste twaalf maanden"
        case .leafletMissing: "de versie van de uitleg ontbreekt"
        case .withdrawalNotExplained: "niet vermeld is hoe de toestemming kan worden ingetrokken"
        case .giverNotEntitled: "wie tekent, beslist hier niet of niet in deze hoedanigheid"
        case .signedInFuture: "de handtekening ligt in de toekomst"
        case .fileClosed: "het dossier is gesloten"
        case .refusedRecently: "de vraag is korter dan drie maanden geleden geweigerd"
        case .replacesAnother: "de te vervangen toestemming is geen lopende en geen concept over dezelfde vraag"
        case .saidAgain: "wie tekent, heeft dit al eerder mondeling gezegd"
        }
    }

    public func word(for term: InvolvementObjection) -> String {
        switch term {
        case .selfGrant: "niemand kent zichzelf betrokkenheid toe"
        case .notDirector: "betrokkenheid wordt toegekend door de regisseur, of zonder regisseur door de coördinator"
        case .tooFarAhead: "de einddatum ligt meer dan zes maanden vooruit"
        case .endsBeforeStart: "de einddatum ligt voor de begindatum"
        case .startsInPast: "de begindatum ligt in het verleden"
        case .blocked: "deze medewerker is voor dit dossier geblokkeerd"
        case .workerInactive: "deze medewerker is geen actief teamlid"
        case .workerUnknown: "deze medewerker is onbekend"
        case .personUnknown: "deze inwoner hoort niet bij dit huishouden"
        case .fileClosed: "het dossier is gesloten"
        case .roleNotForHousehold: "deze rol wordt niet per huishouden toegekend"
        }
    }

    public func word(for term: DirectorshipObjection) -> String {
        switch term {
        case .notCoordinator: "alleen de coördinator wijst aan"
        case .alreadyDirected: "dit huishouden heeft al een regisseur"
        case .noDirector: "dit huishouden heeft geen regisseur"
        case .notTheDirector: "alleen de regisseur of de coördinator kan dit"
        case .notTheAppointed: "alleen de nieuwe regisseur bevestigt"
        case .sameWorker: "deze medewerker is al de regisseur"
        case .notDiscussed: "het gesprek met het huishouden ontbreekt"
        case .blocked: "deze medewerker is voor dit dossier geblokkeerd"
        case .workerInactive: "deze medewerker is geen actief teamlid"
        case .reasonMissing: "de reden om van de voorkeur af te wijken ontbreekt"
        case .fileClosed: "het dossier is gesloten"
        case .directorPresent: "de regisseur is nog geen vijf werkdagen uitgevallen"
        case .deputyEndMissing: "een waarnemer heeft een einddatum nodig"
        }
    }

    public func word(for term: PlanGap) -> String {
        switch term {
        case .notPresented: "de planversie is niet voorgelegd"
        case .directorSignature: "de regisseur heeft niet getekend"
        case .adultOrRepresentative: "geen meerderjarige bewoner of wettelijk vertegenwoordiger heeft getekend"
        case .youthSignature: "een jongere vanaf twaalf jaar met een doel heeft niet getekend"
        case .representativeSignature: "de vertegenwoordiger heeft niet getekend"
        case .partnerSignature: "een partner met een actie heeft niet getekend"
        case .viewNotAttached: "het standpunt van wie weigert is niet bijgevoegd"
        case .nothingLeft: "er blijft geen actie over"
        case .noDirector: "dit huishouden heeft geen regisseur"
        case .authorityUnknown: "gezag of vertegenwoordiging is onbekend"
        case .noGoals: "het plan heeft geen doelen"
        case .reviewMissing: "de datum van de evaluatie ontbreekt"
        case .reviewTooLate: "de evaluatie ligt meer dan zes maanden vooruit"
        }
    }

    public func word(for term: PlanObjection) -> String {
        switch term {
        case .signed: "een getekende versie wordt niet meer veranderd; maak een nieuwe versie"
        case .notDraft: "alleen een concept kan worden veranderd; maak een nieuwe versie"
        case .notPresented: "de planversie is niet voorgelegd"
        case .notOwnAction: "een teamlid wijzigt alleen zijn eigen acties"
        case .notDirector: "alleen de regisseur beheert het plan"
        case .notInvolved: "deze medewerker is niet betrokken"
        case .blocked: "deze medewerker is voor dit dossier geblokkeerd"
        case .contentDiffers: "de handtekening hoort bij een andere inhoud"
        case .capacityNotHeld: "wie tekent, heeft deze hoedanigheid niet"
        case .shieldedTooYoung: "alleen wie zestien of ouder is, kan een eigen doel afschermen"
        case .notInForce: "de planversie is niet van kracht"
        case .notInWriting: "een plan wordt schriftelijk of digitaal getekend"
        case .unknownGoal: "dit doel of deze actie staat niet in het plan"
        case .fileClosed: "het dossier is gesloten"
        }
    }

    public func word(for term: ItemDefect) -> String {
        switch term {
        case .subjectMissing: "een stuk staat op naam van één inwoner of van het huishouden"
        case .subjectUnknown: "deze inwoner hoort niet bij dit huishouden"
        case .domainMissing: "het leefgebied ontbreekt"
        case .severalDomains: "een stuk heeft één leefgebied"
        case .scoreForAllDomains: "een score geldt één leefgebied, nooit standaard alle"
        case .scoreWithoutReason: "een score vraagt één zin waarom zij nodig is"
        case .basisMissing: "de grondslag ontbreekt"
        case .basisNotAvailable: "deze grondslag is nog niet beschikbaar"
        case .provisionMissing: "de bepaling die deze gegevens toestaat ontbreekt"
        case .retentionMissing: "de bewaarklasse ontbreekt"
        case .retentionNotForItems: "deze bewaarklasse is niet voor stukken"
        case .kindNotInLayer: "dit soort stuk hoort niet in deze laag"
        case .mustBeSealed: "dit soort stuk hoort in de afgeschermde map"
        case .authorUnknown: "de opsteller is onbekend"
        case .hatMissing: "de pet ontbreekt"
        }
    }
}
