import ArgumentParser
import Household
import Policy
import Testing

@testable import kluis

/// The command line may not import the domain; that its words are the domain's is held here.
@Suite struct VocabularyTests {
    private func terms<Term: VocabularyTerm>(_ type: Term.Type) -> Set<String> { Set(Term.allCases.map(\.rawValue)) }

    @Test func everyTranslationLeadsToATermOfTheDomain() {
        #expect(Set(Vocabulary.domains.values).subtracting(["all"]).isSubset(of: terms(LifeDomain.self)))
        #expect(Set(Vocabulary.hats.values) == terms(Hat.self))
        #expect(Set(Vocabulary.roles.values).isSubset(of: terms(Role.self)))
        #expect(Set(Vocabulary.capacities.values).isSubset(of: terms(SigningCapacity.self)))
        #expect(Set(Vocabulary.forms.values) == terms(SigningMethod.self))
        #expect(Set(Vocabulary.authorities.values) == terms(AuthorityKind.self))
        #expect(Set(Vocabulary.evidences.values) == terms(Evidence.self))
        #expect(Set(Vocabulary.conflicts.values) == terms(ConflictKind.self))
        #expect(Set(Vocabulary.retentions.values).isSubset(of: terms(RetentionClass.self)))
        #expect(Set(Vocabulary.kinds.values).isSubset(of: terms(ItemKind.self)))
        #expect(Set(Vocabulary.relations.values).isSubset(of: terms(Relation.self)))
    }

    @Test func everyTermThatIsShownHasADutchWord() {
        let shown = [
            terms(LifeDomain.self), terms(Hat.self), terms(Role.self), terms(HouseholdState.self), terms(ConsentState.self),
            terms(PlanState.self),
            terms(InvolvementState.self), terms(WorkerState.self), terms(ItemKind.self), terms(Relation.self), terms(OrganisationKind.self),
            terms(GoalOutcome.self), terms(SigningCapacity.self),
        ]
        for terms in shown {
            #expect(terms.subtracting(Spoken.dutch.keys).isEmpty)
        }
    }

    /// Beside the actions of the reglement the log has what the monitor, the adoption of policies and the witnesses record.
    @Test func everyActionOfTheLogIsSaidInBothLanguages() {
        let logged = Set(ActionName.allCases.map(\.rawValue)).union(["signIn", "signOut", "adoptPolicies", "cosigned"])
        #expect(Set(Spoken.actions.keys) == logged)
        for (name, words) in Spoken.actions {
            #expect(!words.dutch.isEmpty && !words.english.isEmpty && words.dutch != words.english, "\(name)")
            for text in [words.dutch, words.english] { #expect(text == text.lowercased() && text != name, "\(name)") }
        }
        #expect(Set(Spoken.actions.values.map { $0.dutch }).count == logged.count)
        #expect(Set(Spoken.actions.values.map { $0.english }).count == logged.count)
    }

    /// What a list of choices says is what can be given.
    @Test func everyWordThatIsShownToChooseFromIsTaken() {
        func check<Term: VocabularyTerm>(_ type: Term.Type, _ taken: (String) -> String) {
            for term in Term.allCases {
                let word = Spoken.dutch[term.rawValue] ?? term.rawValue
                #expect(taken(word) == term.rawValue, "\(type): \(word)")
            }
        }
        check(LifeDomain.self, Vocabulary.domain)
        check(Hat.self, Vocabulary.hat)
        check(Role.self, Vocabulary.role)
        check(SigningCapacity.self, Vocabulary.capacity)
        check(RepresentationKind.self, Vocabulary.capacity)
        check(SigningMethod.self, Vocabulary.form)
        check(AuthorityKind.self, Vocabulary.authority)
        check(Evidence.self, Vocabulary.evidence)
        check(ConflictKind.self, Vocabulary.conflict)
        check(RetentionClass.self, Vocabulary.retention)
        check(ItemKind.self, Vocabulary.kind)
        check(Relation.self, Vocabulary.relation)
        check(OrganisationKind.self, Vocabulary.organisationKind)
        check(GoalAudience.self, Vocabulary.audience)
        for word in ["followed", "none", "deviated"] { #expect(Vocabulary.preference(Spoken.dutch[word] ?? "") == word) }
    }

    @Test func theHelpNamesEveryDomainBasisAndLayer() {
        for phrase in [Phrase.helpDomain, .helpDomains] {
            for domain in LifeDomain.allCases {
                #expect(Catalogue.english.phrases[phrase]?.contains(domain.rawValue) == true, "\(domain)")
                #expect(Catalogue.dutch.phrases[phrase]?.contains(Spoken.dutch[domain.rawValue] ?? "?") == true, "\(domain)")
            }
        }
        for catalogue in [Catalogue.dutch, Catalogue.english] {
            let (language, phrases) = (catalogue.language, catalogue.phrases)
            for basis in LegalBasis.allCases {
                #expect(phrases[.helpBasis]?.contains("\(basis.rawValue) ") == true, "\(language) \(basis)")
            }
            for layer in Layer.allCases { #expect(phrases[.helpLayer]?.contains("\(layer.rawValue) ") == true, "\(language) \(layer)") }
        }
    }

    @Test func everyNounAndVerbHasADutchName() {
        // Words that are the same in both languages.
        let same: Set = ["plan"]
        func check(_ commands: [any ParsableCommand.Type]) {
            for command in commands {
                let configuration = command.configuration
                let name = configuration.commandName ?? ""
                #expect(!configuration.aliases.isEmpty || same.contains(name), "\(name)")
                let names = configuration.subcommands.flatMap { [$0.configuration.commandName ?? ""] + $0.configuration.aliases }
                #expect(Set(names).count == names.count, "\(name)")
                check(configuration.subcommands)
            }
        }
        check(Kluis.configuration.subcommands)
    }

    @Test func theNounsAndVerbsAreThoseOfTheDesign() {
        // Written out as loops: the compiler does not survive a key path through these metatypes.
        var tree: [String: String] = [:]
        for noun in Kluis.configuration.subcommands {
            var verbs: [String] = []
            for verb in noun.configuration.subcommands { if let name = verb.configuration.commandName { verbs.append(name) } }
            tree[noun.configuration.commandName ?? ""] = verbs.joined(separator: " ")
        }
        #expect(
            tree == [
                "status": "", "login": "", "logout": "", "whoami": "", "household": "create list show find",
                "person": "add list show authority represent incapacity conflict", "team": "appoint invite list end",
                "plan": "draft show edit present sign history", "item": "add list read", "consent": "register sign withdraw refuse list",
                "access": "check who what", "ledger": "show verify checkpoint export prove witness cosignature", "organisation": "add list",
                "worker": "add list role key unlock end",
                "rehearsal": "clock fault",
            ])
    }
}
