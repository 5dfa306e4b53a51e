import Glibc
import Household
import Sealing
import Storage

/// The files that sealed contents of large items lie in.
struct BlobFolder: Sendable {
    let paths: VaultPaths
    let faults: Faults

    /// A random name for a blob, of 32 hexadecimal digits.
    struct Name: Hashable, Sendable {
        let octets: Octets16

        static func random() -> Name { Name(octets: .random()) }

        var text: String {
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: octets.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }

        init(octets: Octets16) { self.octets = octets }

        init?(_ text: String) {
            let utf8 = Array(text.utf8)
            guard utf8.count == 32 else { return nil }
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: 32, by: 2) {
                guard let high = Self.nibble(utf8[index]), let low = Self.nibble(utf8[index + 1]) else { return nil }
                bytes.append(high << 4 | low)
            }
            guard let octets = Octets16(bytes) else { return nil }
            self.octets = octets
        }

        private static func nibble(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            default: nil
            }
        }
    }

    func folder(of name: Name) -> String { paths.blobs + "/" + String(name.text.prefix(2)) }
    func path(of name: Name) -> String { folder(of: name) + "/" + name.text }
    func partPath(of name: Name) -> String { paths.parts + "/" + name.text }
    func trashPath(of name: Name) -> String { paths.trash + "/" + name.text }

    /// Makes the folders that are missing; those that are there must be private to the daemon.
    ///
    /// All 256 that blobs lie in are made here: were each made by the first upload that needs it, a second one could find it there and answer
    /// before the first had made the folder's own entry durable.
    func prepare() throws(VaultError) {
        try Files.requirePrivateFolder(paths.state)
        var isNew = false
        for folder in paths.blobFolders {
            if try Files.makeFolder(folder) { isNew = true }
        }
        if isNew {
            try Files.syncFolder(paths.blobs)
            try Files.syncFolder(paths.state)
        }
    }

    /// Gives a part file that was written and synced its place.
    ///
    /// ORDER: the file's bytes are durable before it gets its name, and the name before a row may say it.
    func settle(_ name: Name) throws(VaultError) {
        try Files.rename(partPath(of: name), to: path(of: name), .blob)
        do throws(VaultError) {
            try Files.syncFolder(folder(of: name))
        } catch {
            try? Files.remove(path(of: name), .blob)
            throw error
        }
        if faults.trips(.dieAfterRename) { _ = kill(getpid(), SIGKILL) }
    }

    // MARK: - Housekeeping

    /// How long a blob that no row names may lie before it goes to the trash, and how long it stays there.
    static let orphanTerm: Int64 = 24 * 3600
    static let trashTerm: Int64 = 7 * 24 * 3600

    /// What a start-up found and did.
    struct Housekeeping: Equatable, Sendable {
        var partsRemoved = 0
        var orphansTrashed = 0
        var trashRemoved = 0
        var missing: [Name] = []
    }

    /// Removes part files, moves blobs without a row to the trash and empties the old of the trash. A row whose blob is missing is only reported.
    ///
    /// Only for a start-up, while nothing is uploaded.
    /// - Parameters:
    ///   - named: the blobs that rows name.
    ///   - moment: what counts as now.
    func keepHouse(named: Set<Name>, at moment: Moment) throws(VaultError) -> Housekeeping {
        var report = Housekeeping()
        let now = moment.millisecondsSince1970 / 1000
        for part in try Files.names(in: paths.parts) {
            try Files.remove(paths.parts + "/" + part, .partFile)
            report.partsRemoved += 1
        }
        var present: Set<Name> = []
        for folder in try Files.names(in: paths.blobs) where folder.utf8.count == 2 {
            for text in try Files.names(in: paths.blobs + "/" + folder) {
                guard let name = Name(text), name.text.prefix(2) == folder else { continue }
                present.insert(name)
                guard !named.contains(name), let status = try FileStatus(of: path(of: name), .blob), status.isRegular else { continue }
                guard now - status.modified >= Self.orphanTerm else { continue }
                // ORDER: from now on the file's own time says since when it lies in the trash; set before it goes there, or a failure in between
                // would have it unlinked at once.
                try Files.setTime(of: path(of: name), to: now, .trash)
                try Files.rename(path(of: name), to: trashPath(of: name), .trash)
                report.orphansTrashed += 1
            }
        }
        for text in try Files.names(in: paths.trash) {
            let path = paths.trash + "/" + text
            guard let status = try FileStatus(of: path, .trash), now - status.modified >= Self.trashTerm else { continue }
            try Files.remove(path, .trash)
            report.trashRemoved += 1
        }
        report.missing = named.subtracting(present).sorted { $0.octets < $1.octets }
        return report
    }
}
