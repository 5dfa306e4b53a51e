import Household
import Wire

/// From the words of a message to the types of the domain: parsed once, or refused with the field's name.
enum Terms {
    static func fail(_ field: String, _ nl: String, _ en: String) -> Problem { .invalidField(field, Sentence(nl: nl, en: en)) }

    /// A term of a closed vocabulary.
    static func term<Term: VocabularyTerm>(_ type: Term.Type, _ text: String, _ field: String, aliases: [String: Term] = [:])
        throws(Problem) -> Term
    {
        if let term = Term(text: text) ?? aliases[text] { return term }
        let known = Term.allCases.map(\.rawValue).sorted().joined(separator: ", ")
        throw fail(field, "kies uit: \(known)", "choose from: \(known)")
    }

    static func day(_ text: String, _ field: String) throws(Problem) -> CalendarDay {
        guard let day = CalendarDay(text) else { throw fail(field, "schrijf een dag als 2026-01-31", "write a day like 2026-01-31") }
        return day
    }

    static func day(_ text: String?, _ field: String) throws(Problem) -> CalendarDay? {
        guard let text else { return nil }
        let day: CalendarDay = try self.day(text, field)
        return day
    }

    /// A domain by its identifier or by its Dutch word.
    static func domain(_ text: String, _ field: String) throws(Problem) -> LifeDomain {
        try term(LifeDomain.self, text, field, aliases: domainAliases)
    }

    static func domains(_ texts: [String], _ field: String) throws(Problem) -> SortedSet<LifeDomain> {
        var domains: [LifeDomain] = []
        for text in texts { domains.append(try domain(text, field)) }
        return SortedSet(domains)
    }

    private static let domainAliases: [String: LifeDomain] = [
        "opvoeden": .parenting, "school": .schoolWorkDaytime, "school/werk": .schoolWorkDaytime, "zelfredzaamheid": .selfReliance,
        "meedoen": .participation, "geldzaken": .finance, "wonen": .housing, "gezondheid": .health, "veiligheid": .safety,
    ]

    static func retentionClass(_ text: String, _ field: String) throws(Problem) -> RetentionClass {
        try term(
            RetentionClass.self, text, field,
            aliases: [
                "youth": .youthCare, "wmo": .socialSupport, "debt": .debtRelief, "income": .incomeAndParticipation,
            ])
    }

    /// What a person is in the household, from the everyday word.
    static func relation(_ text: String, _ field: String) throws(Problem) -> Relation {
        try term(
            Relation.self, text, field,
            aliases: [
                "mother": .parent, "father": .parent, "son": .child, "daughter": .child, "brother": .sibling, "sister": .sibling,
                "grandmother": .grandparent, "grandfather": .grandparent, "grandson": .grandchild, "granddaughter": .grandchild,
                "stepmother": .stepParent, "stepfather": .stepParent, "exPartner": .formerPartner, "spouse": .partner,
            ])
    }

    /// A consent by its identifier; whether there is such a one here is for the reglement to say.
    static func consent(_ text: String, _ field: String) throws(Problem) -> ConsentID {
        guard let id = ConsentID(text) else {
            throw fail(field, "geef het kenmerk van een toestemming", "give the identifier of a consent")
        }
        return id
    }

    /// What somebody saw; nothing written down is no more than somebody's word. Exactly one of the kinds: words that only begin like one prove nothing.
    static func evidence(_ text: String?, _ field: String) throws(Problem) -> Evidence {
        guard let text else { return .statement }
        return try term(
            Evidence.self, text, field,
            aliases: [
                "rechter": .courtDecision, "beschikking": .courtDecision, "gezagsregister": .authorityRegister, "brp": .civilRegistry,
                "machtiging": .writtenMandate, "verklaring": .statement,
            ])
    }

    /// The days from which and to which a record counts; without a first day from today, or where the last day has passed for that day, so that
    /// the end of what is on record can be said by itself.
    static func period(_ first: String?, _ last: String?, today: CalendarDay) throws(Problem) -> (from: CalendarDay, until: CalendarDay?) {
        let until: CalendarDay? = try day(last, "until")
        let from = try day(first, "from") ?? min(today, until ?? today)
        if let until, until < from { throw fail("until", "de laatste dag ligt vóór de eerste", "the last day lies before the first") }
        return (from, until)
    }

    static func label(_ text: String, _ field: String) throws(Problem) -> Label {
        guard let label = Label(text) else {
            throw fail(field, "geef 1 tot 40 letters, cijfers of leestekens", "give 1 to 40 letters, digits or punctuation marks")
        }
        return label
    }

    /// Words for people, bounded so that one record stays small.
    static func words(_ text: String, _ field: String, limit: Int = 4000) throws(Problem) -> String {
        guard text.utf8.count <= limit, !text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" && $0 != "\t" }) else {
            throw fail(
                field, "geef ten hoogste \(limit) bytes, zonder stuurtekens", "give at most \(limit) bytes, without control characters")
        }
        return text
    }
}
