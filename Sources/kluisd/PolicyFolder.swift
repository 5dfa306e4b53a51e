import Foundation
import Policy

/// The reglement's policies as they stand in a folder: one schema, and every `.cedar` file in the order of their names.
enum PolicyFolder {
    static func load(_ path: String) throws -> PolicyEngine {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw Ending.failed(
                "the policies are not in \(path)", hint: "give the folder with --policies or in the configuration", status: 2)
        }
        func text(_ name: String) throws -> String {
            guard let data = FileManager.default.contents(atPath: path + "/" + name), let text = String(validating: data, as: UTF8.self)
            else {
                throw Ending.failed("\(path)/\(name) cannot be read", status: 2)
            }
            return text
        }
        let policies = try names.filter { $0.hasSuffix(".cedar") }.map { (file: $0, text: try text($0)) }
        guard names.contains("kluis.cedarschema"), !policies.isEmpty else {
            throw Ending.failed("\(path) holds no policies", hint: "it must hold kluis.cedarschema and .cedar files", status: 2)
        }
        return try PolicyEngine(policies: policies, schema: try text("kluis.cedarschema"))
    }
}
