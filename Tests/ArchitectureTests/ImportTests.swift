import Foundation
import Testing

/// Which module may import which. This table *is* the architecture; change it only with a decision.
struct ImportTests {
    static let mayImport: [String: Set<String>] = [
        "Encodings": [],
        "Sealing": ["CSodium", "CSHA256", "Encodings"],
        "TransparencyLog": ["Sealing", "Encodings"],
        "LedgerFormat": ["TransparencyLog", "Sealing", "Encodings"],
        "Witnessing": ["TransparencyLog", "Sealing"],
        "Household": [],
        "Cedar": [],
        "Storage": ["GRDB", "GRDBSQLite"],
        "Ledger": ["LedgerFormat", "TransparencyLog", "Sealing", "Storage", "GRDB"],
        "Policy": ["Cedar", "Household"],
        "ReferenceMonitor": ["Policy", "Ledger", "LedgerFormat", "Household", "Storage", "Sealing", "Encodings"],
        "Vault": ["ReferenceMonitor", "Ledger", "LedgerFormat", "Sealing", "Storage", "GRDB", "Household", "Policy"],
        "Wire": ["Encodings"],
        "Server": ["Wire", "ReferenceMonitor", "Vault", "Household", "Policy"],
        "kluis": ["Wire", "LedgerFormat", "TransparencyLog", "Witnessing", "Encodings"],
    ]

    /// The packages of others, each of which only the modules below may touch.
    static let others: [String: Set<String>] = [
        "CSodium": ["Sealing"],
        "CSHA256": ["Sealing"],
        "GRDB": ["Storage", "Ledger", "Vault"],
        "GRDBSQLite": ["Storage"],
        "Hummingbird": ["Server"],
        "HummingbirdCore": ["Server"],
        "Yams": ["kluisd"],
    ]

    /// All that the pure modules may import, of whatever kind: without the system's library nothing in them reads a file, a clock, the network or
    /// the environment.
    static let pure: [String: Set<String>] = [
        "TransparencyLog": ["Sealing", "Encodings", "Synchronization"],
        "LedgerFormat": ["TransparencyLog", "Sealing", "Encodings"],
        "Household": [],
        "Cedar": [],
    ]

    /// One file has more, for the encoder and the decoder of JSON.
    static let exceptions: [String: Set<String>] = ["CanonicalRecord.swift": ["FoundationEssentials", "Foundation"]]

    static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

    static func imports(of module: String) throws -> [(file: String, module: String)] {
        let folder = sources.appending(path: module)
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var found: [(String, String)] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            // Most lines have no such word, and matching every one of them takes a minute.
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.contains("import") {
                guard let match = line.firstMatch(of: /^\s*(?:@\w+(?:\([^)]*\))? )*(?:\w+ )?import (?:struct |class |enum |func )?(\w+)/)
                else { continue }
                found.append((file.lastPathComponent, String(match.1)))
            }
        }
        return found
    }

    @Test(arguments: mayImport.keys.sorted())
    func importsOnlyWhatItMay(_ module: String) throws {
        let imports = try Self.imports(of: module)
        #expect(!imports.isEmpty || ["Encodings", "Household", "Cedar"].contains(module), "no import line was read in \(module)")
        for (file, imported) in imports where Self.mayImport.keys.contains(imported) {
            #expect(Self.mayImport[module]?.contains(imported) == true, "\(file) imports \(imported), which \(module) may not")
        }
    }

    @Test(arguments: pure.keys.sorted())
    func importsNothingElse(_ module: String) throws {
        for (file, imported) in try Self.imports(of: module) {
            let allowed = Self.pure[module, default: []].union(Self.exceptions[file] ?? [])
            #expect(allowed.contains(imported), "\(file) imports \(imported), which no pure module may")
        }
    }

    /// Every way to write an import is one that is read.
    @Test(arguments: pure.keys.sorted())
    func noImportIsOverlooked(_ module: String) throws {
        let read = try Self.imports(of: module)
        let files = try #require(
            FileManager.default.enumerator(at: Self.sources.appending(path: module), includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { line in
                line.contains("import") && !line.drop { $0 == " " }.hasPrefix("//") && line.firstMatch(of: /(?:^|[;\s)])import\s/) != nil
            }
            #expect(lines.count == read.count { $0.file == file.lastPathComponent }, "\(file.lastPathComponent): \(lines)")
        }
    }

    @Test(arguments: others.keys.sorted())
    func onlyTheRightModulesTouch(_ other: String) throws {
        let modules = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path).filter { $0 != "CSodium" }
        for module in modules where try Self.imports(of: module).contains(where: { $0.module == other }) {
            #expect(Self.others[other]?.contains(module) == true, "\(module) imports \(other)")
        }
    }
}
