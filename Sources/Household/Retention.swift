/// How long something is kept (PR-25.1).
public enum RetentionClass: String, VocabularyTerm {
    case youthCare, socialSupport, treatment, debtRelief, incomeAndParticipation, watchFlame, noFollowUp
    /// Consents and refusals: as long as the items they are about.
    case consentRecord
    /// The log: at least five years, and never longer than the items themselves.
    case ledger

    /// Term and trigger under `parameters`.
    public func term(_ parameters: Parameters) -> RetentionTerm {
        switch self {
        case .youthCare: RetentionTerm(length: .years(20), from: .lastChange)
        case .socialSupport: RetentionTerm(length: .years(15), from: .creation)
        case .treatment: RetentionTerm(length: .years(20), from: .lastChange)
        case .debtRelief: RetentionTerm(length: .years(parameters.debtRetentionYears), from: .endOfHelp)
        case .incomeAndParticipation: RetentionTerm(length: .years(parameters.incomeRetentionYears), from: .endOfHelp)
        case .watchFlame: RetentionTerm(length: .years(parameters.watchFlameRetentionYears), from: .endOfWatchFlame)
        case .noFollowUp: RetentionTerm(length: .weeks(parameters.noFollowUpWeeks), from: .endOfTriage)
        case .consentRecord: RetentionTerm(length: .asLongAsItems, from: .itemsConcerned)
        case .ledger: RetentionTerm(length: .years(5), from: .creation)
        }
    }

    /// Whether an item can carry this class; the last two belong to consents and to the log.
    public var isForItems: Bool { self != .consentRecord && self != .ledger }
}

/// A retention term: how long, counted from what.
public struct RetentionTerm: Hashable, Sendable {
    /// How long.
    public enum Length: Hashable, Sendable {
        case years(Int)
        case weeks(Int)
        case asLongAsItems
    }
    /// Counted from what.
    public enum Trigger: String, VocabularyTerm {
        case lastChange, creation, endOfHelp, endOfWatchFlame, endOfTriage, itemsConcerned
    }
    /// How long.
    public let length: Length
    /// Counted from what.
    public let from: Trigger

    /// The last day on which it is kept when the trigger fell on `day`; nil when it follows the items concerned.
    public func lastDay(from day: CalendarDay) -> CalendarDay? {
        switch length {
        case .years(let count): day.adding(years: count)
        case .weeks(let count): day.adding(days: 7 * max(0, min(100_000, count)))
        case .asLongAsItems: nil
        }
    }
}

/// The local choices of the reglement, marked ◆ there, with the values of PR-2026-01.
public struct Parameters: Hashable, Sendable, Codable {
    /// PR-6.5: working days of absence after which a deputy is appointed.
    public var directorAbsenceWorkingDays = 5
    /// PR-7.2: how far ahead an involvement may end.
    public var involvementMonths = 6
    /// PR-8.5: how far apart reviews may lie.
    public var reviewMonths = 6
    /// PR-9.3: working days until a signal is converted or deleted.
    public var signalWorkingDays = 10
    /// PR-9.5, 25.1: weeks until everything about an intake without follow-up is gone.
    public var noFollowUpWeeks = 6
    /// PR-11.2: how long a consent may last.
    public var consentMonths = 12
    /// PR-11.4: working days that an oral consent counts.
    public var oralConsentWorkingDays = 5
    /// PR-12.6: days that the other parent suffices.
    public var unreachableParentDays = 30
    /// PR-12.7: days before a birthday on which the system warns.
    public var birthdayWarningDays = 60
    /// PR-13.5: months before a refused question is put again.
    public var reaskMonths = 3
    /// PR-20.2: working days within which the old involvement ends after a handover.
    public var handoverWorkingDays = 5
    /// PR-21.3: how far ahead a watch-flame may end.
    public var watchFlameMonths = 12
    /// PR-25.1.
    public var debtRetentionYears = 5
    /// PR-25.1.
    public var incomeRetentionYears = 10
    /// PR-25.1.
    public var watchFlameRetentionYears = 2
    /// PR-10.1: whether the act behind basis G10 is in force.
    public var coordinatedApproachInForce = false

    public init() {}

    /// Waterwolde's choices of 2026.
    public static let waterwolde2026 = Parameters()
}
