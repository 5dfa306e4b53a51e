import Cedar
import Testing

@Suite struct ValueTests {
    @Test func comparesStringsByBytes() {
        let composed = Text("\u{E9}")
        let decomposed = Text("e\u{301}")
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(EntityUID(type: "User", id: "\u{E9}") != EntityUID(type: "User", id: "e\u{301}"))
        #expect(Record([(key: composed, value: 1), (key: decomposed, value: 2)]).count == 2)
        #expect(Text("a") < Text("b"))
        // UTF-8 order is the order of scalars, unlike that of UTF-16.
        #expect(Text("\u{FFFF}") < Text("\u{10000}"))
        #expect(Text("a longer text that is not held inline") == Text("a longer text that is not held" + " inline"))
        #expect(Text("a longer text that is not held inline") != Text("a longer text that is not held inlinf"))
    }

    @Test func setsHaveNoOrderAndNoDuplicates() {
        let small: Value = [1, 2, 2, "a"]
        #expect(small == ["a", 2, 1])
        #expect(small != [1, 2])
        #expect(small.hashValue == Value.set(["a", 2, 1]).hashValue)
        let large = ValueSet((0..<100).map { Value.long($0 % 50) })
        #expect(large.count == 50)
        #expect(large.contains(49))
        #expect(!large.contains(50))
        #expect(large == ValueSet((0..<50).reversed().map(Value.long)))
        #expect(large.containsAll([3, 4]))
        #expect(!large.containsAll([3, 50]))
        #expect(large.containsAny([50, 3]))
        #expect(!large.containsAny([]))
        // Nine elements of which eight differ: the table is for more.
        let nine = ValueSet((0..<9).map { Value.long($0 % 8) })
        #expect(nine.count == 8)
        #expect(nine.contains(7))
    }

    /// Two deep sets that differ in one leaf, or in none: quick either way.
    @Test func comparesSetsOfSets() {
        func nested(_ depth: Int, _ leaf: Int64) -> Value {
            if depth == 0 { return .long(leaf) }
            return .set(ValueSet((0..<4).map { .record(["k": .long($0), "v": nested(depth - 1, leaf)]) }))
        }
        #expect(nested(5, 1) == nested(5, 1))
        #expect(nested(5, 1) != nested(5, 2))
        #expect(nested(5, 1).hashValue == nested(5, 1).hashValue)
        let mixed: Value = [1, [2, 3], ["a": 4]]
        #expect(mixed == [["a": 4], [3, 2], 1])
        #expect(mixed != [["a": 4], [3, 2], 2])
        guard case .set(let set) = mixed else { return }
        #expect(set.contains([3, 2]) && set.contains(1) && !set.contains([2]) && !set.contains(2))
    }

    @Test func recordsFindManyNames() {
        let entries = (0..<200).map { (key: Text("name\($0)"), value: Value.long(Int64($0))) }
        let record = Record(entries)
        for index in 0..<200 { #expect(record[Text("name\(index)")] == .long(Int64(index))) }
        #expect(record["name200"] == nil)
        #expect(record == Record(entries.reversed()))
        #expect(Record([(key: "a", value: 1), (key: "a", value: 2)]) == ["a": 2])
        #expect(Record([(key: "a", value: 2), (key: "b", value: 1)]) != ["a": 2])
    }

    @Test(arguments: [
        ("1.0", 10_000), ("-0.5", -5_000), ("01.10", 11_000), ("0.0001", 1), ("922337203685477.5807", Int64.max),
        ("-922337203685477.5808", Int64.min), ("0000000000000000000000000000001.0", 10_000),
    ])
    func readsDecimals(_ text: String, _ expected: Int64) throws {
        #expect(try CedarDecimal(parsing: Text(text)).tenThousandths == expected)
    }

    @Test(arguments: ["1", "1.", ".5", "+1.0", "--1.0", "1.00000", "1.5 ", "1.5\n", "1e1", "922337203685477.5808", "", ".", "-", "١.٢"])
    func refusesDecimals(_ text: String) {
        #expect(throws: CedarError.self) { try CedarDecimal(parsing: Text(text)) }
    }

    @Test func writesDecimals() {
        #expect(CedarDecimal(tenThousandths: -5_000).description == "-0.5000")
        #expect(CedarDecimal(tenThousandths: .min).description == "-922337203685477.5808")
        #expect(CedarDecimal(tenThousandths: 10_001).description == "1.0001")
    }

    @Test(arguments: [
        "1.2.3.4", "0.0.0.0/0", "255.255.255.255/32", "::", "::1", "FFFF::a", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::1:2:3:4:5:6:7",
        "::/0",
        "1:2:3::5:6:7:8", "::ffff:102:304",
    ])
    func readsAddresses(_ text: String) throws {
        let address = try CedarIPAddress(parsing: Text(text))
        #expect(try CedarIPAddress(parsing: Text(address.description)) == address)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.04", "256.1.1.1", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/032", "1.2.3.4/+8", "1.2.3.4/8/8", " 1.2.3.4",
        "::/129", "::/00", "::/", ":::", "1::2::3", "1:::2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
        "1:2:3:4:5:6:7", "12345::", "::1%eth0", "::ffff:1.2.3.4", "::1.2.3.4", "[::1]", "1.2.3.4:80", "0x1.1.1.1", "١.2.3.4",
    ])
    func refusesAddresses(_ text: String) {
        #expect(throws: CedarError.self) { try CedarIPAddress(parsing: Text(text)) }
    }

    @Test func rangesOfAddresses() throws {
        func ip(_ text: Text) throws -> CedarIPAddress { try CedarIPAddress(parsing: text) }
        #expect(try ip("1.2.3.4/8") != ip("1.0.0.0/8"))
        #expect(try ip("1.2.3.4/8").isInRange(ip("1.0.0.0/8")))
        #expect(try ip("1.2.3.4/0").isInRange(ip("5.6.7.8/0")))
        #expect(try !ip("::/0").isInRange(ip("::/1")))
        #expect(try !ip("1.2.3.4").isInRange(ip("::/0")))
        #expect(try ip("127.0.0.1/8").isLoopback)
        #expect(try !ip("127.0.0.1/4").isLoopback)
        #expect(try !ip("::1/64").isLoopback)
        #expect(try ip("224.0.0.1/4").isMulticast)
        #expect(try !ip("224.0.0.1/3").isMulticast)
        #expect(try !ip("ff00::/7").isMulticast)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -86_400_000), ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("1970-01-01T00:00:00.001Z", 1),
        ("1970-01-01T00:00:00+0100", -3_600_000), ("1970-01-01T00:00:00.500-2359", 86_340_500), ("0000-01-01", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func readsMoments(_ text: String, _ expected: Int64) throws {
        let moment = try CedarDateTime(parsing: Text(text))
        #expect(moment.milliseconds == expected)
        #expect(try CedarDateTime(parsing: Text(moment.description)) == moment)
    }

    @Test(arguments: [
        "", "2024-1-1", "2023-02-29", "1900-02-29", "2024-00-01", "2024-13-01", "2024-04-31", "2024-01-00", "-2024-01-01", "02024-01-01",
        "2024-01-01T", "2024-01-01Z", "2024-01-01T00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00", "2024-01-01t00:00:00z", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.1234Z", "2024-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060", "2024-01-01T00:00:00Z ", " 2024-01-01", "٢٠٢٤-01-01",
    ])
    func refusesMoments(_ text: String) {
        #expect(throws: CedarError.self) { try CedarDateTime(parsing: Text(text)) }
    }

    @Test func daysBefore1970() throws {
        let moment = try CedarDateTime(parsing: "1969-12-31T23:59:59Z")
        #expect(moment.startOfDay?.milliseconds == -86_400_000)
        #expect(moment.timeOfDay.milliseconds == 86_399_000)
        #expect(CedarDateTime(milliseconds: .min).startOfDay == nil)
        #expect(CedarDateTime(milliseconds: .min).timeOfDay.milliseconds == 60_424_192)
        #expect(CedarDateTime(milliseconds: .max).startOfDay != nil)
        #expect(CedarDateTime(milliseconds: 0).offset(by: CedarDuration(milliseconds: .max))?.milliseconds == .max)
        #expect(CedarDateTime(milliseconds: 1).offset(by: CedarDuration(milliseconds: .max)) == nil)
        #expect(CedarDateTime(milliseconds: .min).durationSince(CedarDateTime(milliseconds: 1)) == nil)
        #expect(CedarDateTime(milliseconds: .min).description.hasSuffix("Z"))
        #expect(CedarDateTime(milliseconds: .max).description.hasSuffix("Z"))
    }

    @Test(arguments: [
        ("1d2h3m4s5ms", 93_784_005), ("-1ms", -1), ("1s1ms", 1_001), ("1m1ms", 60_001), ("0d0h0m0s0ms", 0), ("-0ms", 0),
        ("9223372036854775807ms", Int64.max), ("-9223372036854775808ms", Int64.min), ("-106751991167d7h12m55s808ms", Int64.min),
        ("000000000000000000000000000001ms", 1),
    ])
    func readsDurations(_ text: String, _ expected: Int64) throws {
        #expect(try CedarDuration(parsing: Text(text)).milliseconds == expected)
    }

    @Test(arguments: [
        "", "-", "1", "d", "+1d", "1D", "1d ", "2h1d", "1d1d", "1ms1s", "1.5d", "1d-1h", "9223372036854775808ms", "-9223372036854775809ms",
        "106751991167d7h12m55s808ms", "99999999999999999999999ms", "18446744073709551616ms", "213503982335d",
    ])
    func refusesDurations(_ text: String) {
        #expect(throws: CedarError.self) { try CedarDuration(parsing: Text(text)) }
    }

    @Test func textOfValuesReadsBack() throws {
        let values: [Value] = [
            true, .long(.min), "q\"\\\n\u{7F}\0é", .entity(EntityUID(type: "A::B", id: "\"")), [1, ["a"]], ["a b": 1, "c": ["d": []]],
            .decimal(CedarDecimal(tenThousandths: -1)), .duration(CedarDuration(milliseconds: -5)),
            .ipaddr(try CedarIPAddress(parsing: "1.2.3.4/8")), .datetime(CedarDateTime(milliseconds: -1)),
        ]
        let request = Request(
            principal: EntityUID(type: "U", id: "a"), action: EntityUID(type: "Action", id: "a"), resource: EntityUID(type: "T", id: "a"),
            context: ["v": .set(ValueSet(values))])
        for value in values {
            let text = "permit(principal,action,resource) when { context.v.contains(\(value)) };"
            let prepared = try PreparedPolicySet(PolicySet(parsing: text))
            #expect(prepared.authorize(request, entities: Entities(), mode: .strict).decision == .allow, "\(value)")
            #expect(try Value(json: JSON(parsing: value.json.text)) == value)
        }
    }
}
