import Foundation
import LedgerFormat
import TLogConformance
import TransparencyLog

/// Ledgers of one vault and one key that begin alike and go on differently.
enum History {
    /// A ledger of `count` lines, of which those from `fork` on are others.
    static func log(_ count: Int, fork: Int = .max) throws -> SampleLog {
        var log = try SampleLog(name: "kluis/v-1/1")
        try log.append(
            try (0..<count).map { number in
                var line = LogLine(
                    .decision(.permit, effect: nil), moment: 1_763_770_000_000 + Int64(number),
                    caller: try Token(number < fork ? "w-1" : "w-2"), action: try Token("readItem"))
                line.residents = []
                return try line.leaves(at: UInt64(number)) { [UInt8](repeating: UInt8(number & 0xFF), count: 32) }[0].leaf.bytes
            })
        return log
    }

    /// Puts the files of a log into a directory.
    static func write(_ log: SampleLog, to directory: String) throws {
        for (path, bytes) in log.files {
            let url = URL(filePath: "\(directory)/\(path)")
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
    }
}
