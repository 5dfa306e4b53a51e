/// One command line for each command, as somebody of a team would type it; it stands in that command's help.
///
/// `$H`, `$I`, `$N`, `$A`, `$C`, `$V`: a household, an item, a plan, an action of it, a consent, an involvement, by identifier.
enum Examples {
    /// The file that a command reads, filled in; its remarks say which fields must be there and what they take.
    static let forms: [Phrase: Phrase] = [
        .helpPersonAdd: .formPerson, .helpOrganisationAdd: .formOrganisation, .helpWorkerAdd: .formWorker, .helpPlanDraft: .formPlan,
    ]

    /// By the phrase that says what the command does.
    static let lines: [Phrase: String] = [
        .helpStatus: "kluis status",
        .helpLogin: "kluis login wendy --hat help --key ~/.ssh/kluis",
        .helpLogout: "kluis logout",
        .helpWhoami: "kluis whoami",
        .helpHouseholdCreate: "kluis household create --purpose D1",
        .helpHouseholdList: "kluis household list --purpose D2",
        .helpHouseholdShow: "kluis household show $H --purpose D2",
        .helpHouseholdFind: "kluis household find --purpose D1",
        .helpPersonAdd: "kluis person add $H --file selma.txt --purpose D1",
        .helpPersonList: "kluis person list $H --purpose D2",
        .helpPersonShow: "kluis person show $H selma --purpose D2",
        .helpPersonAuthority: "kluis person authority $H noor ronald --kind joint --evidence authorityRegister --purpose D1",
        .helpPersonRepresent: "kluis person represent $H hatice selma --kind mentor --evidence courtDecision --purpose D1",
        .helpPersonIncapacity: "kluis person incapacity $H hatice --until 2026-07-14 --reason-file reason.txt --purpose D2",
        .helpPersonConflict: "kluis person conflict $H --kind neighbour --purpose D8",
        .helpTeamAppoint: "kluis team appoint $H joost --preference followed --purpose D3",
        .helpTeamInvite: "kluis team invite $H wendy --until 2026-07-12 --purpose D3",
        .helpTeamList: "kluis team list $H --purpose D2",
        .helpTeamEnd: "kluis team end $H $V --purpose D3",
        .helpPlanDraft: "kluis plan draft $H --file plan.txt --purpose D2",
        .helpPlanShow: "kluis plan show $N --purpose D2",
        .helpPlanEdit: "kluis plan edit $N $A --done --purpose D2",
        .helpPlanPresent: "kluis plan present $N --purpose D2",
        .helpPlanSign: "kluis plan sign $N --for selma --purpose D2",
        .helpPlanHistory: "kluis plan history $H --purpose D2",
        .helpItemAdd:
            "kluis item add $H visit.txt --subject hatice --domain health --kind note --basis G1 --class treatment --provision 'AVG 9(2)(h)' --purpose D2",
        .helpItemList: "kluis item list $H --purpose D2",
        .helpItemRead: "kluis item read $H $I --output report.pdf --purpose D2",
        .helpConsentRegister:
            "kluis consent register $H --subject selma --to balans --domain housing --until 2026-12-31 --leaflet 2026-1 --signed selma --purpose D2",
        .helpConsentSign: "kluis consent sign $C --for ronald --purpose D2",
        .helpConsentWithdraw: "kluis consent withdraw $C --domain housing --for selma --purpose D7",
        .helpConsentRefuse: "kluis consent refuse $H --subject emre --towards selma --domain schoolWorkDaytime --for emre --purpose D2",
        .helpConsentList: "kluis consent list $H --purpose D2",
        .helpAccessCheck: "kluis access check read-item $H $I --purpose D2",
        .helpAccessWho: "kluis access who $H $I --purpose D2",
        .helpAccessWhat: "kluis access what $H --purpose D2",
        .helpLedgerShow: "kluis ledger show --last 20 --purpose D8",
        .helpLedgerVerify: "kluis ledger verify --offline /media/ledger --key log.vkey",
        .helpLedgerCheckpoint: "kluis ledger checkpoint --purpose D8",
        .helpLedgerExport: "kluis ledger export copy-of-the-log --purpose D8",
        .helpLedgerProve: "kluis ledger prove 42 --output line-42.proof --purpose D8",
        .helpWitnessInit: "kluis ledger witness init witness --name witness.balans.example",
        .helpWitnessTrust: "kluis ledger witness trust witness log.vkey",
        .helpWitnessServe: "kluis ledger witness serve witness --port 8420",
        .helpCosignatureAdd: "kluis ledger cosignature add cosignature.txt --purpose D8",
        .helpWitnessCosign: "kluis ledger witness cosign witness request.txt --output cosignature.txt",
        .helpWitnessShow: "kluis ledger witness show witness",
        .helpOrganisationAdd: "kluis organisation add --file balans.txt --purpose D8",
        .helpOrganisationList: "kluis organisation list --purpose D8",
        .helpWorkerAdd: "kluis worker add --file wendy.txt --purpose D8",
        .helpWorkerList: "kluis worker list --purpose D8",
        .helpWorkerRole: "kluis worker role wendy teamMember --purpose D8",
        .helpWorkerKey: "kluis worker key wendy wendy.pub --uid 1004 --stored-apart --purpose D8",
        .helpWorkerEnd: "kluis worker end wendy --purpose D8",
        .helpWorkerUnlock: "kluis worker unlock wendy --purpose D8",
        .helpRehearsalClock: "kluis rehearsal clock 2026-01-14T19:00:00+01:00",
        .helpRehearsalFault: "kluis rehearsal fault ledger-append",
    ]
}
