import GRDB
import Household
import Sealing
import Storage
import Testing

@testable import ReferenceMonitor
@testable import Vault

@Suite struct AnswerTests {
    private let request = SHA256.hash([1]).bytes
    private let other = SHA256.hash([2]).bytes

    private func replayed(_ test: TestVault, _ key: String, _ worker: WorkerID, _ digest: [UInt8]) async throws -> [UInt8]? {
        let caller = test.caller(worker, at: test.cast.start)
        return try await test.writer.perform { [vault = test.vault] in
            try vault.replayed(key: key, caller: caller, requestDigest: digest, in: $0)
        }
    }

    private func remember(_ test: TestVault, _ answer: [UInt8], _ key: String, _ worker: WorkerID, _ digest: [UInt8], at now: Moment)
        async throws
    {
        let caller = test.caller(worker, at: now)
        try await test.writer.perform { [vault = test.vault] in
            try vault.remember(answer, key: key, caller: caller, requestDigest: digest, at: now, in: $0)
        }
    }

    @Test func theSameRequestGetsTheSameAnswer() async throws {
        let test = try await TestVault.make()
        let cast = test.cast
        #expect(try await replayed(test, "k1", cast.joost, request) == nil)
        try await remember(test, Array("{\"id\":\"geheim\"}".utf8), "k1", cast.joost, request, at: cast.start)
        #expect(try await replayed(test, "k1", cast.joost, request) == Array("{\"id\":\"geheim\"}".utf8))
        await #expect(throws: VaultError.keyUsedForAnotherRequest) { try await replayed(test, "k1", cast.joost, other) }
        // Another worker's key of the same name is another key.
        #expect(try await replayed(test, "k1", cast.kees, other) == nil)
        #expect(try await replayed(test, "k2", cast.joost, request) == nil)
        await #expect(throws: VaultError.keyUsedForAnotherRequest) {
            try await remember(test, [], "k1", cast.joost, other, at: cast.start)
        }
        let again = try await test.reopened()
        #expect(try await replayed(again, "k1", cast.joost, request) == Array("{\"id\":\"geheim\"}".utf8))
    }

    @Test func anAnswerLivesAndDiesWithItsTransaction() async throws {
        let test = try await TestVault.make()
        let caller = test.caller(test.cast.joost, at: test.cast.start)
        struct Failed: Error {}
        await #expect(throws: Failed.self) {
            try await test.writer.perform { [vault = test.vault, request, start = test.cast.start] transaction in
                try vault.remember([1], key: "k", caller: caller, requestDigest: request, at: start, in: transaction)
                throw Failed()
            }
        }
        #expect(try await replayed(test, "k", test.cast.joost, request) == nil)
    }

    @Test func answersAreKeptForADayAndSealed() async throws {
        let test = try await TestVault.make()
        let cast = test.cast
        func after(_ hours: Int64) -> Moment { cast.start.adding(milliseconds: hours * 3_600_000) }
        try await remember(test, [1], "k1", cast.joost, request, at: after(0))
        try await remember(test, [2], "k2", cast.joost, request, at: after(24))
        #expect(try await replayed(test, "k1", cast.joost, request) == [1])
        try await remember(test, [3], "k3", cast.joost, request, at: after(72))
        #expect(try await replayed(test, "k1", cast.joost, request) == nil)
        #expect(try await replayed(test, "k3", cast.joost, request) == [3])
        try test.tamper("UPDATE answer SET day = day + 1")
        await #expect(throws: VaultError.doesNotVerify(.recordForged)) { try await replayed(test, "k3", cast.joost, request) }
    }
}
