internal import ArgumentParser
internal import Foundation

/// Runs scenario scripts against the real daemon and the real command line.
@main struct ScenarioHarness: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kluis-scenario", abstract: "Run scenario scripts against the real kluisd and the real kluis.")

    @Option(help: "The daemon; else the kluisd beside this program.")
    var kluisd: String?

    @Option(help: "The command line; else the kluis beside this program.")
    var kluis: String?

    @Flag(help: "Only read the scripts, and say what is wrong with them.")
    var check = false

    @Flag(help: "Keep the working directories.")
    var keep = false

    @Argument(help: "The scripts.", completion: .file())
    var files: [String]

    func run() throws {
        var passed = 0
        // Made absolute before the first script changes the directory.
        let files = files.map { URL(fileURLWithPath: $0).path }
        let programs = (kluisd: program(kluisd, "kluisd"), kluis: program(kluis, "kluis"))
        for file in files where perform(file, programs) { passed += 1 }
        say("\(passed) passed, \(files.count - passed) failed")
        if passed < files.count { throw ExitCode(1) }
    }

    private func perform(_ file: String, _ programs: (kluisd: String, kluis: String)) -> Bool {
        let name = URL(fileURLWithPath: file).lastPathComponent
        guard let text = FileManager.default.contents(atPath: file) else {
            say("FAIL \(name): cannot be read")
            return false
        }
        let script: Script
        do throws(ScriptError) { script = try Script(name: name, text: Array(text)) } catch {
            say("FAIL \(name):\(error.line): \(error.text)")
            return false
        }
        if check {
            guard script.assertionCount > 0 else {
                say("FAIL \(name): the script asserts nothing")
                return false
            }
            say("ok   \(name) (\(script.lines.count) steps, \(script.assertionCount) assertions, not run)")
            return true
        }
        // Short, because a socket's path has at most 107 bytes. Source: unix(7).
        let directory = "/tmp/ks-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            say("FAIL \(name): cannot make \(directory)")
            return false
        }
        defer { if !keep { try? FileManager.default.removeItem(atPath: directory) } }
        let performance = Performance(
            script, kluisd: programs.kluisd, kluis: programs.kluis, directory: directory, tell: say)
        do throws(Performance.Failed) {
            try performance.run()
            say("ok   \(name) (\(performance.rows) rows, \(script.assertionCount) assertions)")
            return true
        } catch {
            say("FAIL \(name)\(error.line > 0 ? ":\(error.line)" : ""): \(error.trouble.text)")
            for line in error.trouble.shown { say("     \(line)") }
            if keep { say("     kept in \(directory)") }
            return false
        }
    }

    /// A path as given, made absolute because scripts run in directories of their own; else the program beside this one.
    private func program(_ given: String?, _ name: String) -> String {
        if let given { return URL(fileURLWithPath: given).path }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// A line on the standard output at once, also when that is a file.
    private func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
}
