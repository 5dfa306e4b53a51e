import Household
import Policy
import Storage
import Testing

@testable import Vault

@Suite struct IndexTests {
    @Test(arguments: [
        ("Aydin", "aydin"), ("  De   Wit ", "de wit"), ("DE WIT", "de wit"), ("M\u{FC}ller", "mu\u{308}ller"), ("Weiß", "WEISS"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("de\u{A0}Wit", "de wit"), ("IJsbrand", "ĳsbrand"), ("", " \t\n"),
    ])
    func namesThatAreOne(pair: (String, String)) {
        #expect(IndexValue.normalised(pair.0) == IndexValue.normalised(pair.1))
    }

    @Test(arguments: [("Aydin", "Aydın"), ("Muller", "Müller"), ("de wit", "dewit"), ("O", "0"), ("Kaya", "Kaya-Aydin")])
    func namesThatAreNot(pair: (String, String)) {
        #expect(IndexValue.normalised(pair.0) != IndexValue.normalised(pair.1))
    }

    @Test(
        arguments: [
            ("Dorpsstraat 12, 1234 AB Waterwolde", "1234ab 12"), ("1234AB 12", "1234ab 12"), ("1234 ab 12a", "1234ab 12a"),
            ("Plein 1945 nr 7b 9876ZX", "9876zx 7b"), ("Dorpsstraat 12", nil), ("1234 AB", nil), ("0234 AB 12", nil), ("12345 AB 1", nil),
            ("1234 ABC 12", nil), ("", nil), ("9", nil),
        ] as [(String, String?)])
    func addresses(pair: (String, String?)) {
        #expect(IndexValue.address(pair.0).map { String(decoding: $0, as: UTF8.self) } == pair.1)
    }

    @Test func peopleAreFoundByTokensAlone() async throws {
        let test = try await TestVault.make()
        let (one, two) = (try await test.household(), try await test.household(number: "H-0200", address: ""))
        let selma = try await test.person(one, "Selma", "Aydin")
        _ = try await test.person(two, "Selma", "de Wit", address: "Kade 3, 4321 ZZ")
        _ = try await test.person(two, "Jan", "Aydin", born: "1990-01-01")
        _ = try await test.person(two, "Jan", "Bakker", born: "1991-01-01")
        let joost = test.cast.joost
        func matches(_ term: String) async throws -> Bool {
            let token = try test.vault.searchToken(term)
            return try await test.facts(Policy.Subject(.vault, searchTerm: token), joost).searchMatches.any
        }
        for term in ["aydin", "SELMA  AYDIN", "De Wit", "4321zz 3", "1234 AB 12"] { #expect(try await matches(term), "\(term)") }
        for term in ["Selma", "Aydi", "4321 ZZ", "4321 ZZ 4", "", "Dorpsstraat"] { #expect(try await !matches(term), "\(term)") }
        func person(_ name: String, _ household: HouseholdID) async throws -> PersonID? {
            try await test.writer.perform { [vault = test.vault] in try vault.person(givenName: name, household: household, in: $0) }
        }
        #expect(try await person("selma", one) == selma)
        #expect(try await person("noor", one) == nil)
        // Two of them: not guessed.
        #expect(try await person("jan", two) == nil)
        #expect(try test.vault.searchToken("Aydin") == test.vault.searchToken(" AYDIN"))
        #expect(try test.vault.searchToken("Aydin").bytes.count == 16)
        let before = try test.vault.searchToken("Aydin")
        #expect(try await test.reopened().vault.searchToken("aydin") == before)
    }

    @Test func aBlockedWorkerIsTold() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        _ = try await test.person(household, "Selma", "Aydin")
        _ = try await test.change(DeclareConflict(household: household, kind: .neighbour), by: test.cast.nico) {
            [vault = test.vault] grant, transaction in
            try vault.declareConflict(grant, note: "naaste buur", in: transaction)
        }
        let subject = Policy.Subject(.vault, searchTerm: try test.vault.searchToken("aydin"))
        let nico = try await test.facts(subject, test.cast.nico).searchMatches
        let kees = try await test.facts(subject, test.cast.kees).searchMatches
        #expect(nico.blocked && nico.any && !kees.blocked && kees.any)
    }

    @Test func listsOfTargetsGrowAndShrink() async throws {
        let test = try await TestVault.make()
        let targets = (0..<20).map { _ in IndexTarget(.registry, WorkerID.random()) }
        let found = try await test.writer.perform { [registry = test.vault.registry] transaction in
            let sql = transaction.sql
            for target in targets { try registry.index(.name, [1], to: target, sql) }
            try registry.index(.name, [1], to: targets[3], sql)
            var found = [
                try registry.lookUp(.name, [1], sql), try registry.lookUp(.name, [2], sql), try registry.lookUp(.address, [1], sql),
            ]
            for target in targets.dropLast() { try registry.unindex(.name, [1], from: target, sql) }
            found.append(try registry.lookUp(.name, [1], sql))
            try registry.unindex(.name, [1], from: targets[19], sql)
            found.append(try registry.lookUp(.name, [1], sql))
            try registry.index(.name, [1], to: targets[0], sql)
            return found
        }
        #expect(found == [targets.sorted(), [], [], [targets[19]], []])
        _ = try await test.reopened()
    }
}
