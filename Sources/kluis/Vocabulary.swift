/// Dutch words for what the socket says in English. A word that is not here goes on as it is, and the daemon judges it.
enum Vocabulary {
    static func domain(_ word: String) -> String { translate(word, domains) }
    static func hat(_ word: String) -> String { translate(word, hats) }
    static func role(_ word: String) -> String { translate(word, roles) }
    static func capacity(_ word: String) -> String { translate(word, capacities) }
    static func form(_ word: String) -> String { translate(word, forms) }
    static func authority(_ word: String) -> String { translate(word, authorities) }
    static func conflict(_ word: String) -> String { translate(word, conflicts) }
    static func retention(_ word: String) -> String { translate(word, retentions) }
    static func kind(_ word: String) -> String { translate(word, kinds) }
    static func preference(_ word: String) -> String { translate(word, preferences) }
    static func subject(_ word: String) -> String { translate(word, ["huishouden": "household"]) }
    static func organisationKind(_ word: String) -> String { translate(word, organisationKinds) }
    static func audience(_ word: String) -> String { translate(word, audiences) }
    static func evidence(_ word: String) -> String { translate(word, evidences) }
    static func relation(_ word: String) -> String { translate(word, relations) }

    private static func translate(_ word: String, _ table: [String: String]) -> String { table[word.lowercased()] ?? word }

    static let domains = [
        "opvoeden": "parenting", "opvoeden en opgroeien": "parenting", "school": "schoolWorkDaytime", "werk": "schoolWorkDaytime",
        "dagbesteding": "schoolWorkDaytime", "school/werk": "schoolWorkDaytime", "school/werk/dagbesteding": "schoolWorkDaytime",
        "zelfredzaamheid": "selfReliance", "meedoen": "participation", "geldzaken": "finance", "wonen": "housing",
        "gezondheid": "health", "veiligheid": "safety", "alle": "all", "*": "all",
    ]
    static let hats = ["hulp": "help", "toegang": "access", "regie": "direction"]
    static let roles = [
        "regisseur": "caseDirector", "teamlid": "teamMember", "waakvlamcontact": "watchContact",
        "triagist": "intakeWorker",
        "administratie": "adminSupport", "consulent": "accessOfficer", "consulent toegang": "accessOfficer",
        "gedragswetenschapper": "consultant",
        "coördinator": "teamCoordinator", "coordinator": "teamCoordinator", "gast": "guest", "cliëntondersteuner": "clientSupporter",
        "fg": "dpo", "archiefbeheerder": "recordsManager", "analist": "analyst", "functioneelbeheerder": "functionalAdmin",
        "technischbeheerder": "technicalAdmin", "functioneel beheerder": "functionalAdmin", "technisch beheerder": "technicalAdmin",
        "inwoner": "resident", "privacy officer": "privacyOfficer", "hulpprogramma": "tool",
    ]
    static let capacities = [
        "zelf": "ownBehalf", "self": "ownBehalf", "ouder": "parentWithAuthority", "parent": "parentWithAuthority", "voogd": "guardian",
        "instelling": "guardianBody", "gi": "guardianBody", "gemachtigde": "authorised", "familielid": "family",
        "voor zichzelf": "ownBehalf", "ouder met gezag": "parentWithAuthority", "gecertificeerde instelling": "guardianBody",
    ]
    static let forms = ["schriftelijk": "written", "digitaal": "digital", "mondeling": "oral"]
    static let authorities = [
        "gezamenlijk": "joint", "samen": "joint", "alleen": "sole", "eenhoofdig": "sole", "voogd": "guardian", "instelling": "gi",
        "guardianbody": "gi",
    ]
    static let evidences = [
        "rechter": "courtDecision", "beschikking": "courtDecision", "gezagsregister": "authorityRegister", "brp": "civilRegistry",
        "machtiging": "writtenMandate", "verklaring": "statement",
    ]
    static let conflicts = [
        "familie": "family", "familielid": "family",
        "buur": "neighbour", "vriend": "friend", "ex-partner": "formerPartner", "expartner": "formerPartner",
        "collega": "colleague",
    ]
    static let retentions = [
        "jeugd": "youthCare", "youth": "youthCare", "wmo": "socialSupport", "behandeling": "treatment", "schuld": "debtRelief",
        "debt": "debtRelief", "inkomen": "incomeAndParticipation", "income": "incomeAndParticipation", "waakvlam": "watchFlame",
        "geen vervolg": "noFollowUp", "toestemmingen": "consentRecord", "logboek": "ledger",
    ]
    static let kinds = [
        "notitie": "note", "verslag": "report", "brief": "letter", "overzicht": "overview", "diagnose": "diagnosis",
        "onderzoek": "assessment", "bericht": "message", "bijlage": "attachment", "afspraak": "agreement", "evaluatie": "review",
        "achtergrond": "background", "besluit": "decision", "aanmeldformulier": "intakeForm", "veiligheidskaart": "safetyCard",
        "geheim adres": "secretAddress", "melding veilig thuis": "safeHomeReport", "strafrechtelijk stuk": "criminalRecord",
        "behandelstuk": "treatmentRecord", "intiem stuk": "intimateRecord", "identiteit van de melder": "reporterIdentity",
    ]
    static let organisationKinds = ["gemeente": "municipality", "derde": "thirdParty"]
    static let audiences = ["huishouden": "household", "eigenaar en team": "ownerAndTeam"]
    static let preferences = ["gevolgd": "followed", "geen": "none", "afgeweken": "deviated"]
    static let relations = [
        "ouder": "parent", "moeder": "parent", "vader": "parent", "mother": "parent", "father": "parent", "stiefouder": "stepParent",
        "kind": "child", "zoon": "child", "dochter": "child", "son": "child", "daughter": "child", "broer": "sibling", "zus": "sibling",
        "oma": "grandparent", "opa": "grandparent", "grootouder": "grandparent", "grandmother": "grandparent",
        "grandfather": "grandparent", "kleinkind": "grandchild", "ex-partner": "formerPartner", "expartner": "formerPartner",
        "familielid": "otherRelative", "ander familielid": "otherRelative",
        "broer of zus": "sibling", "huisgenoot": "housemate", "netwerk": "network",
    ]
}
