import Foundation
import Glibc

/// Measures the ledger: `bench-ledger [all | append | verify | proof] [options]`, one figure a line, `name: value unit`.
///
/// - `append`: entries through the real log and writer, in batches of 1, 16, 64 and 512 entries to a durable commit, beside what the same disk
///   can sync. `--batch N` measures one size only, `--no-bare` leaves the disk out: for a tracer.
/// - `verify`: an exported ledger of `--leaves N` (a million) through the offline verifier, with one core and with all.
/// - `proof`: inclusion proofs of that export: how large, how long.
///
/// What the project wants to reach stands beside what was measured, as `NAME-goal`.
///
/// `--directory DIR` says where the files go, so that the disk that is measured can be chosen; they are removed at the end.
@main
struct BenchLedger {
    static func main() async throws {
        let options = try Options(Array(CommandLine.arguments.dropFirst()))
        let directory = options.directory + "/kluis-bench-ledger-\(getpid())"
        guard unsafe mkdir(directory, 0o700) == 0 else { throw Failed("cannot make \(directory)") }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        if options.does("append") { try await Appending(directory: directory, options: options).run() }
        if options.does("verify") || options.does("proof") {
            let exported = try ExportedLedger(directory: directory + "/export", leaves: options.leaves)
            if options.does("verify") { try exported.verify(kluis: options.kluis) }
            if options.does("proof") { try exported.prove() }
        }
    }
}

/// What the command line asks for.
struct Options {
    var mode = "all"
    var batches = [1, 16, 64, 512]
    var seconds = 4.0
    var leaves: UInt64 = 1_000_000
    var isBareMeasured = true
    var directory = FileManager.default.temporaryDirectory.path
    /// The command line program, which is measured too when it is there.
    var kluis = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kluis").path

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "all", "append", "verify", "proof": mode = word
            case "--no-bare": isBareMeasured = false
            case "--batch": batches = [try Self.number(&rest, word)]
            case "--seconds": seconds = Double(try Self.number(&rest, word))
            case "--leaves": leaves = UInt64(try Self.number(&rest, word))
            case "--directory": directory = try Self.text(&rest, word)
            case "--kluis": kluis = try Self.text(&rest, word)
            default: throw Failed("unknown word \(word); see the head of BenchLedger.swift")
            }
        }
    }

    func does(_ part: String) -> Bool { mode == "all" || mode == part }

    private static func text(_ rest: inout ArraySlice<String>, _ option: String) throws -> String {
        guard let text = rest.popFirst() else { throw Failed("\(option) wants a value") }
        return text
    }

    private static func number(_ rest: inout ArraySlice<String>, _ option: String) throws -> Int {
        guard let number = Int(try text(&rest, option)), number > 0 else { throw Failed("\(option) wants a number above 0") }
        return number
    }
}

struct Failed: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// One figure a line: `name: value unit`. Written at once: a measurement that is cut short has still shown what it measured.
func report(_ name: String, _ value: Double, _ unit: String) {
    let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: value < 10 ? "%.3f" : "%.1f", value)
    FileHandle.standardOutput.write(Data("\(name): \(text) \(unit)\n".utf8))
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return (clock.now - start) / .seconds(1)
}
