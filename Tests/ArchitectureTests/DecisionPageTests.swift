import Foundation
import Testing

/// A decision page says by what it is tested. Whoever follows it finds that.
struct DecisionPageTests {
    private static let root = ImportTests.sources.deletingLastPathComponent()
    private static let headings: Set<Substring> = ["## Test", "## Checked by"]

    /// The pages of all catalogues, as paths below the top of the project.
    static let pages: [String] = {
        let below = try? FileManager.default.subpathsOfDirectory(atPath: ImportTests.sources.path)
        return (below ?? []).filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.map { "Sources/" + $0 }.sorted()
    }()

    /// Every file of the tests, by its path below the top.
    private static let files = ((try? FileManager.default.subpathsOfDirectory(atPath: root.path + "/Tests")) ?? []).map { "Tests/" + $0 }

    /// What the tests declare: functions, types, and the cases that a test is run with.
    private static let declared: Set<String> = {
        var names: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            for line in (FileManager.default.contents(atPath: root.path + "/" + file) ?? Data()).split(separator: 10) {
                let words = line.split { !isOfAName($0) }
                if words.first?.elementsEqual("case".utf8) == true { for word in words { names.insert(name(word)) } }
                for (keyword, next) in zip(words, words.dropFirst()) where keywords.contains(name(keyword)) { names.insert(name(next)) }
            }
        }
        return names
    }()
    private static let keywords: Set<String> = ["func", "struct", "class", "enum", "actor"]

    private static func text(_ file: String) throws -> String { try String(contentsOfFile: root.path + "/" + file, encoding: .utf8) }

    private static func name(_ bytes: Data) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isOfAName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "_")
        }
    }

    /// What stands between backquotes where a page says how it is tested; nil when it does not say.
    private static func references(_ page: String) throws -> [String]? {
        let lines = try text(page).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: headings.contains) else { return nil }
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }.joined(separator: " ")
        let pieces = section.split(separator: "`", omittingEmptySubsequences: false)
        return stride(from: 1, to: pieces.count, by: 2).map { String(pieces[$0]) }
    }

    /// Whether something of this name is there; what is no name of a file, a test or a target of `make` is none of ours.
    private static func isThere(_ reference: String, _ targets: Set<Substring>) -> Bool {
        if reference.contains("/"), let top = reference.split(separator: "/").first, ["Tests", "Sources", "Policies"].contains(top) {
            return FileManager.default.fileExists(atPath: root.path + "/" + reference)
        }
        if reference.hasSuffix(".swift") || reference.hasSuffix(".kluis") { return files.contains { $0.hasSuffix("/" + reference) } }
        if reference.hasPrefix("make ") { return targets.contains(reference.split(separator: " ")[1]) }
        // `Suite.test`, `Suite/test()`, `test(argument:)`.
        let path = reference.prefix { $0 != "(" }.split { $0 == "." || $0 == "/" }
        let isName = path.allSatisfy { part in part.utf8.allSatisfy(isOfAName) && part.contains(where: \.isUppercase) }
        return !isName || path.allSatisfy { declared.contains(String($0)) }
    }

    @Test(arguments: pages) func whatAPageNamesExists(page: String) throws {
        let references = try Self.references(page)
        let isDecision = try Self.text(page).hasPrefix("# Decision")
        #expect(references != nil || !isDecision, "says nothing about its test")
        let targets = try Self.text("Makefile").split(separator: "\n")
            .filter { !$0.hasPrefix("\t") && $0.contains(":") }.map { $0.prefix { $0 != ":" } }
        for reference in references ?? [] { #expect(Self.isThere(reference, Set(targets)), "there is no \(reference)") }
    }

    /// The reader above reads what there is.
    @Test func someHundredReferencesAreRead() throws {
        let read = try Self.pages.compactMap { try Self.references($0) }.joined()
        #expect(read.count > 100)
        #expect(!Self.isThere("aTestThatIsNowhere", []) && !Self.isThere("Tests/Nowhere.swift", []) && !Self.isThere("make nothing", []))
    }
}
