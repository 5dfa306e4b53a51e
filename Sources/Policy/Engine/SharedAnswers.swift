import Household
import Synchronization

/// What residents had answered by the moment asked about last, as far as it was asked: a decision asks it several times over, and a list once for each
/// of its items.
///
/// Belongs to facts that were read in one transaction, and ends with them.
public final class SharedAnswers: Sendable {
    private struct Key: Hashable {
        let household: HouseholdID
        let subject: PersonID
        let organisation: OrganisationID
    }
    private let known = Mutex<(moment: Moment, answers: [Key: ConsentAnswers])>((.earliest, [:]))

    public init() {}

    /// What a resident of the household had answered to an organisation by `moment`.
    func answers(of subject: PersonID, to organisation: OrganisationID, at moment: Moment, in view: HouseholdView) -> ConsentAnswers {
        let key = Key(household: view.id, subject: subject, organisation: organisation)
        if let answers = known.withLock({ $0.moment == moment ? $0.answers[key] : nil }) { return answers }
        let answers = ConsentIndex(view).answers(of: subject, to: organisation, at: moment)
        known.withLock { known in
            if known.moment != moment { known = (moment, [:]) }
            known.answers[key] = answers
        }
        return answers
    }
}
