import FoundationEssentials
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct CheckpointTests {
    private func directory() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/kluis-checkpoint-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func bytes(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    }

    /// Nobody waits for it, and yet what was committed gets into the database file.
    @Test func theLogIsFoldedInByItself() async throws {
        let folder = try directory()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/db"
        let store = try Store(path: path, faults: Faults(enabled: false))
        try store.migrate([Migration("one", "CREATE TABLE item(id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")])
        let writer = Writer(store: store, participants: []) { _ in }
        let before = try bytes(path)
        let size = 3 << 20
        try await writer.perform { try $0.sql.execute(sql: "INSERT INTO item(content) VALUES (zeroblob(?))", arguments: [size]) }
        // It stands in the log at once, and in the file as soon as it was quiet; the time limit says when that is too late.
        while try bytes(path) < before + size {
            try Task.checkCancellation()
            await Task.yield()
        }
        await writer.stop()
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "the last to close takes the log away")
        let again = try Store(path: path, faults: Faults(enabled: false))
        #expect(try again.read { try Int.fetchOne($0, sql: "SELECT length(content) FROM item") } == size)
        #expect(try again.read { try Int.fetchOne($0, sql: "PRAGMA page_size") } == 8192)
        try again.close()
    }

    /// Many small commits without a pause do not make the log longer and longer: it begins anew where the file has its size.
    @Test func smallCommitsUseTheLogAgain() async throws {
        let folder = try directory()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/db"
        let store = try Store(path: path, faults: Faults(enabled: false))
        try store.migrate([Migration("one", "CREATE TABLE item(id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")])
        let writer = Writer(store: store, participants: []) { _ in }
        try await writer.perform { try $0.sql.execute(sql: "INSERT INTO item VALUES (1, x'')") }
        var last: [UInt8] = []
        for number in 0..<800 {
            last = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 30_000)
            let content = Data(last)
            try await writer.perform { try $0.sql.execute(sql: "UPDATE item SET content = ? WHERE id = 1", arguments: [content]) }
        }
        // 800 times four pages of 8 KiB would be 26 MB.
        #expect(try bytes(path + "-wal") < 20 << 20)
        #expect(try store.read { try Data.fetchOne($0, sql: "SELECT content FROM item") } == Data(last))
        await writer.stop()
        try store.close()
        let again = try Store(path: path, faults: Faults(enabled: false))
        #expect(try again.read { try Data.fetchOne($0, sql: "SELECT content FROM item") } == Data(last))
        try again.close()
    }
}
