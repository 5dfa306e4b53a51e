/// Everything that this program can say. Each language has a text for every one of them.
///
/// Names that begin with `help` are help texts (sentences); all others are messages, table heads and words.
enum Phrase: String, CaseIterable, Sendable {
    // How a message begins.
    case error, warning, hint

    // What went wrong, one for each code of a problem document.
    case refused, invalid, notFound, unreachable, unreachableAt, sealed, verificationFailed, conflict, signInFirst, notRecorded, busy,
        unknown, interrupted,
        internalFault

    // What to do about it.
    case nextStep, receipt, hintSignIn, hintAgainSameKey, hintAskAgain, hintStartDaemon, hintSocketRights, hintHelp, hintUnsealed,
        hintTouchNothing, hintSigner, hintNextPage

    // The command line itself.
    case wrongMissingArgument, wrongMissingValue, wrongUnknownOption, wrongUnexpected, wrongValue, unknownWord, example

    // Sign-in.
    case rehearsalVault, foreignNamespace, badChallenge, noKey, signerMissing, signerFailed, signedIn, signedOut, runtimeNotOurs,
        sessionUnreadable, notSignedIn

    // Files and input.
    case cannotRead, cannotWrite, notAFile, skipped, namedTwice, nothingToAdd, emptyInput, badLine, unknownField, missingField, wrongType,
        badRegistration, noPublicKey, notJSON,
        badBoolean, optionNeedsOutput, oneFileForTitle, titleForInput, storedSome, fileFailed, unknownLanguage, badPreference,
        refusalTowards, badSigner, notText, titleTooLong,
        nothingToChange, whyNotHere, nothingAskedHere, chooseDirectorOrOrganisation, unknownCheck, itemNeeded, planNeeded, noPlanYet,
        hintDraftPlan

    // Decisions and states.
    case decided, duty, notice, stillToSign, stateNow, outcomePermit, outcomeRefuse, outcomeOblige, director, yes, no, known, unknownPerson,
        reachVia, vaultOpen, vaultSealed, nothingToShow, linesClosed, whyClosed

    // Prompts.
    case promptTerm, promptReason, promptGivenName, promptFamilyName, promptBirthDate, promptRelation, promptLivesIn, promptAddress,
        promptSecret, promptPhone, promptText

    // Table heads.
    case headID, headName, headState, headDirector, headBorn, headRelation, headLivesIn, headWorker, headOrganisation, headRole, headFrom,
        headUntil, headPurpose, headBasis, headSubject, headRecipient, headDomains, headMissing, headLayer, headDomain, headKind, headSize,
        headTitle,
        headHandle, headNumber, headResult, headDue, headOutcome, headActor, headAction, headDone, headIndex, headMoment, headCaller,
        headArticles, headItem, headHat, headVersion, headReglement, headVault, headClock, headLines, headPolicies, headRehearsal,
        headSigned, headGoal, headRoute, headRoles, headPresented, headInForce, headReview, headMunicipality, headOf,
        headAuthority, headRepresentative, headPersons, headPersonCount, headHousehold, headConcerns

    // The log.
    case ledgerVerified, ledgerErased, ledgerProblem, ledgerKeyNotPinned, rehearsalClockNow, rehearsalFaultArmed, onlyAsked

    // Why a check of the log failed, beside the code.
    case reasonMissing, reasonMalformed, reasonAltered, reasonSignature, reasonDiscontinuous, reasonQuorum, reasonTombstone

    // Files to fill in: they show the field names, which are the same in every language.
    case formPerson, formOrganisation, formWorker, formPlan

    // Checkpoints that were seen.
    case nothingPublished, hintPublish, helpCosignature, helpCosignatureAdd, helpCosignatureFile, cosignatureAdded, cosignatureKnown
    case logNotChecked, pinAlarm, pinBroken, pinOtherKey, pinOtherVault, pinRolledBack, pinFork, pinFirst, pinNowhere, hintPinAlarm,
        hintPinFile, ledgerExported, noSuchLine, exportOfAnother, exportWithoutKey, exportBusy, exportOlder, hintOlder, ledgerCosigned,
        offlineOrProof,
        policyNeedsFiles, proofHolds, proofKeyNeeded, proofNotHeld, officersNotPinned
    case helpPublished, helpLedgerExport, helpExportDirectory, helpLedgerProve, helpProveIndex, helpVerifyProof, helpVerifyPolicy,
        helpVerifyOfficers, helpVerifyOlder

    // Witnesses.
    case cannotListen, witnessNowhere, witnessTrusts, witnessTrustsNobody, witnessFileOrExport, witnessExists, witnessMissing,
        witnessNotPrivate, witnessMalformed, witnessHeld, witnessBadName, witnessBadLogKey, witnessRetired, witnessKeyFailed,
        witnessMalformedRequest, witnessUnknownLog, witnessBadSignature, witnessOldAboveNew, witnessWrongOldSize, witnessSameSizeFork,
        witnessBadProof, witnessEvidence, hintWitnessMade, hintWitnessMissing, hintWitnessRetired, hintWitnessTrust, hintWitnessSize,
        hintWitnessFork, hintWitnessProof, hintWitnessLost, witnessExportOlder, hintWitnessExportOlder, timeImpossible, headLog,
        headWitnessed, headWitnesses, headUnwitnessed, headReadOnly, unwitnessed
    case helpWitness, helpWitnessInit, helpWitnessTrust, helpWitnessServe, helpWitnessCosign, helpWitnessShow, helpWitnessDirectory,
        helpWitnessName, helpWitnessLogKey, helpWitnessUnix, helpWitnessMode, helpWitnessPort, helpWitnessRequest, helpWitnessExport

    // Progress.
    case progressItems, progressBytes

    // Help: the program and its nouns.
    case helpProgram, helpStatus, helpLogin, helpLogout, helpWhoami, helpHousehold, helpPerson, helpTeam, helpPlan, helpItem, helpConsent,
        helpAccess, helpLedger, helpOrganisation, helpWorker, helpRehearsal

    // Help: verbs.
    case helpHouseholdCreate, helpHouseholdList, helpHouseholdShow, helpHouseholdFind
    case helpPersonAdd, helpPersonList, helpPersonShow, helpPersonAuthority, helpPersonRepresent, helpPersonIncapacity, helpPersonConflict
    case helpTeamAppoint, helpTeamInvite, helpTeamList, helpTeamEnd
    case helpPlanDraft, helpPlanShow, helpPlanEdit, helpPlanPresent, helpPlanSign, helpPlanHistory
    case helpItemAdd, helpItemList, helpItemRead
    case helpConsentRegister, helpConsentSign, helpConsentWithdraw, helpConsentRefuse, helpConsentList
    case helpAccessCheck, helpAccessWho, helpAccessWhat
    case helpLedgerShow, helpLedgerVerify, helpLedgerCheckpoint
    case helpOrganisationAdd, helpOrganisationList
    case helpWorkerAdd, helpWorkerList, helpWorkerRole, helpWorkerKey, helpWorkerUnlock, helpWorkerEnd
    case helpRehearsalClock, helpRehearsalFault

    // Help: options and arguments.
    case helpSocket, helpJSON, helpWhy, helpFor, helpPurpose, helpLang, helpIdempotency, helpIfMatch
    case helpArgWorker, helpArgHousehold, helpArgPerson, helpArgPlan, helpArgPlanShown, helpArgItem, helpArgConsent,
        helpArgInvolvement, helpArgOrganisation
    case helpHat, helpKey, helpMunicipality, helpAfter, helpLimit, helpPersonFile, helpChild, helpHolder, helpAuthorityKind, helpFrom,
        helpUntil, helpEvidence, helpRepresentative, helpRepresentKind, helpReasonFile, helpConflictKind, helpPreference, helpRole,
        helpEndRole, helpInvolvedFor, helpPersons, helpPlanFile, helpPlanAction, helpTextFile, helpDue, helpDone, helpSignAs, helpItemFiles,
        helpSubject, helpDomain, helpKind, helpBasis, helpReadBasis, helpClass, helpLayer, helpTitleFile, helpProvision, helpReasonsFile,
        helpMediaType, helpParallel,
        helpOutput, helpTo, helpDomains, helpConsentPurpose, helpLeaflet, helpForm, helpSigned, helpReplaces, helpCapacity, helpMethod,
        helpTowardsPerson, helpCheckAction, helpCheckThing, helpLast, helpOffline, helpVerifyKey, helpMoment, helpFault, helpOrgFile,
        helpWorkerFile, helpPublicKey, helpUIDs, helpStoredApart

    /// Whether it is a help text rather than a message.
    var isHelp: Bool { rawValue.hasPrefix("help") }
}
