import LedgerFormat
import TLogConformance
import Testing
import TransparencyLog

@Suite struct LogLineTests {
    /// A line with every field set.
    private func fullLine(residents count: Int) throws -> LogLine {
        var line = LogLine(
            .decision(.permit, effect: .completed), moment: 1_763_770_000_000, caller: try Token("w-kees"), action: try Token("itemRead"),
            isVisible: true)
        line.organisation = try Token("o-debt")
        line.role = try Token("debtCounsellor")
        line.hat = try Token("help")
        line.household = try Token("h-77")
        line.residents = try (0..<count).map { LogLine.Concern(try Token("r-\($0)-x"), item: nil, consent: try Token("c-\($0)-x")) }
        line.item = try Token("i-555")
        line.layer = try Token("L3")
        line.lifeDomains = [try Token("finance"), try Token("housing")]
        line.purpose = try Token("D2")
        line.legalBasis = try Token("G4")
        line.consent = try Token("c-common")
        line.articles = [try Token("13.2"), try Token("10.4")]
        line.reglementVersion = try Token("2026-1")
        line.policySetDigest = try Token("aa11")
        line.factsDigest = try Token("bb22")
        line.traceID = try Token("4bf92f3577b34da6a3ce929d0e0e4736")
        line.note = .emergencyAccess
        return line
    }

    private func random(_ seed: UInt64 = 1) -> () -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return { generator.bytes(32) }
    }

    @Test func theOfficersSegmentHasEverything() throws {
        let line = try fullLine(residents: 3)
        let bytes = Segment.officers(line).bytes
        #expect(try Segment(parsing: bytes, slot: 4) == .officers(line))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text == """
                {"action":"itemRead","articles":["13.2","10.4"],"caller":"w-kees","consent":"c-common","effect":"completed","facts":"bb22",\
                "hat":"help","household":"h-77","item":"i-555","kind":"decision","layer":"L3","legalBasis":"G4",\
                "lifeDomains":["finance","housing"],"moment":1763770000000,"note":"emergencyAccess","organisation":"o-debt",\
                "policySet":"aa11","purpose":"D2","reglement":"2026-1","residentConsents":["c-0-x","c-1-x","c-2-x"],\
                "residents":["r-0-x","r-1-x","r-2-x"],"role":"debtCounsellor","trace":"4bf92f3577b34da6a3ce929d0e0e4736",\
                "verdict":"permit","visible":true}
                """)
    }

    /// A resident may live at a secret address: nothing in a resident's segment leads to another, nor to what links them.
    @Test func aResidentsSegmentTellsAboutNobodyElse() throws {
        let line = try fullLine(residents: 7)
        for (number, concern) in line.residents.enumerated() {
            let bytes = Segment.resident(line.segment(for: concern)).bytes
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("r-\(number)-x"))
            #expect(text.contains("c-\(number)-x"))
            #expect(text.contains("\"emergencyAccess\":true"))
            for other in 0..<7 where other != number {
                #expect(!text.contains("r-\(other)-x"))
                #expect(!text.contains("c-\(other)-x"))
            }
            for linking in ["h-77", "c-common", "i-555", "w-kees", "bb22", "4bf92f"] { #expect(!text.contains(linking), "\(linking)") }
            #expect(try Segment(parsing: bytes, slot: number % 4) == .resident(line.segment(for: concern)))
            // A resident's segment does not pass in the officers' slot, nor theirs in a resident's.
            #expect(throws: LedgerFormatError.self) { try Segment(parsing: bytes, slot: 4) }
        }
        #expect(throws: LedgerFormatError.self) { try Segment(parsing: Segment.officers(line).bytes, slot: 0) }
        // Without one of its own, a resident's segment does not get the line's consent or item: they may be another's.
        var shared = try fullLine(residents: 2)
        shared.residents = try ["r-a", "r-b"].map { LogLine.Concern(try Token($0)) }
        for concern in shared.residents {
            #expect(shared.segment(for: concern).consent == nil)
            #expect(shared.segment(for: concern).item == nil)
        }
        // Alone, the item and the consent are the resident's.
        let alone = try fullLine(residents: 1)
        let segment = alone.segment(for: alone.residents[0])
        #expect(segment.item?.text == "i-555")
        #expect(segment.consent?.text == "c-0-x")
    }

    @Test func aLineTakesAsManyLeavesAsItNeeds() throws {
        for (count, leaves) in [(0, 1), (1, 1), (4, 1), (5, 2), (8, 2), (9, 3)] {
            let line = try fullLine(residents: count)
            let built = try line.leaves(at: 100, random: random())
            #expect(built.count == leaves)
            #expect(line.leafCount == leaves)
            var found: [Token] = []
            for (number, part) in built.enumerated() {
                #expect(part.leaf.seq == 100 + UInt64(number))
                #expect(part.leaf.commitments.count == 5)
                #expect(Set(part.leaf.commitments).count == 5)
                #expect(try Leaf(parsing: part.leaf.bytes) == part.leaf)
                try part.side.verify(against: part.leaf)
                for opening in part.side.openings where opening.slot < 4 {
                    guard case .resident(let segment) = try Segment(parsing: opening.segment, slot: opening.slot) else {
                        Issue.record("no resident")
                        continue
                    }
                    found.append(segment.resident)
                }
                let officers = try #require(part.side.officers)
                let expected: Segment = number == 0 ? .officers(line) : .continuation(of: 100, moment: line.moment)
                #expect(try Segment(parsing: officers.segment, slot: 4) == expected)
            }
            #expect(found == line.residents.map(\.resident))
        }
    }

    /// All leaves look alike, however many residents: same length, no commitment repeated, and new ones each time.
    @Test func leavesDoNotShowWhatTheyHide() throws {
        let line = try fullLine(residents: 2)
        let one = try line.leaves(at: 100, random: random(1))[0].leaf
        let two = try line.leaves(at: 100, random: random(2))[0].leaf
        #expect(Set(one.commitments).isDisjoint(with: two.commitments))
        #expect(try fullLine(residents: 0).leaves(at: 100, random: random())[0].leaf.bytes.count == one.bytes.count)
        // Every slot takes fresh bytes, padding too.
        var calls = 0
        _ = try line.leaves(at: 100) {
            calls += 1
            return [UInt8](repeating: UInt8(calls), count: 32)
        }
        #expect(calls == 5)
        for short in [0, 31, 33] {
            #expect(throws: LedgerFormatError.noRandomness) { try line.leaves(at: 100) { [UInt8](repeating: 0, count: short) } }
        }
        struct NoEntropy: Error {}
        #expect(throws: LedgerFormatError.noRandomness) { try line.leaves(at: 100) { throw NoEntropy() } }
    }

    @Test func outcomesNameAnEarlierDecision() throws {
        var line = try fullLine(residents: 1)
        line.phase = .outcome(of: 99, .interrupted)
        let built = try line.leaves(at: 100, random: random())
        #expect(try Segment(parsing: try #require(built[0].side.officers).segment, slot: 4) == .officers(line))
        line.phase = .outcome(of: 100, .completed)
        #expect(throws: LedgerFormatError.malformedLine(.outcomeBeforeDecision)) { try line.leaves(at: 100, random: random()) }
    }

    @Test func impossibleLinesAreRefused() throws {
        let empty = try Token("")
        let table: [(LineDefect, (inout LogLine) throws -> Void)] = [
            (.moment, { $0.moment = -1 }),
            (.emptyToken, { $0.caller = empty }),
            (.emptyToken, { $0.purpose = empty }),
            (.emptyToken, { $0.articles = [empty] }),
            (.emptyToken, { $0.residents[0] = LogLine.Concern(try Token("r"), item: empty) }),
            (.residentTwice, { $0.residents.append($0.residents[0]) }),
            (.tooManyResidents, { $0.residents = try (0..<1025).map { LogLine.Concern(try Token("r\($0)")) } }),
            (.tooManyValues, { $0.articles = try (0..<65).map { try Token("\($0)") } }),
            (.sequenceNumber, { $0.phase = .outcome(of: UInt64.max, .completed) }),
        ]
        for (defect, change) in table {
            var line = try fullLine(residents: 2)
            try change(&line)
            #expect(throws: LedgerFormatError.malformedLine(defect)) { try line.leaves(at: 100, random: random()) }
        }
        #expect(throws: LedgerFormatError.malformedLine(.sequenceNumber)) {
            try fullLine(residents: 1).leaves(at: UInt64(Int64.max) - 1, random: random())
        }
    }

    /// Property: whatever a line holds, it comes back from its bytes, and no other bytes give it.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 6])
    func segmentsComeBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let line = try randomLine(&random)
            let bytes = Segment.officers(line).bytes
            #expect(try Segment(parsing: bytes, slot: 4) == .officers(line), "seed \(seed)")
            for concern in line.residents {
                let segment = Segment.resident(line.segment(for: concern))
                #expect(try Segment(parsing: segment.bytes, slot: 1) == segment, "seed \(seed)")
            }
            var altered = bytes
            let place = Int.random(in: 0..<altered.count, using: &random)
            altered[place] ^= UInt8.random(in: 1...255, using: &random)
            if let other = try? Segment(parsing: altered, slot: 4) { #expect(other.bytes == altered, "seed \(seed)") }
        }
    }

    private func randomLine(_ random: inout SeededGenerator) throws -> LogLine {
        func token(_ random: inout SeededGenerator) throws -> Token {
            let characters = Array("ABZabz019._:+/;-")
            return try Token(
                String((0..<Int.random(in: 1...20, using: &random)).map { _ in characters.randomElement(using: &random) ?? "a" }))
        }
        func maybe(_ random: inout SeededGenerator) throws -> Token? { Bool.random(using: &random) ? try token(&random) : nil }
        var line = LogLine(
            Bool.random(using: &random)
                ? .decision(
                    LogLine.Verdict.allCases.randomElement(using: &random) ?? .permit,
                    effect: Bool.random(using: &random) ? LogLine.Effect.allCases.randomElement(using: &random) : nil)
                : .outcome(of: UInt64.random(in: 0...UInt64(Int64.max), using: &random), .failed),
            moment: Int64.random(in: 0...Int64.max, using: &random), caller: try token(&random), action: try token(&random),
            isVisible: Bool.random(using: &random))
        line.organisation = try maybe(&random)
        line.role = try maybe(&random)
        line.hat = try maybe(&random)
        line.household = try maybe(&random)
        for number in 0..<Int.random(in: 0...6, using: &random) {
            line.residents.append(LogLine.Concern(try Token("r\(number)"), item: try maybe(&random), consent: try maybe(&random)))
        }
        line.item = try maybe(&random)
        line.layer = try maybe(&random)
        for _ in 0..<Int.random(in: 0...3, using: &random) { line.lifeDomains.append(try token(&random)) }
        line.purpose = try maybe(&random)
        line.legalBasis = try maybe(&random)
        line.consent = try maybe(&random)
        for _ in 0..<Int.random(in: 0...3, using: &random) { line.articles.append(try token(&random)) }
        line.reglementVersion = try maybe(&random)
        line.policySetDigest = try maybe(&random)
        line.factsDigest = try maybe(&random)
        line.traceID = try maybe(&random)
        line.note = Bool.random(using: &random) ? LogLine.Note.allCases.randomElement(using: &random) : nil
        return line
    }

    @Test func onlyTheCanonicalSpellingIsASegment() throws {
        let good = #"{"action":"a","caller":"c","kind":"decision","moment":5,"verdict":"permit","visible":true}"#
        #expect(throws: Never.self) { try Segment(parsing: Array(good.utf8), slot: 4) }
        let table = [
            "", "{}", "[]", good + " ", " " + good, good.replacing(":5", with: ": 5"), good.replacing(":5", with: ":05"),
            good.replacing(":5", with: ":-5"), good.replacing(":5", with: ":5.0"), good.replacing(":5", with: ":\"5\""),
            good.replacing(":5", with: ":9223372036854775808"), good.replacing("permit", with: "allow"),
            good.replacing("\"a\"", with: "\"\\u0061\""), good.replacing("\"a\"", with: "\"\""), good.replacing("\"a\"", with: "\"a b\""),
            good.replacing("true", with: "True"), good.replacing("true", with: "null"), good.replacing("true}", with: "true,}"),
            good.replacing("{\"action\"", with: "{\"action\":\"a\",\"action\""), good.replacing("\"kind\":\"decision\",", with: ""),
            good.replacing("\"caller\":\"c\",", with: ""), good.replacing("\"visible\"", with: "\"zzz\":1,\"visible\""),
            good.replacing("{", with: "{\"aaa\":\"b\","), good.replacing("\"caller\":\"c\"", with: "\"articles\":[],\"caller\":\"c\""),
            #"{"caller":"c","action":"a","kind":"decision","moment":5,"verdict":"permit","visible":true}"#,
            good.replacing("\"caller\":\"c\"", with: "\"caller\":\"c\",\"effect\":\"done\""),
            good.replacing("\"kind\":\"decision\"", with: "\"kind\":\"outcome\""),
            good.replacing("\"caller\":\"c\"", with: "\"articles\":[[\"1\"]],\"caller\":\"c\""),
        ]
        for text in table where text != good {
            #expect(throws: LedgerFormatError.malformedSegment, "\(text)") { try Segment(parsing: Array(text.utf8), slot: 4) }
        }
    }

    @Test func sideEntriesComeBackAndAreStrict() throws {
        let side = try fullLine(residents: 3).leaves(at: 100, random: random())[0].side
        let bytes = side.bytes
        #expect(try SideEntry(parsing: bytes) == side)
        for length in 0..<bytes.count {
            #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(parsing: Array(bytes.prefix(length))) }
        }
        #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(parsing: bytes + [0]) }
        for version: UInt8 in [0, 1, 3] {
            let wrongVersion = [version] + bytes.dropFirst()
            #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(parsing: wrongVersion) }
        }
        #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(seq: 100, openings: side.openings.reversed()) }
        #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(seq: 101, openings: side.openings) }
        #expect(throws: LedgerFormatError.malformedSideEntry) { try SideEntry(seq: 100, openings: []) }
    }

    @Test func aResidentsSegmentIsKeptOnceAndOpensItsCommitment() throws {
        for residents in 0...9 {
            for built in try fullLine(residents: residents).leaves(at: 100, random: random()) {
                let bytes = built.side.bytes
                let again = try SideEntry(parsing: bytes)
                #expect(again == built.side)
                #expect(again.openings == built.side.openings)
                try again.verify(against: built.leaf)
                let segments = built.side.openings.map(\.segment.count)
                let overhead = 10 + 37 * segments.count
                // The officers' slot is the last. Further leaves of a line have no line beside them, so they keep every segment.
                let isFirst = built.leaf.seq == 100
                #expect(bytes.count == overhead + (isFirst ? segments[segments.count - 1] : segments.reduce(0, +)))
            }
        }
    }

    @Test func aSegmentThatFollowsFromNothingIsRefused() throws {
        let side = try fullLine(residents: 2).leaves(at: 100, random: random())[0].side
        let bytes = side.bytes
        let mark: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        func refuses(_ bytes: [UInt8]) -> Bool { (try? SideEntry(parsing: bytes)) == nil }
        // The officers' segment itself cannot follow from the line.
        let officersLength = 10 + 2 * 37 + 33
        #expect(refuses(Array(bytes[..<officersLength]) + mark))
        // A slot for which the line has no resident.
        var third = bytes
        third[10 + 37] = 2
        #expect(refuses(third))
        // One kept and one that follows: two spellings of the same.
        let segment = side.openings[0].segment
        let length = UInt32(segment.count)
        let kept = Array(bytes[..<43]) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + segment
        #expect(refuses(kept + bytes[47...]))
        // No officers' slot at all.
        #expect(refuses(Array(bytes[..<9]) + [2] + bytes[10..<(10 + 2 * 37)]))
        // The other line's segment: the commitment tells.
        var other = try fullLine(residents: 2)
        other.moment += 1
        let otherSide = try other.leaves(at: 100, random: random())[0].side
        let mixed = Array(bytes[..<(10 + 2 * 37)]) + otherSide.bytes[(10 + 2 * 37)...]
        let leaf = try fullLine(residents: 2).leaves(at: 100, random: random())[0].leaf
        #expect(throws: LedgerFormatError.self) { try SideEntry(parsing: mixed).verify(against: leaf) }
    }

    @Test func openingFilesComeBackAndAreStrict() throws {
        let openings = try fullLine(residents: 6).leaves(at: 9, random: random()).flatMap(\.side.openings)
        let bytes = Openings.serialize(openings.reversed())
        #expect(try Openings.parse(bytes) == openings)
        #expect(try Openings.parse(Openings.serialize([])).isEmpty)
        let text = String(decoding: bytes, as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.swapAt(1, 2)
        let table: [(String, Int)] = [
            ("", 1), ("kluis-openings/v2\n", 1), (String(text.dropLast()), 1), (text + "\n", openings.count + 2),
            (lines.joined(separator: "\n"), 3), (text.replacing("\n9 0 ", with: "\n09 0 "), 2),
            (text.replacing("\n9 4 ", with: "\n9 5 "), 6),
        ]
        for (text, line) in table {
            #expect(throws: LedgerFormatError.malformedOpenings(line: line), "\(line)") { try Openings.parse(Array(text.utf8)) }
        }
    }
}
