import ArgumentParser
import Testing

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
