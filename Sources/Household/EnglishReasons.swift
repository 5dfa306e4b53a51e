// The English clauses for what is not allowed, or not yet.

extension EnglishWords {
    public func word(for term: ConsentDefect) -> String {
        switch term {
        case .subjectMissing: "the resident is missing"
        case .subjectUnknown: "this resident does not belong to this household"
        case .receiverMissing: "the receiving organisation is missing"
        case .severalReceivers: "a consent names one receiving organisation"
        case .allOrganisations: "consent for all organisations is void"
        case .receiverUnknown: "the receiving organisation is not known"
        case .domainsMissing: "the life domains are missing"
        case .allDomains: "consent for all life domains is void"
        case .purposeMissing: "the purpose is missing"
        case .startMissing: "the first day is missing"
        case .indefinite: "consent without an end is void"
        case .endsBeforeStart: "the last day lies before the first"
        case .alreadyEnded: "the last day has passed already"
        case .tooLong: "a consent lasts at most twelve months"
        case .leafletMissing: "the version of the explanation is missing"
        case .withdrawalNotExplained: "how to withdraw the consent is not stated"
        case .giverNotEntitled: "whoever signs does not decide here, or not in this capacity"
        case .signedInFuture: "the signature lies in the future"
        case .fileClosed: "the file is closed"
        case .refusedRecently: "the question was refused less than three months ago"
        case .replacesAnother: "the consent to replace is neither a running one nor a draft about the same question"
        case .saidAgain: "whoever signs has said so by word of mouth before"
        }
    }

    public func word(for term: InvolvementObjection) -> String {
        switch term {
        case .selfGrant: "nobody grants himself involvement"
        case .notDirector: "involvement is granted by the director, or by the coordinator while there is none"
        case .tooFarAhead: "the last day lies more than six months ahead"
        case .endsBeforeStart: "the last day lies before the first"
        case .startsInPast: "the first day lies in the past"
        case .blocked: "this worker is blocked for this file"
        case .workerInactive: "this worker is no active team member"
        case .workerUnknown: "this worker is not known"
        case .personUnknown: "this resident does not belong to this household"
        case .fileClosed: "the file is closed"
        case .roleNotForHousehold: "this role is not granted per household"
        }
    }

    public func word(for term: DirectorshipObjection) -> String {
        switch term {
        case .notCoordinator: "only the coordinator appoints"
        case .alreadyDirected: "this household has a director already"
        case .noDirector: "this household has no director"
        case .notTheDirector: "only the director or the coordinator can do this"
        case .notTheAppointed: "only the new director confirms"
        case .sameWorker: "this worker is the director already"
        case .notDiscussed: "the conversation with the household is missing"
        case .blocked: "this worker is blocked for this file"
        case .workerInactive: "this worker is no active team member"
        case .reasonMissing: "the reason for deviating from the preference is missing"
        case .fileClosed: "the file is closed"
        case .directorPresent: "the director has not been absent for five working days"
        case .deputyEndMissing: "a deputy needs a last day"
        }
    }

    public func word(for term: PlanGap) -> String {
        switch term {
        case .notPresented: "the plan version has not been presented"
        case .directorSignature: "the director has not signed"
        case .adultOrRepresentative: "no adult resident or legal representative has signed"
        case .youthSignature: "a youth of twelve or older with a goal has not signed"
        case .representativeSignature: "the representative has not signed"
        case .partnerSignature: "a partner with an action has not signed"
        case .viewNotAttached: "the view of who refuses is not attached"
        case .nothingLeft: "no action is left"
        case .noDirector: "this household has no director"
        case .authorityUnknown: "authority or representation is not known"
        case .noGoals: "the plan has no goals"
        case .reviewMissing: "the date of the review is missing"
        case .reviewTooLate: "the review lies more than six months ahead"
        }
    }

    public func word(for term: PlanObjection) -> String {
        switch term {
        case .signed: "a signed version is not changed any more; make a new version"
        case .notDraft: "only a draft can be changed; make a new version"
        case .notPresented: "the plan version is not presented"
        case .notOwnAction: "a team member changes only own actions"
        case .notDirector: "only the director manages the plan"
        case .notInvolved: "this worker is not involved"
        case .blocked: "this worker is blocked for this file"
        case .contentDiffers: "the signature belongs to other content"
        case .capacityNotHeld: "whoever signs does not hold this capacity"
        case .shieldedTooYoung: "only somebody of sixteen or older can hide an own goal"
        case .notInForce: "the plan version is not in force"
        case .notInWriting: "a plan is signed in writing or digitally"
        case .unknownGoal: "this goal or action is not in the plan"
        case .fileClosed: "the file is closed"
        }
    }

    public func word(for term: ItemDefect) -> String {
        switch term {
        case .subjectMissing: "an item is about one resident or the household"
        case .subjectUnknown: "this resident does not belong to this household"
        case .domainMissing: "the life domain is missing"
        case .severalDomains: "an item has one life domain"
        case .scoreForAllDomains: "a score is for one life domain, never for all by default"
        case .scoreWithoutReason: "a score needs one sentence why it is needed"
        case .basisMissing: "the legal basis is missing"
        case .basisNotAvailable: "this legal basis is not available yet"
        case .provisionMissing: "the provision that allows these data is missing"
        case .retentionMissing: "the retention class is missing"
        case .retentionNotForItems: "this retention class is not for items"
        case .kindNotInLayer: "this kind of item does not belong in this layer"
        case .mustBeSealed: "this kind of item belongs in the sealed folder"
        case .authorUnknown: "the author is not known"
        case .hatMissing: "the hat is missing"
        }
    }
}
