import Cedar
import Testing

@Suite struct JSONTests {
    @Test func readsExactly() throws {
        let json = try JSON(
            parsing:
                #" {"a": [1, -2, 9223372036854775807, 9223372036854775808, 1.5, 1e3, -0, true, false, null, "\u00e9\ud83d\ude00\n\/"]} "#)
        #expect(
            json == [
                "a": [
                    1, -2, 9_223_372_036_854_775_807, .number("9223372036854775808"), .number("1.5"), .number("1e3"), .number("-0"), true,
                    false,
                    .null, "é😀\n/",
                ]
            ])
        #expect(try JSON(parsing: json.text) == json)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "01",
        "-", "1.",
        ".5", "1e", "+1", "tru", "nul", "NaN", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\n\"",
        "1 2",
        "[] x", "\u{FEFF}[]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\u{0}", "[1]]",
    ])
    func refuses(_ text: String) {
        #expect(throws: CedarError.self) { try JSON(parsing: text) }
    }

    @Test func refusesBytesThatAreNotText() {
        #expect(throws: CedarError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: CedarError.self) { try JSON(parsing: [0x22, 0xC0, 0x80, 0x22]) }
        #expect(throws: CedarError.self) { try JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func tellsNamesThatOnlyLookAlikeApart() throws {
        #expect(try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue?.count == 2)
    }

    @Test func findsRepeatedNamesAmongMany() {
        let names = (0..<50).map { "\"n\($0)\":1" } + ["\"n3\":1"]
        #expect(throws: CedarError.self) { try JSON(parsing: "{\(names.joined(separator: ","))}") }
    }

    @Test func boundsDepth() throws {
        _ = try JSON(parsing: String(repeating: "[", count: 127) + String(repeating: "]", count: 127))
        for text in [String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 1_000_000)] {
            #expect { try JSON(parsing: text) } throws: { ($0 as? CedarError)?.code == .limitExceeded }
        }
    }

    @Test func saysWhere() {
        #expect { try JSON(parsing: "[1,\n  x]") } throws: {
            ($0 as? CedarError)?.location == SourceLocation(offset: 6, line: 2, column: 3)
        }
    }
}
