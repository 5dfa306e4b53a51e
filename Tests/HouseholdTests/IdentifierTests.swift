import Testing

@testable import Household

struct IdentifierTests {
    // Made with Python's base64.b32encode, lower-cased, padding cut.
    @Test(arguments: [
        (Array(UInt8(0)..<16), "i-aaaqeayeaudaocajbifqydiob4"),
        ([UInt8](repeating: 0, count: 15) + [1], "i-aaaaaaaaaaaaaaaaaaaaaaaaae"),
    ])
    func knownTexts(bytes: [UInt8], text: String) throws {
        let id = try #require(ItemID(bytes: bytes))
        #expect(id.description == text)
        #expect(ItemID(text) == id)
        #expect(id.bytes == bytes)
    }

    @Test(arguments: [
        "", "i-", "p-aaaqeayeaudaocajbifqydiob4", "i-aaaqeayeaudaocajbifqydiob", "i-aaaqeayeaudaocajbifqydiob4a",
        "I-aaaqeayeaudaocajbifqydiob4",
        "i-AAAQEAYEAUDAOCAJBIFQYDIOB4", "i-aaaqeayeaudaocajbifqydiob5", "i-aaaqeayeaudaocajbifqydiob6", "i-aaaqeayeaudaocajbifqydiob7",
        "i-0aaqeayeaudaocajbifqydiob4", "i-aaaqeayeaudaocajbifqydio=4", "i_aaaqeayeaudaocajbifqydiob4", " i-aaaqeayeaudaocajbifqydiob4",
        "in-aaaqeayeaudaocajbifqydiob4", "i-\u{212A}aaqeayeaudaocajbifqydiob",
    ])
    func refusedTexts(text: String) { #expect(ItemID(text) == nil) }

    @Test func allZerosAndAllOnesNameNothing() {
        #expect(ItemID(bytes: [UInt8](repeating: 0, count: 16)) == nil)
        #expect(ItemID(bytes: [UInt8](repeating: 255, count: 16)) == nil)
        #expect(ItemID("i-aaaaaaaaaaaaaaaaaaaaaaaaaa") == nil)
        #expect(ItemID("i-77777777777777777777777774") == nil)
    }

    @Test func wrongByteCounts() {
        #expect(ItemID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
        #expect(ItemID(bytes: [UInt8](repeating: 1, count: 17)) == nil)
    }

    @Test func everyTextIsTheOnlyOne() throws {
        var random = SplitMix64(seed: 1)
        for _ in 0..<500 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let id = try #require(PersonID(bytes: bytes))
            #expect(PersonID(id.description) == id && id.bytes == bytes, "seed 1: \(id)")
            let other = try #require(PersonID(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }))
            #expect((id < other) == id.bytes.lexicographicallyPrecedes(other.bytes), "seed 1: \(id) \(other)")
        }
    }

    @Test func prefixesAreDistinct() {
        let kinds: [any Prefixed.Type] = [
            HouseholdID.self, PersonID.self, WorkerID.self, OrganisationID.self, ItemID.self, ConsentID.self, PlanID.self, GoalID.self,
            PlanActionID.self, InvolvementID.self, AuthorityID.self, RepresentationID.self, IncapacityID.self, ConflictID.self,
            RegistrationID.self, DirectorshipID.self, RoleAssignmentID.self, WorkerKeyID.self, RefusalID.self, ExcuseID.self,
        ]
        let prefixes = kinds.map { $0.prefix }
        #expect(Set(prefixes).count == 20)
        #expect(prefixes.allSatisfy { (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (97...122).contains($0) } })
    }

    @Test func partiesReadTheirIdentifiers() {
        let (person, organisation, household) = (PersonID.zero, OrganisationID.zero, HouseholdID.zero)
        #expect(Party(person.description) == .person(person))
        #expect(Party(organisation.description) == .organisation(organisation))
        #expect(Party(household.description) == nil)
        #expect(Subject(household.description) == .household(household))
        #expect(Subject(organisation.description) == nil)
        #expect(Actor("network") == .network)
        #expect(Actor("Network") == nil)
        #expect(Actor(organisation.description) == .organisation(organisation))
    }

    @Test func labelsKeepFreeTextOut() {
        #expect(Label("UAVG 30(3)(a)") != nil)
        #expect(Label("2026-1") != nil)
        for text in ["", " a", "a ", "é", "a\u{301}", "a\nb", "a'b", String(repeating: "a", count: 41)] {
            #expect(Label(text) == nil, "\(text)")
        }
    }

    @Test func bytesInHexadecimal() {
        let text = String(repeating: "0f", count: 32)
        #expect(Bytes32(hex: text)?.description == text)
        for bad in [String(repeating: "0F", count: 32), String(text.dropLast()), text + "0", String(repeating: "0g", count: 32)] {
            #expect(Bytes32(hex: bad) == nil)
        }
    }

    @Test func sortedSets() throws {
        let set: SortedSet<LifeDomain> = [.safety, .health, .safety]
        #expect(Array(set) == [.health, .safety])
        #expect(set.contains(.health) && !set.contains(.finance))
        #expect(!SortedSet<LifeDomain>().contains(.health))
        #expect(set.union([.finance]).count == 3 && set.subtracting([.health]) == [.safety] && set.isSubset(of: LifeDomain.allCases))
        for domain in LifeDomain.allCases { #expect(SortedSet(LifeDomain.allCases).contains(domain)) }
    }
}

private protocol Prefixed { static var prefix: String { get } }
extension Identifier: Prefixed {
    fileprivate static var prefix: String { Kind.prefix }
    fileprivate static var zero: Self { make(1) }
}
