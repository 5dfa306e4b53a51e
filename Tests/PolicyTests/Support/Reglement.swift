import Foundation
import Policy
import Testing

/// The policy set of the checkout, loaded once.
enum Reglement {
    /// The package root, from this file's place in it.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let folder = resolved(root.appending(path: "Policies"))

    /// A package of links (as in a sandbox) keeps its sources elsewhere; the folder beside the real test file counts.
    private static func resolved(_ url: URL) -> URL {
        if FileManager.default.fileExists(atPath: url.path()) { return url }
        let real = URL(filePath: #filePath).resolvingSymlinksInPath()
        return real.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Policies")
    }

    static let schema = text("kluis.cedarschema")

    static let files: [(file: String, text: String)] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.filter { $0.hasSuffix(".cedar") }.sorted().map { ($0, text($0)) }
    }()

    static let engine: PolicyEngine = {
        do { return try PolicyEngine(policies: files, schema: schema) } catch { Issue.record("the policies are not taken: \(error)") }
        // Without any policy everything fails that asks, each by its name: a crash would name nothing.
        do { return try PolicyEngine(policies: [], schema: schema) } catch { fatalError("\(error)") }
    }()

    static func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }
}
