/// One line of the log: a decision about an attempted action, or what became of one.
///
/// Every text is a ``Token``, a closed code or a number, so no content of a file can get in.
///
/// Source: the reglement's PR-27.1 and PR-27.2.
public struct LogLine: Sendable, Hashable {
    /// What was decided.
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
        case permit
        case refuse
        /// Accepted with a duty, or pending.
        case oblige
    }

    /// What became of it.
    public enum Effect: String, Sendable, Hashable, CaseIterable {
        case completed
        case failed
        /// Stopped on the way: by a withdrawal, a lost connection or a crash.
        case interrupted
    }

    /// Which of the two kinds of line it is.
    public enum Phase: Sendable, Hashable {
        /// A decision; for a change, which is decided and done in one transaction, with its effect.
        case decision(Verdict, effect: Effect?)
        /// The outcome of the decision in leaf `of`.
        case outcome(of: UInt64, Effect)
    }

    /// A resident whom the line concerns.
    public struct Concern: Sendable, Hashable {
        /// A pseudonym.
        public let resident: Token
        /// The item, if it is this resident's; nil leaves it out of the resident's segment.
        public let item: Token?
        /// The consent, if it is this resident's.
        public let consent: Token?

        public init(_ resident: Token, item: Token? = nil, consent: Token? = nil) {
            self.resident = resident
            self.item = item
            self.consent = consent
        }
    }

    /// What else the officers should know; a closed list.
    public enum Note: String, Sendable, Hashable, CaseIterable {
        /// Emergency access was used.
        case emergencyAccess
        /// An upload was refused before its bytes came.
        case earlyRefusal
        /// A start-up closed what a crash had left open.
        case closedAtStart
        /// The clock went backwards.
        case clockStepBack
        /// The stream was cut because a right or consent ended.
        case cutShort
        /// Attempts are locked after too many failures.
        case lockedOut
        /// Too many of these attempts in too short a time.
        case throttled
        /// No quorum of witnesses has seen the log for too long: nothing is changed.
        case unwitnessed
        /// A counter of a hardware key went back.
        case counterStepBack
        /// Nothing of the kind exists.
        case noSuchThing
        /// The attempt was made while the vault was sealed.
        case whileSealed
        /// What was stored could not be opened or checked.
        case integrityFailure
        /// A policy could not be evaluated, or the facts do not fit the schema.
        case policyFailure
        /// What was asked for is in conflict with a change made meanwhile.
        case conflict
    }

    public var phase: Phase
    /// Milliseconds since 1970, UTC; 0 or more.
    public var moment: Int64
    /// A worker's identifier, or `system:` with a name. Not empty.
    public var caller: Token
    public var organisation: Token?
    public var role: Token?
    public var hat: Token?
    /// A pseudonym.
    public var household: Token?
    /// At most 1,024, each once.
    public var residents: [Concern]
    public var item: Token?
    public var layer: Token?
    /// At most 64.
    public var lifeDomains: [Token]
    /// Not empty.
    public var action: Token
    public var purpose: Token?
    public var legalBasis: Token?
    public var consent: Token?
    /// Articles of the reglement such as `13.2`; at most 64.
    public var articles: [Token]
    public var reglementVersion: Token?
    public var policySetDigest: Token?
    public var factsDigest: Token?
    public var traceID: Token?
    /// Whether the caller was told that the thing exists.
    public var isVisible: Bool
    public var note: Note?

    /// A line with nothing in it but what every line has.
    public init(_ phase: Phase, moment: Int64, caller: Token, action: Token, isVisible: Bool = true) {
        self.phase = phase
        self.moment = moment
        self.caller = caller
        self.action = action
        self.isVisible = isVisible
        residents = []
        lifeDomains = []
        articles = []
    }

    /// Checks what the types do not.
    ///
    /// - Throws: `malformedLine`.
    public func validate() throws(LedgerFormatError) {
        guard moment >= 0 else { throw .malformedLine(.moment) }
        guard !caller.isEmpty, !action.isEmpty, organisation?.isEmpty != true, role?.isEmpty != true, hat?.isEmpty != true,
            household?.isEmpty != true, item?.isEmpty != true, layer?.isEmpty != true, purpose?.isEmpty != true,
            legalBasis?.isEmpty != true, consent?.isEmpty != true, reglementVersion?.isEmpty != true, policySetDigest?.isEmpty != true,
            factsDigest?.isEmpty != true, traceID?.isEmpty != true
        else { throw .malformedLine(.emptyToken) }
        for token in lifeDomains where token.isEmpty { throw .malformedLine(.emptyToken) }
        for token in articles where token.isEmpty { throw .malformedLine(.emptyToken) }
        for concern in residents {
            guard !concern.resident.isEmpty, concern.item?.isEmpty != true, concern.consent?.isEmpty != true else {
                throw .malformedLine(.emptyToken)
            }
        }
        guard lifeDomains.count <= 64, articles.count <= 64 else { throw .malformedLine(.tooManyValues) }
        guard residents.count <= 1024 else { throw .malformedLine(.tooManyResidents) }
        guard residents.count < 2 || Set(residents.map(\.resident)).count == residents.count else {
            throw .malformedLine(.residentTwice)
        }
        if case .outcome(let decision, _) = phase, decision > UInt64(Int64.max) { throw .malformedLine(.sequenceNumber) }
    }
}
