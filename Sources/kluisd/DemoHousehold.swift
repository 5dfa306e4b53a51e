import Foundation
import Household
import Policy
import ReferenceMonitor
import Vault

/// Fills a practice vault with the household of the scenario, the way its workers would: each step signed in, decided and recorded.
struct DemoHousehold {
    let daemon: Daemon
    /// The folder with the sign-in keys, where `demo.json` goes.
    let keys: String

    private struct Resident {
        let name: String
        let family: String
        let born: String
        let relation: Relation
        let livesIn: Bool
        let secret: Bool
    }
    private static let residents = [
        Resident(name: "Selma", family: "Aydin", born: "1987-03-11", relation: .parent, livesIn: true, secret: false),
        Resident(name: "Ronald", family: "de Wit", born: "1984-06-25", relation: .formerPartner, livesIn: false, secret: true),
        Resident(name: "Emre", family: "Aydin", born: "2008-11-20", relation: .child, livesIn: true, secret: false),
        Resident(name: "Noor", family: "de Wit", born: "2011-09-03", relation: .child, livesIn: true, secret: false),
        Resident(name: "Sem", family: "de Wit", born: "2018-05-02", relation: .child, livesIn: true, secret: false),
        Resident(name: "Hatice", family: "Kaya", born: "1953-02-17", relation: .grandparent, livesIn: true, secret: false),
    ]

    func make() async throws {
        let vault = daemon.vault
        let joost = try await signIn("joost", hat: .direction)
        let mirjam = try await signIn("mirjam", hat: .direction)
        let municipality = try await reference { try vault.organisation(handle: "waterwolde", in: $0) }
        let household = try await change(CreateHousehold(municipality: municipality), joost, .intakeAndTriage) { grant, transaction in
            try vault.createHousehold(grant, words: HouseholdWording(number: "H-0147"), in: transaction).id
        }
        var persons: [String: PersonID] = [:]
        for resident in Self.residents {
            guard let born = CalendarDay(resident.born) else { continue }
            let person = Person(
                id: .random(), household: household, birthDay: born, relation: resident.relation, livesIn: resident.livesIn,
                secretAddress: resident.secret)
            let words = PersonWords(id: person.id, givenName: resident.name, familyName: resident.family)
            persons[resident.name.lowercased()] = try await change(
                AddPerson(household: household, person: person), joost, .intakeAndTriage
            ) { grant, transaction in try vault.addPerson(grant, words: words, in: transaction).id }
        }
        func person(_ name: String) throws -> PersonID {
            guard let id = persons[name] else { throw Ending.failed("the demo household lacks \(name)") }
            return id
        }
        for (child, holder, kind) in [
            ("emre", "selma", AuthorityKind.sole), ("noor", "selma", .joint), ("noor", "ronald", .joint), ("sem", "selma", .joint),
            ("sem", "ronald", .joint),
        ] {
            let record = Authority(
                id: .random(), household: household, child: try person(child), holder: .person(try person(holder)), kind: kind,
                evidence: .authorityRegister, from: Waterwolde.beginning.day)
            _ = try await change(RecordAuthority(household: household, record: record), joost, .intakeAndTriage) { grant, transaction in
                try vault.recordAuthority(grant, in: transaction).id
            }
        }
        let mentor = Representation(
            id: .random(), household: household, person: try person("hatice"), representative: .person(try person("selma")), kind: .mentor,
            evidence: .courtDecision, from: Waterwolde.beginning.day)
        _ = try await change(RecordRepresentation(household: household, record: mentor), joost, .intakeAndTriage) { grant, transaction in
            try vault.recordRepresentation(grant, in: transaction).id
        }
        let director = try await reference { try vault.worker(handle: "joost", in: $0) }
        _ = try await change(
            AppointDirector(household: household, worker: director, preference: .followed), mirjam, .direction
        ) { grant, transaction in
            try vault.appointDirector(grant, words: AppointmentWording(), in: transaction).id
        }
        for (handle, role) in [("fatima", Role.teamMember), ("kees", .teamMember), ("wendy", .teamMember), ("sander", .accessOfficer)] {
            let worker = try await reference { try vault.worker(handle: handle, in: $0) }
            let involvement = GrantInvolvement(
                household: household, worker: worker, role: role, persons: nil,
                purpose: role == .accessOfficer ? .provisionDecision : .plan,
                from: daemon.clock.now().day, until: CalendarDay("2026-07-07") ?? daemon.clock.now().day)
            _ = try await change(involvement, joost, .direction) { grant, transaction in
                try vault.grantInvolvement(grant, in: transaction).id
            }
        }
        var names = persons.mapValues(\.description)
        names["H"] = household.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(names).write(to: URL(filePath: keys + "/demo.json"))
    }

    private func change<A: Change, Output: Sendable>(
        _ action: A, _ caller: Caller, _ purpose: Purpose,
        _ body: @escaping @Sendable (consuming Grant<A>, borrowing OpenTransaction) throws -> Output
    ) async throws -> Output {
        let attempt = Attempt(action, by: caller, purpose: purpose, trace: Self.trace())
        switch try await daemon.monitor.change(attempt, body) {
        case .done(let output, _): return output
        case .refused(let refused):
            throw Ending.failed(
                "the demo household was refused \(A.action): \(refused.refusal.articles.map(\.description).joined(separator: " "))")
        case .failed(let error, _): throw error
        }
    }

    private func reference<ID: Sendable>(_ body: @escaping @Sendable (borrowing OpenTransaction) throws -> ID?) async throws -> ID {
        guard let id = try await daemon.monitor.references(body) else { throw Ending.failed("the cast of the demo is not there") }
        return id
    }

    private func signIn(_ handle: String, hat: Hat) async throws -> Caller {
        let challenge = daemon.authenticator.challenge(worker: handle, hat: hat, peer: getuid())
        let file = keys + "/challenge-\(UInt32.random(in: 0 ... .max))"
        defer {
            try? FileManager.default.removeItem(atPath: file)
            try? FileManager.default.removeItem(atPath: file + ".sig")
        }
        try Data(challenge.text.utf8).write(to: URL(filePath: file))
        try KeyTool.run(["-q", "-Y", "sign", "-f", keys + "/" + handle, "-n", challenge.namespace, file])
        let signature = try String(contentsOfFile: file + ".sig", encoding: .utf8)
        return try await daemon.authenticator.signIn(
            challenge: challenge.text, signature: signature, peer: getuid(), trace: Self.trace()
        ).1
    }

    private static func trace() -> TraceID {
        while true {
            if let trace = TraceID(bytes: (0..<16).map { _ in UInt8.random(in: 0 ... .max) }) { return trace }
        }
    }
}
