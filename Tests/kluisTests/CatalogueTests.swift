import Testing
import Wire

@testable import kluis

@Suite struct CatalogueTests {
    @Test func everyLanguageSaysEverything() {
        for language in Language.allCases {
            let missing = Phrase.allCases.filter { Catalogue.of(language).phrases[$0] == nil }
            #expect(missing.isEmpty, "\(language): \(missing)")
            #expect(Catalogue.of(language).language == language)
        }
    }

    @Test func allLanguagesTakeTheSameValues() {
        func values(_ text: String) -> Set<String> { Set(text.matches(of: /\{\d+\}/).map { String($0.output) }) }
        for phrase in Phrase.allCases {
            let taken = Language.allCases.map { values(Catalogue.of($0).phrases[phrase] ?? "") }
            #expect(Set(taken).count == 1, "\(phrase)")
        }
    }

    @Test(arguments: Language.allCases)
    func messagesHaveNoCapitalAndNoFullStop(language: Language) {
        for phrase in Phrase.allCases where !phrase.isHelp {
            let text = Catalogue.of(language).phrases[phrase] ?? ""
            #expect(text.first.map { !$0.isUppercase } ?? false, "\(phrase): \(text)")
            #expect(!text.hasSuffix(".") && !text.hasSuffix(" "), "\(phrase): \(text)")
        }
    }

    @Test(arguments: Language.allCases)
    func helpEndsAsASentenceDoes(language: Language) {
        for phrase in Phrase.allCases where phrase.isHelp {
            #expect(Catalogue.of(language).phrases[phrase]?.last.map { ".?".contains($0) } ?? false, "\(phrase)")
        }
    }

    /// The title of an error that this program makes up is one of these.
    @Test func noTitleOfAnErrorHasAPlaceToFill() {
        for code in ProblemCode.allCases {
            for language in Language.allCases {
                #expect(Catalogue.of(language).phrases[Failure(code).phrase]?.contains("{") == false, "\(code) \(language)")
            }
        }
    }

    @Test func momentsThatAreNoneStayAsTheyAre() {
        for text in ["", "2026-01-14", "soon", "2026-01-14T18:00Z"] { #expect(LocalTime.text(text) == text) }
    }

    @Test func valuesAreFilledInOnePass() {
        #expect(Catalogue.fill("{2} then {1}", ["a", "{1}"]) == "{1} then a")
        #expect(Catalogue.fill("{3} {x} {", ["a"]) == "{3} {x} {")
        #expect(Catalogue.fill("no values", []) == "no values")
        #expect(Catalogue.dutch(.cannotRead, "a.txt", "weg") == "kan a.txt niet lezen: weg")
    }

    @Test func theLanguageIsChosenInOrder() {
        func chosen(_ arguments: [String], _ environment: [String: String]) -> Language {
            Language.chosen(arguments: arguments, environment: { environment[$0] })
        }
        #expect(chosen(["kluis", "status", "--lang", "nl"], ["KLUIS_LANG": "en"]) == .dutch)
        #expect(chosen(["kluis", "--lang=nl"], [:]) == .dutch)
        #expect(chosen(["kluis", "find", "--", "--lang", "nl"], [:]) == .english)
        #expect(chosen(["kluis"], ["KLUIS_LANG": "nl", "LC_ALL": "en_GB.UTF-8"]) == .dutch)
        #expect(chosen(["kluis"], ["LC_ALL": "", "LC_MESSAGES": "nl_NL.UTF-8", "LANG": "en_US"]) == .dutch)
        #expect(chosen(["kluis"], ["LC_ALL": "C", "LANG": "nl_NL.UTF-8"]) == .english)
        #expect(chosen(["kluis"], ["LANG": "nl_NL.UTF-8"]) == .dutch)
        #expect(chosen(["kluis"], ["LANG": "fr_FR"]) == .english)
        #expect(chosen(["kluis"], [:]) == .english)
    }
}

@Suite struct ConsoleTests {
    @Test func aVaultCannotDriveTheTerminal() {
        #expect(Console.printable("Zoë — 😀") == "Zoë — 😀")
        #expect(Console.printable("a\u{1B}[2Jb\r\n\u{9B}c\u{202E}d") == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}\u{FFFD}c\u{FFFD}d")
    }

    @Test func columnsAreAligned() {
        var table = Table(.headID, .headName)
        table.add("h-1", "Zoë")
        table.add("h-12345", nil)
        #expect(table.lines[1] == "h-1      Zoë")
        #expect(table.lines[2] == "h-12345")
    }

    @Test func commonOptionsMayStandBeforeTheNoun() {
        #expect(Program.arranged(["--lang", "nl", "item", "list", "h"]) == ["item", "list", "h", "--lang", "nl"])
        #expect(
            Program.arranged(["--json", "--socket=/s", "item", "read", "--", "x"]) == ["item", "read", "--json", "--socket=/s", "--", "x"])
        #expect(Program.arranged(["--help"]) == ["--help"])
        #expect(Program.arranged(["--lang"]) == ["--lang"])
        #expect(Program.arranged([]) == [])
    }

    @Test func theHintNamesWhatIsKnownOfTheCommand() {
        #expect(Program.known(["item", "add", "x"]) == ["item", "add"])
        #expect(Program.known(["stuk", "lees"]) == ["stuk", "lees"])
        #expect(Program.known(["item", "fly"]) == ["item"])
        #expect(Program.known(["fly"]) == [])
    }
}
