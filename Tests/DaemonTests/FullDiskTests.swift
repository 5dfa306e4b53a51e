import Foundation
import Glibc
import Testing

/// A disk that is really full: what cannot be recorded is not done, and nobody else suffers.
/// Where this machine allows no mount namespaces only the page limit (StorageTests) and planted faults are tried.
@Suite(.timeLimit(.minutes(3)), .enabled(if: Kluisd.allowsSmallDisks, "this machine lets no process have a small disk of its own"))
struct FullDiskTests {
    /// Items of 200 kB, eight at a time, on a disk of a few MB, until there is no room; then the same state on a larger disk.
    @Test func aFullDiskLosesNothingThatWasAcknowledged() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(small: 6_000)
        let kees = try await daemon.signIn("joost", hat: "direction")
        func content(_ number: Int) -> Data { Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7 &+ $0 >> 8) }) }
        var kept: [String: Int] = [:]
        var refused = 0
        for round in 0..<12 where refused == 0 {
            let replies = try await withThrowingTaskGroup(of: (Int, Reply).self) { group in
                for number in round * 8..<round * 8 + 8 {
                    group.addTask { (number, try await daemon.add(content(number), title: "full \(number)", to: furnished, as: kees)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (number, reply) in replies {
                if reply.status == 201 {
                    kept[try reply.id()] = number
                } else {
                    #expect(
                        reply.status == 503 && reply.problem == "notRecorded" && reply.text.contains("not recorded, nothing done"),
                        "\(reply.status) \(reply.text)")
                    refused += 1
                }
            }
        }
        #expect(refused > 0 && !kept.isEmpty, "\(refused) refused, \(kept.count) kept")
        // A file of its own finds no room either; it leaves no part.
        let large = try await daemon.add(Kluisd.largeContent, title: "full large", to: furnished, as: kees)
        #expect(large.status == 503 && large.problem == "notRecorded", "\(large.status) \(large.text)")
        // Its last checkpoint may find no room: then it does not end as if all were well.
        _ = try await daemon.stop()
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp").isEmpty)

        // The same state with room: everything acknowledged reads back equal, nothing else is there, and the ledger verifies.
        try await daemon.start()
        let again = try await daemon.signIn("joost", hat: "direction")
        for (item, number) in kept {
            let reply = try #require(Reply(try await daemon.read(item, in: furnished, as: again)))
            #expect(reply.status == 200 && reply.body == content(number))
        }
        let records = try await daemon.sqlite("SELECT count(*) FROM record WHERE kind = 40")
        #expect(records == "\(kept.count + 3)\n")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.add(content(99), title: "room again", to: furnished, as: again).status == 201)
        #expect(try await daemon.stop() == 0)
    }
}
