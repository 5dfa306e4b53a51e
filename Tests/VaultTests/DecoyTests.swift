import GRDB
import Household
import Policy
import Storage
import Synchronization
import Testing

@testable import ReferenceMonitor
@testable import Vault

/// Who may not know that a household exists learns nothing from how much work its absence makes.
@Suite struct DecoyTests {
    private final class Steps: Sendable {
        private let statements = Mutex<[String]>([])
        func note(_ statement: String) { statements.withLock { $0.append(statement) } }
        var all: [String] { statements.withLock { $0.sorted() } }
    }

    /// The statements that reading the facts about something takes.
    private func steps(_ subject: Policy.Subject, _ test: TestVault) async throws -> [String] {
        let asker = test.caller(test.cast.kees, at: test.cast.start).asker
        let now = test.cast.start
        let steps = Steps()
        try await test.writer.perform { [vault = test.vault] transaction in
            transaction.sql.trace { steps.note($0.description.split(separator: " WHERE ").first.map(String.init) ?? "") }
            defer { transaction.sql.trace(options: []) }
            _ = try vault.facts(for: subject, asker: asker, at: now, in: transaction)
        }
        return steps.all
    }

    @Test func whatIsNotThereTakesTheSameSteps() async throws {
        let test = try await TestVault.make()
        // Nothing to hide and nothing to read instead.
        #expect(try await test.facts(.init(.household, household: .random()), test.cast.kees).household == nil)
        let house = try await test.household(), other = try await test.household(number: "H-0148")
        for id in [house, other] {
            _ = try await test.person(id, "Selma")
            try await test.direct(id)
        }
        let there = try await steps(.init(.household, household: house), test)
        #expect(there.contains { $0.contains("FROM record") })
        for _ in 0..<16 {
            #expect(try await steps(.init(.household, household: .random()), test) == there)
        }
        let item = try await steps(.init(.item, household: house, item: .random()), test)
        for _ in 0..<16 {
            #expect(try await steps(.init(.item, household: .random(), item: .random()), test) == item)
        }
        #expect(item.count > there.count)
    }

    /// A given name that nobody in the household has costs what one costs that somebody has: the statements, and the rows that they open.
    @Test func aNameThatNobodyHasTakesTheSameSteps() async throws {
        let test = try await TestVault.make()
        let house = try await test.household(), other = try await test.household(number: "H-0148")
        _ = try await test.person(house, "Selma")
        _ = try await test.person(other, "Emre")
        func steps(_ name: String, _ household: HouseholdID, finds: Bool) async throws -> [String] {
            let steps = Steps()
            try await test.writer.perform { [vault = test.vault] transaction in
                transaction.sql.trace(options: [.statement]) { event in
                    guard case .statement(let statement) = event else { return }
                    steps.note(statement.sql.split(separator: " WHERE ").first.map(String.init) ?? "")
                }
                defer { transaction.sql.trace(options: []) }
                let found = try vault.person(givenName: name, household: household, in: transaction)
                #expect((found != nil) == finds)
            }
            return steps.all
        }
        // The first look at the index reads its manifest as well, whatever it is for.
        _ = try await steps("selma", house, finds: true)
        let there = try await steps("selma", house, finds: true)
        #expect(there.count { $0.contains("facts, words, content FROM record") } == 1, "\(there)")
        for number in 0..<64 {
            // What is opened once is remembered, of the one as of the other.
            _ = try await steps("name \(number)", house, finds: false)
            let gone = try await steps("name \(number)", house, finds: false)
            // The last token of all has the first entry behind it: one more statement that finds nothing.
            #expect(Set(gone) == Set(there) && gone.count <= there.count + 1, "\(gone)")
        }
        #expect(try await steps("selma", other, finds: false).count >= there.count)
        #expect(try await steps("selma", .random(), finds: false).count >= there.count)
    }
}
