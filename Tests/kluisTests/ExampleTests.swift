import ArgumentParser
import Testing
import Wire

@testable import kluis

/// The examples in the help are command lines that the program takes.
@Suite struct ExampleTests {
    @Test func everyExampleParsesAsTheCommandThatItStandsUnder() throws {
        for (phrase, line) in Examples.lines {
            let words = line.replacing("'AVG 9(2)(h)'", with: "AVG9").split(separator: " ").map { String($0) }
            try #require(words.first == "kluis", "\(line)")
            let command = try Kluis.parseAsRoot(Array(words.dropFirst()))
            #expect(type(of: command).configuration.abstract == say(phrase), "\(line)")
        }
    }

    @Test(arguments: Language.allCases)
    func aFormIsReadAsItStands(language: Language) throws {
        func form(_ phrase: Phrase) -> [UInt8] { Array(Catalogue.of(language)(phrase).utf8) }
        let person = try Written.person(form(.formPerson))
        #expect(person.relation == "parent" && person.livesIn == true && person.secretAddress == nil && person.language == "tr")
        let organisation = try Written.organisation(form(.formOrganisation))
        #expect(organisation.handle == "balans" && organisation.convenantSignedOn != nil && organisation.disciplines?.count == 1)
        let worker = try Written.worker(form(.formWorker))
        #expect(worker.secrecyDeclaredOn == "2026-01-12" && worker.registrations?.first?.validUntil == "2029-01-01")
        let plan = try Written.plan(form(.formPlan))
        #expect(plan.goals.count == 1 && plan.actions.first?.actor.kind == "organisation" && plan.reviewDueOn != nil)
        // Wide enough for any terminal: a remark that is broken off would be no remark.
        let lines = Examples.forms.values.flatMap { Catalogue.of(language)($0).split(separator: "\n") }
        #expect(lines.allSatisfy { $0.count <= 78 }, "\(lines.filter { $0.count > 78 })")
        for (help, form) in Examples.forms {
            let line = try #require(Examples.lines[help])
            let command = try Kluis.parseAsRoot(Array(line.split(separator: " ").map { String($0) }.dropFirst()))
            #expect(type(of: command).configuration.discussion.contains(say(form)))
        }
    }

    /// Who has only the help knows no field otherwise.
    @Test(arguments: [
        (["person", "add"], "birthDate: 1987-03-11"), (["organisation", "add"], "convenantSignedOn: 2026-01-10"),
        (["worker", "add"], "secrecyDeclaredOn: 2026-01-12"), (["plan", "draft"], "actor: organisation balans"),
    ])
    func theHelpShowsTheFileToFillIn(command: [String], line: String) async throws {
        for (language, words) in [("nl", "als hierboven"), ("en", "as above")] {
            let ended = try await Built.run("kluis", command + ["--help"], environment: ["KLUIS_LANG": language])
            #expect(ended.exitCode == 0 && ended.text.contains(words) && ended.text.contains("\(line)\n"), "\(ended.text)")
        }
    }

    @Test func everyCommandHasAnExample() {
        var bare: [String] = []
        func look(_ commands: [any ParsableCommand.Type], _ path: String) {
            for command in commands {
                let configuration = command.configuration
                let name = path + (configuration.commandName ?? "")
                if configuration.subcommands.isEmpty {
                    if !configuration.discussion.contains("kluis \(name) ") && !configuration.discussion.hasSuffix("kluis \(name)") {
                        bare.append(name)
                    }
                } else {
                    look(configuration.subcommands, name + " ")
                }
            }
        }
        look(Kluis.configuration.subcommands, "")
        #expect(bare.isEmpty, "\(bare)")
    }
}
