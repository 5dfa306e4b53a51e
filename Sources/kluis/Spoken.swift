/// Words of the socket as people say them. In English they are told as they are; a word that is not here stays as it is.
enum Spoken {
    static func word(_ term: String) -> String { say.language == .dutch ? dutch[term] ?? term : term }

    /// Several terms, joined with commas.
    static func words(_ terms: [String]) -> String { terms.map(word).joined(separator: ", ") }

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
