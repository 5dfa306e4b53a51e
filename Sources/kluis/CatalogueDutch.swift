extension Catalogue {
    static let dutchPhrases: [Phrase: String] = [
        .error: "fout", .warning: "let op", .hint: "tip",

        .refused: "geweigerd",
        .invalid: "verkeerd gebruik of ongeldige invoer",
        .notFound: "dit bestaat niet, of u mag het niet weten",
        .unreachable: "niemand antwoordt",
        .unreachableAt: "niemand antwoordt op {1}",
        .sealed: "de kluis is verzegeld",
        .verificationFailed: "de controle is mislukt",
        .conflict: "iemand was u voor",
        .signInFirst: "meld u eerst aan",
        .notRecorded: "niet vastgelegd, er is niets gedaan",
        .busy: "er komt al zoveel binnen als tegelijk kan, er is niets gedaan",
        .unknown: "het is niet bekend of dit is vastgelegd",
        .interrupted: "het antwoord hield op voordat het compleet was",
        .internalFault: "de kluis maakte een fout",

        .nextStep: "volgende stap die wel mag: {1}",
        .receipt: "de logregel om naar te verwijzen is {1}",
        .hintSignIn: "kluis login MEDEWERKER --hat hulp --key BESTAND",
        .hintAgainSameKey: "vraag het opnieuw met --idempotency-key {1}: dat telt als dezelfde poging",
        .hintAskAgain: "vraag het opnieuw; houdt het steeds te vroeg op, dan is het recht om te lezen misschien intussen geëindigd",
        .hintStartDaemon: "start kluisd, of noem de socket met --socket of KLUIS_SOCKET",
        .hintSocketRights: "dit account mag de socket niet gebruiken; vraag om lidmaatschap van de groep",
        .hintHelp: "kluis {1} --help",
        .hintUnsealed: "iemand met een sleutel moet de kluis eerst openen",
        .hintTouchNothing: "raak niets aan en bel de privacy officer",
        .hintSigner:
            "een geheime sleutel is alleen voor de eigenaar (chmod 600 BESTAND); een met een wachtwoord, of waarvan u de openbare helft hebt, gaat eerst in de agent (ssh-add BESTAND)",
        .hintNextPage: "er is meer: vraag het opnieuw met --after {1}",

        .example: "bijvoorbeeld: {1}",
        .wrongMissingArgument: "{1} ontbreekt",
        .wrongMissingValue: "de waarde voor {1} ontbreekt",
        .wrongUnknownOption: "onbekende optie {1}",
        .wrongUnexpected: "{1} hoort hier niet",
        .wrongValue: "de waarde {1} past niet bij {2}",
        .unknownWord: "{1} is hier onbekend; kies uit: {2}",

        .rehearsalVault: "dit is een oefenkluis: niets hierin is echt",
        .foreignNamespace: "de kluis vroeg om een handtekening voor iets anders dan aanmelden; er is niets getekend",
        .badChallenge: "de opgave van de kluis hoort niet bij deze aanmelding; er is niets getekend",
        .noKey: "geen sleutel gegeven: gebruik --key BESTAND of KLUIS_KEY",
        .signerMissing: "ssh-keygen is niet gevonden; installeer het pakket openssh-client",
        .signerFailed: "ssh-keygen tekende niet: {1}",
        .signedIn: "{1} van {2} is aangemeld, pet {3}",
        .signedOut: "afgemeld",
        .runtimeNotOurs: "{1} is geen map die alleen dit account kan gebruiken",
        .sessionUnreadable: "de bewaarde sessie is niet te lezen: {1}",
        .notSignedIn: "niet aangemeld",

        .cannotRead: "kan {1} niet lezen: {2}",
        .cannotWrite: "kan {1} niet schrijven: {2}",
        .notAFile: "{1} is geen bestand en geen map",
        .skipped: "{1} is geen gewoon bestand en is overgeslagen",
        .namedTwice: "{1} is meer dan eens genoemd, en wordt één keer opgeslagen",
        .nothingToAdd: "er is geen bestand om toe te voegen in {1}",
        .emptyInput: "er is niets opgegeven",
        .badLine: "regel {1} heeft niet de vorm 'naam: waarde'",
        .unknownField: "onbekend veld {1}",
        .missingField: "veld {1} ontbreekt",
        .wrongType: "verkeerd soort waarde voor {1}",
        .badRegistration: "schrijf een registratie als 'SKJ 12345 tot 2028-01-01': register (SKJ, BIG of sociaalWerk), nummer, laatste dag",
        .noPublicKey:
            "{1} is geen openbare sleutel: geef het .pub-bestand, één regel die begint met ssh-ed25519 of sk-ssh-ed25519@openssh.com",
        .notJSON: "geen JSON: {1}",
        .badBoolean: "{1} is ja of nee",
        .optionNeedsOutput: "--json hoort hier bij --output, want de standaarduitvoer draagt de bytes",
        .oneFileForTitle: "--title-file hoort bij één bestand",
        .titleForInput: "de standaardinvoer heeft geen naam: geef de titel met --title-file",
        .storedSome: "{1} van {2} bestanden zijn opgeslagen",
        .fileFailed: "{1}: {2}",
        .unknownLanguage: "--lang is nl of en",
        .badPreference: "--preference is followed, none of deviated",
        .refusalTowards: "geef of --to ORGANISATIE of --towards PERSOON",
        .badSigner: "--signed is PERSOON of PERSOON:HOEDANIGHEID; een instelling die voogd is met haar korte naam",
        .notText: "{1} is geen tekst in UTF-8",
        .titleTooLong: "de titel van {1} heeft {2} bytes, en een titel heeft er ten hoogste {3}",
        .nothingToChange: "niets te wijzigen: geef --text-file, --due of --done",
        .whyNotHere: "--why past niet bij deze opdracht, want er wordt niets in beslist",
        .nothingAskedHere: "laat {1} weg: deze opdracht vraagt de kluis niets",
        .chooseDirectorOrOrganisation: "--as is director of organisation",
        .unknownCheck: "dit kan worden nagegaan: read-item, read-card, read-plan, list-items, list-consents, list-team",
        .itemNeeded: "noem het stuk",
        .planNeeded: "noem het plan",
        .noPlanYet: "dit huishouden heeft nog geen plan",
        .hintDraftPlan: "de regisseur schrijft er een met kluis plan concept {1} --file BESTAND",

        .decided: "{1} volgens {2}",
        .duty: "verplichting: {1}",
        .notice: "melding: {1}",
        .stillToSign: "nog te tekenen: {1}",
        .stateNow: "stand: {1}",
        .outcomePermit: "toegestaan", .outcomeRefuse: "geweigerd", .outcomeOblige: "toegestaan met een verplichting",
        .director: "de regisseur", .yes: "ja", .no: "nee",
        .known: "bekend bij het team, er is een regisseur",
        .unknownPerson: "geen regisseur bekend",
        .reachVia: "bereik het team via {1}",
        .nothingToShow: "geen",
        .linesClosed:
            "wat hier geen titel heeft, kunt u zo niet lezen; noem bij een stuk van een collega de taak waarvoor u leest (--basis, G1 tot en met G4)",
        .whyClosed: "wat er in de weg staat, en wat helpt: {1}",
        .vaultOpen: "open", .vaultSealed: "verzegeld",

        .promptTerm: "te zoeken naam",
        .promptReason: "reden",
        .promptGivenName: "voornaam",
        .promptFamilyName: "achternaam",
        .promptBirthDate: "geboortedatum (JJJJ-MM-DD)",
        .promptRelation: "relatie (ouder, kind, grootouder, ...)",
        .promptLivesIn: "woont in het huishouden (ja/nee)",
        .promptAddress: "adres (mag leeg)",
        .promptSecret: "is het adres geheim (ja/nee)",
        .promptPhone: "telefoon (mag leeg)",
        .promptText: "tekst",

        .headID: "id", .headName: "naam", .headState: "stand", .headDirector: "regisseur", .headBorn: "geboren", .headRelation: "relatie",
        .headLivesIn: "woont er", .headWorker: "medewerker", .headOrganisation: "organisatie", .headRole: "rol", .headFrom: "vanaf",
        .headUntil: "tot en met", .headPurpose: "doel", .headBasis: "grondslag", .headSubject: "inwoner", .headRecipient: "voor",
        .headDomains: "leefgebieden",
        .headMissing: "nog te tekenen", .headLayer: "laag", .headDomain: "leefgebied", .headKind: "soort", .headSize: "grootte",
        .headTitle: "titel", .headHandle: "verkorte naam", .headNumber: "versie", .headResult: "gewenst resultaat", .headDue: "uiterlijk",
        .headOutcome: "uitkomst", .headActor: "wie", .headAction: "actie", .headDone: "gedaan", .headIndex: "regel", .headMoment: "moment",
        .headCaller: "vrager", .headArticles: "artikelen", .headItem: "stuk", .headHat: "pet", .headVersion: "programma",
        .headReglement: "reglement", .headVault: "kluis", .headClock: "klok", .headLines: "logregels", .headPolicies: "toegangsregels",
        .headRehearsal: "oefening", .headSigned: "getekend", .headGoal: "doel", .headRoute: "contact", .headRoles: "rollen",
        .headPresented: "voorgelegd", .headInForce: "van kracht", .headReview: "evaluatie", .headMunicipality: "gemeente",
        .headOf: "bij regel", .headAuthority: "gezag", .headRepresentative: "vertegenwoordiger", .headPersons: "alleen voor",
        .headPersonCount: "aantal personen",
        .headHousehold: "huishouden", .headConcerns: "stuk of inwoner",

        .ledgerVerified: "{1} regels gecontroleerd",
        .ledgerErased: "{1} daarvan vastgelegd en gewist",
        .ledgerKeyNotPinned: "de sleutel uit de export zelf is geloofd: zij klopt met zichzelf; geef --key om te weten van wie zij is",
        .ledgerProblem: "{1}",
        .rehearsalClockNow: "de oefenklok staat op {1}",
        .rehearsalFaultArmed: "de storing {1} staat klaar",
        .onlyAsked: "alleen gevraagd: {1}",

        .reasonMissing: "een bestand is er niet of is niet te lezen",
        .reasonMalformed: "iets heeft niet de vorm die het moet hebben, dus het is beschadigd of gewijzigd",
        .reasonAltered: "wat er staat, is niet wat het logboek heeft getekend: een regel is gewijzigd, weggelaten of toegevoegd",
        .reasonSignature: "dit is niet getekend met de sleutel van dit logboek",
        .reasonDiscontinuous: "dit gaat niet verder op het logboek dat eerder is gezien",
        .reasonQuorum: "te weinig getuigen hebben dit mede ondertekend",
        .reasonTombstone: "iets is gewist zonder dat het is getekend en vastgelegd zoals het moet",

        .progressItems: "{1} van {2} bestanden",
        .progressBytes: "{1} van {2} MB",

        .helpProgram: "Spreek met de kluis van een sociaal team: één huishouden, één plan, meer organisaties.",
        .helpStatus: "Toon of de kluis antwoordt, en welke regels zij volgt.",
        .helpLogin: "Meld u aan met een sleutel en één pet.",
        .helpLogout: "Beëindig de sessie.",
        .helpWhoami: "Toon wie is aangemeld, en met welke pet.",
        .helpHousehold: "Huishoudens.",
        .helpPerson: "De mensen van een huishouden.",
        .helpTeam: "Wie bij een huishouden betrokken is, en wie de regie heeft.",
        .helpPlan: "Het ene plan van een huishouden.",
        .helpItem: "De stukken van een dossier.",
        .helpConsent: "Toestemmingen en weigeringen.",
        .helpAccess: "Vraag wat zou mogen; opent niets.",
        .helpLedger: "Het logboek dat alleen kan groeien.",
        .helpOrganisation: "Organisaties.",
        .helpWorker: "Medewerkers, hun rollen en sleutels.",
        .helpRehearsal: "De klok en de storingen van een oefenkluis.",

        .helpHouseholdCreate: "Open een huishouden; drukt het kenmerk af.",
        .helpHouseholdList: "Toon de huishoudens waarbij u betrokken bent.",
        .helpHouseholdShow: "Toon de kaart: wie erbij hoort, wie de regie heeft, welke organisaties betrokken zijn.",
        .helpHouseholdFind: "Vraag of iemand bekend is; de naam komt van de standaardinvoer of een vraag.",
        .helpPersonAdd: "Voeg een persoon toe; de gegevens komen uit een bestand, de standaardinvoer of vragen. Drukt het kenmerk af.",
        .helpPersonList: "Toon de mensen van een huishouden.",
        .helpPersonShow: "Toon één persoon.",
        .helpPersonAuthority:
            "Leg vast wie gezag heeft over een kind, in de plaats van wat van dezelfde is vastgelegd; alleen --until beëindigt het.",
        .helpPersonRepresent:
            "Leg vast wie iemand vertegenwoordigt, in de plaats van wat van dezelfde is vastgelegd; alleen --until beëindigt het.",
        .helpPersonIncapacity:
            "Leg vast dat iemand een besluit niet kan overzien, in de plaats van elk eerder oordeel; de reden komt uit een bestand, de standaardinvoer of een vraag.",
        .helpPersonConflict: "Meld dat u familie, buur, vriend, ex-partner of collega bent: het blokkeert u voor dit huishouden.",
        .helpTeamAppoint: "Wijs de regisseur aan.",
        .helpTeamInvite: "Betrek een medewerker, voor ten hoogste zes maanden.",
        .helpTeamList: "Toon wie betrokken is.",
        .helpTeamEnd: "Beëindig een betrokkenheid.",
        .helpPlanDraft: "Schrijf een plan uit een bestand of de standaardinvoer; drukt het kenmerk af.",
        .helpPlanShow: "Toon een plan.",
        .helpPlanEdit: "Wijzig uw eigen actie in een plan.",
        .helpPlanPresent: "Leg een concept voor aan het huishouden.",
        .helpPlanSign: "Teken een plan: voor een inwoner (--for), voor uw organisatie, of als regisseur.",
        .helpPlanHistory: "Toon de versies van het plan van een huishouden.",
        .helpItemAdd: "Sla bestanden op, of alle bestanden van mappen; drukt één kenmerk per regel af.",
        .helpItemList: "Toon de stukken van een huishouden.",
        .helpItemRead: "Schrijf een stuk naar de standaarduitvoer of naar een bestand.",
        .helpConsentRegister: "Leg een toestemming vast; drukt het kenmerk af.",
        .helpConsentSign: "Leg een handtekening onder een toestemming vast (--for).",
        .helpConsentWithdraw: "Trek een toestemming in, of enkele leefgebieden ervan (--for).",
        .helpConsentRefuse: "Leg een weigering vast.",
        .helpConsentList: "Toon toestemmingen en weigeringen.",
        .helpAccessCheck: "Beslis zonder te doen: zou dit mogen?",
        .helpAccessWho: "Wie van het team mag dit stuk lezen?",
        .helpAccessWhat: "Wat van dit huishouden mag u zien?",
        .helpLedgerShow: "Toon regels van het logboek.",
        .helpLedgerVerify: "Controleer het logboek: vraag de kluis, of controleer zelf een export met --offline.",
        .helpLedgerCheckpoint: "Laat een zegel tekenen, en druk het af.",
        .helpOrganisationAdd: "Voeg een organisatie toe uit een bestand of de standaardinvoer; drukt het kenmerk af.",
        .helpOrganisationList: "Toon de organisaties.",
        .helpWorkerAdd: "Voeg een medewerker toe uit een bestand of de standaardinvoer; drukt het kenmerk af.",
        .helpWorkerList: "Toon de medewerkers.",
        .helpWorkerRole: "Geef een medewerker een rol, of beëindig er een.",
        .helpWorkerKey: "Schrijf een aanmeldsleutel in: de eerste van een ander als beheerder, een volgende van uzelf.",
        .helpWorkerUnlock: "Open een account weer dat na mislukte pogingen is geblokkeerd.",
        .helpWorkerEnd: "Beëindig account, betrokkenheden en sleutels van een medewerker.",
        .helpRehearsalClock: "Zet de klok van een oefenkluis vooruit.",
        .helpRehearsalFault: "Zet een storing klaar in een oefenkluis.",

        .helpSocket: "De socket van de kluis (anders KLUIS_SOCKET, $XDG_RUNTIME_DIR/kluis.sock, /run/kluis/kluis.sock).",
        .helpJSON: "Druk één JSON-document af.",
        .helpWhy: "Beslis en zeg waarom; doe niets.",
        .helpFor:
            "De inwoner wiens handeling u vastlegt, of als wie u een plan leest; bij tekenen, weigeren en intrekken ook de instelling die voogd is.",
        .helpPurpose:
            "Waarvoor u vraagt: D1 aanmelding, D2 het plan, D3 regie, D4 veiligheid, D5 een voorziening, D6 overdracht, D7 rechten van inwoners, D8 toezicht, D9 monitor.",
        .helpLang: "nl of en.",
        .helpIdempotency: "Nog eens dezelfde sleutel is dezelfde poging.",
        .helpIfMatch: "Alleen als de versie nog deze is.",
        .helpArgWorker: "De verkorte naam of het kenmerk van een medewerker.",
        .helpArgHousehold: "Het kenmerk van het huishouden.",
        .helpArgPerson: "Het kenmerk van een persoon, of de voornaam in kleine letters.",
        .helpArgPlan: "Het kenmerk van het plan.",
        .helpArgPlanShown: "Het kenmerk van het plan; of dat van het huishouden, voor het geldende plan of anders het nieuwste.",
        .helpArgItem: "Het kenmerk van het stuk.",
        .helpArgConsent: "Het kenmerk van de toestemming.",
        .helpArgInvolvement: "Het kenmerk van de betrokkenheid.",
        .helpArgOrganisation: "De verkorte naam of het kenmerk van een organisatie.",
        .helpHat: "hulp, toegang of regie; een rol zonder pet heeft er geen nodig.",
        .helpKey:
            "Sleutelbestand voor ssh-keygen: een geheime sleutel, of een openbare waarvan de geheime helft in een agent zit (anders KLUIS_KEY).",
        .helpMunicipality: "De verkorte naam van de gemeente.",
        .helpAfter: "Ga verder na deze plaats.",
        .helpLimit: "Ten hoogste zoveel.",
        .helpPersonFile: "Bestand als hierboven, of als JSON; anders de standaardinvoer, en op een terminal wordt ernaar gevraagd.",
        .helpChild: "Het kind.",
        .helpHolder: "Wie gezag heeft.",
        .helpAuthorityKind: "joint (samen), sole (alleen), guardian (voogd) of gi (instelling).",
        .helpFrom: "Eerste dag (JJJJ-MM-DD); anders nu.",
        .helpUntil: "Laatste dag (JJJJ-MM-DD).",
        .helpEvidence:
            "courtDecision (rechter), authorityRegister (gezagsregister), civilRegistry (brp), writtenMandate (machtiging) of statement (bewijst niets, en beëindigt niets dat bewezen is).",
        .helpRepresentative: "Wie vertegenwoordigt.",
        .helpRepresentKind: "curator, mentor, authorised (gemachtigde), partner of family (familielid).",
        .helpReasonFile: "Bestand met de reden.",
        .helpConflictKind: "family (familie), neighbour (buur), friend (vriend), formerPartner (ex-partner) of colleague (collega).",
        .helpPreference: "Wat er met de voorkeur van de inwoner is gedaan: followed, none of deviated (met reden).",
        .helpEndRole: "Beëindig de rol juist, meteen.",
        .helpRole: "teamMember, accessOfficer, adminSupport, watchContact ...",
        .helpInvolvedFor: "Het doel van de betrokkenheid (anders D2, voor een regisseur D3).",
        .helpPersons: "Alleen over deze inwoner; mag vaker.",
        .helpPlanFile: "Bestand met het concept als hierboven, of als JSON; anders de standaardinvoer.",
        .helpPlanAction: "Het kenmerk of label van de actie.",
        .helpTextFile: "Bestand met de nieuwe tekst.",
        .helpDue: "Nieuwe einddatum (JJJJ-MM-DD).",
        .helpDone: "Merk aan als gedaan.",
        .helpSignAs: "director (regisseur) of organisation (organisatie); anders volgens uw pet.",
        .helpItemFiles: "Bestanden en mappen; - is de standaardinvoer.",
        .helpSubject: "De inwoner over wie het gaat, of huishouden.",
        .helpDomain: "Leefgebied: opvoeden, school/werk, zelfredzaamheid, meedoen, geldzaken, wonen, gezondheid of veiligheid.",
        .helpKind: "note, report, letter, overview, score, assessment, diagnosis ...",
        .helpBasis:
            "Grondslag: G1 Wmo, G2 Jeugdwet, G3 Participatiewet, G4 schuldhulp, G5 toestemming, G6 wettelijke plicht, G7 levensbelang, G8 meldrecht Veilig Thuis, G9 conflict van plichten, G10 gecoördineerde aanpak of G11 toezicht.",
        .helpReadBasis: "Taak waarvoor u leest, G1 tot en met G4, bij stukken van een collega; G5 als de inwoner dit uitdrukkelijk wil.",
        .helpClass:
            "Bewaarklasse: youthCare (jeugd), socialSupport (wmo), treatment, debtRelief (schuld), incomeAndParticipation (inkomen), watchFlame, noFollowUp.",
        .helpLayer: "Laag: L1 kaart, L2 plan, L3 persoonsdossier (als u niets noemt) of L4 afgeschermde map.",
        .helpTitleFile: "Bestand met de titel; anders de bestandsnaam.",
        .helpProvision: "De bepaling die gezondheids- of strafgegevens toestaat.",
        .helpReasonsFile: "Bij een score: bestand met regels 'leefgebied: waarom nodig'.",
        .helpMediaType: "Mediatype van de bytes.",
        .helpParallel: "Zoveel bestanden tegelijk.",
        .helpOutput: "Bestand om te schrijven; het verschijnt pas als het compleet is.",
        .helpTo: "De ontvangende organisatie.",
        .helpDomains:
            "Leefgebied: opvoeden, school/werk, zelfredzaamheid, meedoen, geldzaken, wonen, gezondheid of veiligheid; mag vaker.",
        .helpConsentPurpose: "Waarvoor de toestemming is; anders het doel van de vraag.",
        .helpLeaflet: "Versie van de uitleg die is gegeven.",
        .helpForm: "written (schriftelijk), digital (digitaal) of oral (mondeling).",
        .helpSigned: "Wie al tekende, PERSOON of PERSOON:HOEDANIGHEID, of de instelling die voogd is; mag vaker.",
        .helpReplaces: "De lopende toestemming, of het concept, waarvoor deze in de plaats komt, zodra zij is getekend en is begonnen.",
        .helpCapacity:
            "ownBehalf (zelf), parentWithAuthority (ouder), guardian (voogd), guardianBody (instelling), curator, mentor, authorised (gemachtigde), partner of family.",
        .helpMethod: "written (schriftelijk), digital (digitaal) of oral (mondeling).",
        .helpTowardsPerson: "De persoon die niets te zien krijgt.",
        .helpCheckAction: "read-item, read-card, read-plan, list-items, list-consents of list-team.",
        .helpCheckThing: "Het stuk.",
        .helpLast: "De nieuwste zoveel.",
        .helpOffline: "Controleer deze geëxporteerde map, zonder kluis.",
        .helpVerifyKey: "De openbare sleutel van het logboek (anders log.vkey in de map).",
        .helpMoment: "Nieuw moment (RFC 3339).",
        .helpFault: "De naam van de storing.",
        .formPerson: """
        # Verplicht. Als relatie parent, stepParent, partner, formerPartner,
        # child, sibling, grandparent, grandchild, otherRelative, housemate of
        # network.
        givenName: Selma
        familyName: Aydin
        birthDate: 1987-03-11
        relation: parent

        # Mag ontbreken; zonder livesIn woont iemand in het huishouden. Schrijf bij
        # een geheim adres secretAddress: yes, en geen address.
        livesIn: yes
        address: Kanaalkade 14-II, Waterwolde
        phone: 06-55501471
        email: selma@aydin.example
        language: tr
        """,
        .formOrganisation: """
        # Verplicht. Als soort municipality, partner of thirdParty; alleen een
        # thirdParty mag zonder de dag waarop het convenant is getekend.
        handle: balans
        name: Balans Schulddienstverlening
        kind: partner
        convenantSignedOn: 2026-01-10

        # Mag ontbreken; discipline mag vaker.
        contactRoute: loket@balans.example
        discipline: schuldhulpverlener
        """,
        .formWorker: """
        # Verplicht. Het laatste is de dag waarop de geheimhoudingsverklaring is
        # getekend.
        handle: wendy
        name: Wendy Prins
        organisation: debrug
        secrecyDeclaredOn: 2026-01-12

        # Mag ontbreken; registration mag vaker. Het register is
        # SKJ, BIG of sociaalWerk.
        discipline: wijkverpleegkundige
        registration: BIG 59099912345 until 2029-01-01
        """,
        .formPlan: """
        # De dag van de evaluatie mag ontbreken. Lege regels tussen de blokken.
        review: 2026-07-13

        # Een doel, onder een eigen label. Verplicht, behalve audience. Als
        # leefgebied parenting, schoolWorkDaytime, selfReliance, participation,
        # finance, housing, health of safety; als subject een inwoner of
        # household; als audience household of ownerAndTeam.
        goal: huis
        domain: housing
        subject: household
        result: Het gezin behoudt de woning
        due: 2026-05-01
        audience: household

        # Een actie, met het label van haar doel. Verplicht, behalve worker. Als
        # actor: organisation KORTENAAM, person NAAM, of network.
        action: brief
        goal: huis
        actor: organisation balans
        worker: kees
        text: Een regeling treffen met de verhuurder
        due: 2026-03-01
        """,
        .helpOrgFile: "Bestand als hierboven; anders de standaardinvoer.",
        .helpWorkerFile: "Bestand als hierboven; anders de standaardinvoer.",
        .helpPublicKey: "Het .pub-bestand met de openbare sleutel.",
        .helpUIDs:
            "Het nummer van het machineaccount waarvan het teamlid zich aanmeldt (id -u NAAM); verplicht in een echte kluis; mag vaker.",
        .helpStoredApart: "De sleutel staat in geen authorized_keys en wordt apart bewaard.",
    ]
}
