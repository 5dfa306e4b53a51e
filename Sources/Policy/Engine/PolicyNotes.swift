import Cedar
import Household

/// What the annotations of one policy say about it.
struct PolicyNotes: Sendable {
    let id: String
    /// `@artikel`, in the order of the reglement.
    let articles: [Article]
    /// `@uitleg` and `@explain`.
    let sentence: Bilingual
    /// `@stap` and `@step`: the next lawful step after a refusal.
    let step: Bilingual?
    /// `@plicht` and `@duty`: accepted, but this must still happen.
    let duty: Bilingual?
    /// `@melden` and `@tell`: accepted, and this must be told.
    let notice: Bilingual?
    /// `@omvang("dat")`: what it permits shows that-information only (PR-1.6).
    let thatOnly: Bool
    /// `@inplaatsvan`: the policies, by identifier, whose step is not for whoever this one speaks to: this one knows better.
    let insteadOf: [String]

    private static let known: Set<String> = [
        "id", "artikel", "uitleg", "explain", "stap", "step", "plicht", "duty", "melden", "tell", "omvang", "inplaatsvan",
    ]

    /// Reads the annotations of a policy in `file`.
    init(_ policy: Cedar.Policy, file: String) throws(PolicyError) {
        let place = "\(file): \(policy.annotation("id")?.string ?? "line \(policy.range.start.line)")"
        for annotation in policy.annotations where !Self.known.contains(annotation.name) {
            throw PolicyError(.unknownAnnotation, about: "\(place): @\(annotation.name)")
        }
        func text(_ name: String) throws(PolicyError) -> String? {
            guard let value = policy.annotation(name)?.string else { return nil }
            guard !value.isEmpty else { throw PolicyError(.missingAnnotation, about: "\(place): @\(name)") }
            return value
        }
        func required(_ name: String) throws(PolicyError) -> String {
            guard let value = try text(name) else { throw PolicyError(.missingAnnotation, about: "\(place): @\(name)") }
            return value
        }
        func pair(_ dutch: String, _ english: String) throws(PolicyError) -> Bilingual? {
            switch (try text(dutch), try text(english)) {
            case (let nl?, let en?): return Bilingual(nl: nl, en: en)
            case (nil, nil): return nil
            default: throw PolicyError(.missingAnnotation, about: "\(place): @\(dutch) and @\(english) go together")
            }
        }
        id = try required("id")
        sentence = Bilingual(nl: try required("uitleg"), en: try required("explain"))
        step = try pair("stap", "step")
        duty = try pair("plicht", "duty")
        notice = try pair("melden", "tell")
        let extent = try text("omvang")
        guard extent == nil || extent == "dat" && policy.effect == .permit else {
            throw PolicyError(.unknownAnnotation, about: "\(place): @omvang")
        }
        thatOnly = extent != nil
        insteadOf = try text("inplaatsvan")?.split(separator: ";", omittingEmptySubsequences: false).map { String($0) } ?? []
        guard insteadOf.isEmpty || policy.effect == .forbid else {
            throw PolicyError(.unknownAnnotation, about: "\(place): @inplaatsvan on a permit")
        }
        var articles: Set<Article> = []
        for citation in try required("artikel").split(separator: ";", omittingEmptySubsequences: false) {
            guard let article = Article(String(citation)), articles.insert(article).inserted else {
                throw PolicyError(.unknownArticle, about: "\(place): \(citation)")
            }
        }
        self.articles = articles.sorted()
        // The identifier begins with the article that the policy carries out, so that a log line can be read without the set.
        guard self.articles.contains(where: { id.hasPrefix($0.description + "-") }) else {
            throw PolicyError(.unknownArticle, about: "\(place): @id does not begin with an article it cites")
        }
        // A duty makes an acceptance conditional, and what was not done is told to nobody; a forbid has neither to give. What forbids says what can
        // be done instead.
        if policy.effect == .forbid {
            guard duty == nil else { throw PolicyError(.unknownAnnotation, about: "\(place): @plicht on a forbid") }
            guard notice == nil else { throw PolicyError(.unknownAnnotation, about: "\(place): @melden on a forbid") }
            guard step != nil || policy.action.mentions(.know) else { throw PolicyError(.missingAnnotation, about: "\(place): @stap") }
        }
    }
}

extension ActionConstraint {
    func mentions(_ action: EntityUID) -> Bool {
        switch self {
        case .any: false
        case .equal(let uid): uid == action
        case .in(let list): list.contains(action)
        }
    }
}
