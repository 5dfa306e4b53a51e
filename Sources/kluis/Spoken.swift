internal import Wire

/// Words of the socket as people say them. In English they are told as they are; a word that is not here stays as it is.
enum Spoken {
    static func word(_ term: String) -> String { say.language == .dutch ? dutch[term] ?? term : term }

    /// Several terms, joined with commas.
    static func words(_ terms: [String]) -> String { terms.map(word).joined(separator: ", ") }

    /// What was done, in words; what has none stays as it is.
    static func action(_ name: String) -> String {
        guard let words = actions[name] else { return name }
        return say.language == .dutch ? words.dutch : words.english
    }

    /// The option by which a field of the socket is given here; a field that stands in files, or goes by more options than one, stays as it is.
    static func option(_ field: String) -> String { options[field] ?? field }

    /// The daemon's list of what there is to choose from, in the words that are said here, and taken.
    static func choices(_ sentence: String) -> String {
        let start = "kies uit: "
        guard say.language == .dutch, sentence.hasPrefix(start) else { return sentence }
        return start + words(sentence.dropFirst(start.count).split(separator: ", ").map { String($0) })
    }

    static let options: [String: String] = [
        HeaderName.purpose: "--purpose", HeaderName.onBehalfOf: "--for", HeaderName.basis: "--basis", HeaderName.why: "--why",
        HeaderName.idempotencyKey: "--idempotency-key", HeaderName.ifMatch: "--if-match", "subject": "--subject", "domain": "--domain",
        "domains": "--domain", "layer": "--layer", "basis": "--basis", "provision": "--provision", "retentionClass": "--class",
        "title": "--title-file", "mediaType": "--media-type", "scoreReasons": "--reasons-file", "recipient": "--to", "leaflet": "--leaflet",
        "signatures": "--signed", "form": "--form", "method": "--method", "capacity": "--capacity", "replaces": "--replaces",
        "evidence": "--evidence", "from": "--from", "until": "--until", "due": "--due", "preference": "--preference",
        "reason": "--reason-file", "municipality": "--municipality", "hat": "--hat", "uids": "--uid", "storedApart": "--stored-apart",
        "after": "--after", "limit": "--limit", "last": "--last",
    ]

    /// The actions of the reglement, and what the log records beside them.
    static let actions: [String: (dutch: String, english: String)] = [
        "createHousehold": ("huishouden openen", "open a household"), "listHouseholds": ("huishoudens bekijken", "list households"),
        "readCard": ("kaart lezen", "read the card"), "searchPerson": ("iemand zoeken", "look somebody up"),
        "addPerson": ("persoon toevoegen", "add a person"), "recordAuthority": ("gezag vastleggen", "record authority"),
        "recordRepresentation": ("vertegenwoordiging vastleggen", "record representation"),
        "recordIncapacity": ("wilsonbekwaamheid vastleggen", "record incapacity"),
        "declareConflict": ("belang melden", "declare a conflict"), "appointDirector": ("regisseur aanwijzen", "appoint the director"),
        "grantInvolvement": ("medewerker betrekken", "involve a worker"),
        "endInvolvement": ("betrokkenheid beëindigen", "end an involvement"), "listTeam": ("betrokkenen bekijken", "list the team"),
        "registerConsent": ("toestemming vastleggen", "register a consent"), "signConsent": ("toestemming tekenen", "sign a consent"),
        "withdrawConsent": ("toestemming intrekken", "withdraw a consent"), "refuseConsent": ("weigering vastleggen", "register a refusal"),
        "listConsents": ("toestemmingen bekijken", "list consents"), "addItem": ("stuk toevoegen", "add an item"),
        "readItem": ("stuk lezen", "read an item"), "listItems": ("stukken bekijken", "list items"),
        "draftPlan": ("plan schrijven", "draft a plan"), "presentPlan": ("plan voorleggen", "present a plan"),
        "signPlan": ("plan tekenen", "sign a plan"), "activatePlan": ("plan van kracht laten worden", "bring a plan into force"),
        "changePlanAction": ("actie in het plan wijzigen", "change an action of a plan"),
        "recordProgress": ("voortgang vastleggen", "record progress"), "readPlan": ("plan lezen", "read a plan"),
        "addOrganisation": ("organisatie toevoegen", "add an organisation"), "addWorker": ("medewerker toevoegen", "add a worker"),
        "assignRole": ("rol geven", "give a role"), "endRole": ("rol beëindigen", "end a role"),
        "enrolKey": ("sleutel inschrijven", "enrol a key"), "unlockWorker": ("account ontgrendelen", "unlock an account"),
        "endWorker": ("account beëindigen", "end an account"), "listWorkers": ("medewerkers bekijken", "list workers"),
        "listOrganisations": ("organisaties bekijken", "list organisations"), "readLog": ("logboek lezen", "read the log"),
        "verifyLog": ("logboek controleren", "verify the log"), "addCosignature": ("medeondertekening toevoegen", "add a cosignature"),
        "signIn": ("aanmelden", "sign in"), "signOut": ("afmelden", "sign out"),
        "adoptPolicies": ("toegangsregels vaststellen", "adopt policies"), "cosigned": ("zegel mede ondertekend", "checkpoint cosigned"),
    ]

    static let dutch: [String: String] = [
        // Life domains (PR-1.7).
        "parenting": "opvoeden", "schoolWorkDaytime": "school/werk", "selfReliance": "zelfredzaamheid", "participation": "meedoen",
        "finance": "geldzaken", "housing": "wonen", "health": "gezondheid", "safety": "veiligheid",
        // Hats (PR-1.9). `access` is a hat here, never the right to read.
        "help": "hulp", "access": "toegang", "direction": "regie",
        // Roles.
        "caseDirector": "regisseur", "teamMember": "teamlid", "watchContact": "waakvlamcontact", "intakeWorker": "triagist",
        "adminSupport": "administratie", "accessOfficer": "consulent toegang", "consultant": "gedragswetenschapper",
        "teamCoordinator": "coördinator", "guest": "gast", "clientSupporter": "cliëntondersteuner", "resident": "inwoner",
        "privacyOfficer": "privacy officer", "dpo": "FG", "functionalAdmin": "functioneel beheerder",
        "technicalAdmin": "technisch beheerder",
        "recordsManager": "archiefbeheerder", "analyst": "analist", "tool": "hulpprogramma",
        // States of households, consents, plans, involvements and workers.
        "intake": "aanmelding", "triaged": "getrieerd", "active": "actief", "watchFlame": "waakvlam", "closed": "gesloten",
        "retained": "bewaard", "destroyed": "vernietigd", "draft": "concept", "withdrawn": "ingetrokken", "expired": "verlopen",
        "lapsed": "vervallen", "superseded": "vervangen", "refused": "geweigerd", "presented": "voorgelegd", "inForce": "van kracht",
        "granted": "toegekend", "live": "lopend", "void": "nietig", "incomplete": "onvolledig", "notYetBegun": "nog niet begonnen",
        "ended": "beëindigd", "invited": "uitgenodigd", "suspended": "opgeschort",
        // Kinds of items.
        "note": "notitie", "message": "bericht", "letter": "brief", "attachment": "bijlage", "agreement": "afspraak", "review": "evaluatie",
        "report": "verslag", "assessment": "onderzoek", "diagnosis": "diagnose", "background": "achtergrond", "overview": "overzicht",
        "score": "score", "decision": "besluit", "intakeForm": "aanmeldformulier", "safetyCard": "veiligheidskaart",
        "secretAddress": "geheim adres", "safeHomeReport": "melding Veilig Thuis", "criminalRecord": "strafrechtelijk stuk",
        "treatmentRecord": "behandelstuk", "intimateRecord": "intiem stuk", "reporterIdentity": "identiteit van de melder",
        // Relations.
        "parent": "ouder", "stepParent": "stiefouder", "partner": "partner", "formerPartner": "ex-partner", "child": "kind",
        "sibling": "broer of zus", "grandparent": "grootouder", "grandchild": "kleinkind", "otherRelative": "ander familielid",
        "housemate": "huisgenoot", "network": "netwerk",
        // Kinds of organisations.
        "municipality": "gemeente", "thirdParty": "derde",
        // Outcomes of decisions, of lines and of goals.
        "permit": "toegestaan", "refuse": "geweigerd", "oblige": "met verplichting", "completed": "voltooid", "failed": "mislukt",
        "interrupted": "afgebroken", "achieved": "behaald", "partlyAchieved": "deels behaald", "notAchieved": "niet behaald",
        // Retention classes.
        "youthCare": "jeugd", "socialSupport": "wmo", "treatment": "behandeling", "debtRelief": "schuld",
        "incomeAndParticipation": "inkomen", "noFollowUp": "geen vervolg", "consentRecord": "toestemmingen", "ledger": "logboek",
        // Evidence, kinds of authority and of conflicts, how one signs, who sees a goal, and what became of a preference.
        "courtDecision": "beschikking", "authorityRegister": "gezagsregister", "civilRegistry": "brp", "writtenMandate": "machtiging",
        "statement": "verklaring", "joint": "samen", "sole": "alleen", "gi": "instelling", "neighbour": "buur", "friend": "vriend",
        "colleague": "collega", "written": "schriftelijk", "digital": "digitaal", "oral": "mondeling",
        "ownerAndTeam": "eigenaar en team", "followed": "gevolgd", "none": "geen", "deviated": "afgeweken",
        // The item's own basis, where that is the one to name.
        "own": "die van het stuk",
        // Who signs.
        "household": "huishouden", "director": "regisseur", "ownBehalf": "voor zichzelf", "parentWithAuthority": "ouder met gezag",
        "guardian": "voogd", "guardianBody": "gecertificeerde instelling", "curator": "curator", "mentor": "mentor",
        "authorised": "gemachtigde", "family": "familielid",
        // Why it is not known who signs.
        "noneRecorded": "niet vastgelegd", "unproven": "niet bewezen", "secondHolderUnknown": "tweede ouder niet bekend",
        "contradictory": "spreekt elkaar tegen", "noRepresentative": "geen vertegenwoordiger",
        "unable": "kan niet voor een ander beslissen",
    ]
}
