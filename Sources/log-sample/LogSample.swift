import Dispatch
import Foundation
import TransparencyLog

/// Writes logs for other people's tools to check, and checks them itself: the project's side of `make check-go`.
///
/// - `log-sample export DIR SIZE...`: two growing logs, each copied to `DIR/NAME/SIZE` at every size. `ledger` goes through the vault's own
///   log, writer and export; `plain` is made with the library alone, with entries of very different lengths.
/// - `log-sample verify DIR KEYFILE`: the whole of a plain log, with all cores. Exit status 1, with the reason, when it does not check out.
@main
struct LogSample {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "export" where words.count >= 3:
            let sizes = words[2...].compactMap { Int($0) }
            guard sizes.count == words.count - 2, sizes == sizes.sorted() else { throw Failed("sizes are numbers that ascend") }
            try await LedgerSample(directory: words[1] + "/ledger").export(sizes)
            try PlainSample(directory: words[1] + "/plain").export(sizes)
        case "verify" where words.count == 3:
            do {
                print("\(try PlainSample.verify(words[1], keyFile: words[2])) entries")
            } catch {
                print("refused: \((error as? TransparencyLogError)?.code ?? String(describing: error))")
                exit(1)
            }
        default:
            throw Failed("log-sample export DIR SIZE... | log-sample verify DIR KEYFILE")
        }
    }
}

struct Failed: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

enum Folder {
    static func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    static func copy(_ path: String, to target: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: target)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try make(URL(filePath: path).deletingLastPathComponent().path)
        try Data(bytes).write(to: URL(filePath: path))
    }

    static func reader(_ path: String) -> FileReader {
        { FileManager.default.contents(atPath: path + "/" + $0).map { Array($0) } }
    }
}
