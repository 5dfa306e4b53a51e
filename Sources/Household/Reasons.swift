/// A term that says why something is not (yet) allowed, with the articles behind it.
public protocol Reason: VocabularyTerm {
    /// The rules behind it; never empty.
    var articles: [Article] { get }
}

extension Reason {
    /// The error that refuses for this reason.
    public func error(about: String = "") -> HouseholdError {
        HouseholdError(.notAllowed, about: about.isEmpty ? rawValue : "\(rawValue) \(about)", articles: articles)
    }
}

/// Why a consent cannot be registered as asked (PR-11).
public enum ConsentDefect: String, Reason {
    case subjectMissing, subjectUnknown, receiverMissing, severalReceivers, allOrganisations, receiverUnknown, domainsMissing, allDomains,
        purposeMissing, startMissing, indefinite, endsBeforeStart, alreadyEnded, tooLong, leafletMissing, withdrawalNotExplained,
        giverNotEntitled, signedInFuture, fileClosed, refusedRecently, replacesAnother, saidAgain

    public var articles: [Article] {
        switch self {
        case .subjectMissing, .subjectUnknown, .receiverMissing, .severalReceivers, .receiverUnknown, .domainsMissing, .startMissing,
            .endsBeforeStart, .alreadyEnded, .withdrawalNotExplained, .signedInFuture:
            [.pr(11, 1)]
        case .purposeMissing: [.pr(3, 2), .pr(11, 1)]
        case .allOrganisations, .allDomains, .indefinite: [.pr(11, 3)]
        case .tooLong, .fileClosed: [.pr(11, 2)]
        case .leafletMissing: [.pr(11, 5)]
        case .giverNotEntitled: [.pr(11, 1), .pr(12, 1), .pr(12, 2), .pr(12, 3), .pr(12, 4)]
        case .refusedRecently: [.pr(13, 5)]
        case .replacesAnother: [.pr(11, 7)]
        case .saidAgain: [.pr(11, 4)]
        }
    }
}

/// Why an involvement cannot be granted, extended or used (PR-7).
public enum InvolvementObjection: String, Reason {
    case selfGrant, notDirector, tooFarAhead, endsBeforeStart, startsInPast, blocked, workerInactive, workerUnknown, personUnknown,
        fileClosed,
        roleNotForHousehold

    public var articles: [Article] {
        switch self {
        case .selfGrant, .notDirector: [.pr(7, 3)]
        case .tooFarAhead, .endsBeforeStart, .startsInPast: [.pr(7, 2)]
        case .blocked: [.pr(7, 4)]
        case .workerInactive, .workerUnknown: [.pr(1, 4), .pr(7, 1)]
        case .personUnknown: [.pr(1, 5), .pr(18, 2)]
        case .fileClosed: [.pr(21, 5)]
        case .roleNotForHousehold: [.pr(1, 5), .pr(18, 1)]
        }
    }
}

/// Why a director cannot be appointed or changed (PR-6).
public enum DirectorshipObjection: String, Reason {
    case notCoordinator, alreadyDirected, noDirector, notTheDirector, notTheAppointed, sameWorker, notDiscussed, blocked, workerInactive,
        reasonMissing, fileClosed, directorPresent, deputyEndMissing

    public var articles: [Article] {
        switch self {
        case .notCoordinator: [.pr(4, 2)]
        case .alreadyDirected, .noDirector, .notTheDirector, .sameWorker: [.pr(6, 1)]
        case .notTheAppointed: [.pr(6, 1), .pr(20, 1)]
        case .notDiscussed: [.pr(20, 1)]
        case .blocked: [.pr(7, 4)]
        case .workerInactive: [.pr(1, 4), .pr(6, 1)]
        case .reasonMissing: [.pr(6, 2)]
        case .fileClosed: [.pr(21, 5)]
        case .directorPresent, .deputyEndMissing: [.pr(6, 5)]
        }
    }
}

/// What a plan version still lacks before it can take force (PR-8.2, 8.3, 8.5).
public enum PlanGap: String, Reason {
    case notPresented, directorSignature, adultOrRepresentative, youthSignature, representativeSignature, partnerSignature, viewNotAttached,
        nothingLeft, noDirector, authorityUnknown, noGoals, reviewMissing, reviewTooLate

    public var articles: [Article] {
        switch self {
        case .notPresented: [.pr(8, 1), .pr(8, 2)]
        case .directorSignature, .adultOrRepresentative, .youthSignature, .partnerSignature: [.pr(8, 2)]
        case .representativeSignature: [.pr(8, 2), .pr(12, 4)]
        case .viewNotAttached, .nothingLeft: [.pr(8, 3)]
        case .noDirector: [.pr(6, 1), .pr(8, 2)]
        case .authorityUnknown: [.pr(2, 2), .pr(8, 2), .pr(12, 4)]
        case .noGoals, .reviewMissing, .reviewTooLate: [.pr(8, 5)]
        }
    }
}

/// Why a plan version cannot be changed or signed as asked (PR-8).
public enum PlanObjection: String, Reason {
    case signed, notDraft, notPresented, notOwnAction, notDirector, notInvolved, blocked, contentDiffers, capacityNotHeld, shieldedTooYoung,
        notInForce, notInWriting, unknownGoal, fileClosed

    public var articles: [Article] {
        switch self {
        case .signed: [.pr(8, 4)]
        case .notDraft: [.pr(8, 1), .pr(8, 4)]
        case .notPresented, .capacityNotHeld, .notInWriting: [.pr(8, 2)]
        case .contentDiffers: [.pr(8, 2), .pr(8, 4)]
        case .notOwnAction, .shieldedTooYoung: [.pr(8, 6)]
        case .notDirector: [.pr(6, 3), .pr(8, 6)]
        case .notInvolved: [.pr(7, 1)]
        case .blocked: [.pr(7, 4)]
        case .notInForce, .unknownGoal: [.pr(8, 5)]
        case .fileClosed: [.pr(21, 5)]
        }
    }
}

/// Why an item cannot be made as asked (PR-3.4, 5, 10, 19, 25.2).
public enum ItemDefect: String, Reason {
    case subjectMissing, subjectUnknown, domainMissing, severalDomains, scoreForAllDomains, scoreWithoutReason, basisMissing,
        basisNotAvailable, provisionMissing, retentionMissing, retentionNotForItems, kindNotInLayer, mustBeSealed, authorUnknown, hatMissing

    public var articles: [Article] {
        switch self {
        case .subjectMissing, .subjectUnknown, .domainMissing, .severalDomains, .authorUnknown: [.pr(5, 3)]
        case .hatMissing: [.pr(1, 9), .pr(17, 1)]
        case .scoreForAllDomains, .scoreWithoutReason: [.pr(3, 4)]
        case .basisMissing: [.pr(5, 3), .pr(10, 1)]
        case .basisNotAvailable: [.pr(10, 1)]
        case .provisionMissing: [.pr(10, 5)]
        case .retentionMissing, .retentionNotForItems: [.pr(25, 2)]
        case .kindNotInLayer: [.pr(5, 2), .pr(5, 3)]
        case .mustBeSealed: [.pr(19, 1)]
        }
    }
}
