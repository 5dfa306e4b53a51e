import Testing

@testable import Wire

@Suite struct StrictJSONTests {
    private func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(WireError) -> JSONTree {
        try StrictJSON.parse(Array(text.utf8), limits: limits)
    }

    @Test(arguments: [
        ("null", JSONTree.null), ("true", .bool(true)), ("false", .bool(false)), ("0", .number("0")), ("-1.5e+3", .number("-1.5e+3")),
        (" [ 1 , \"a\" ] ", .array([.number("1"), .string("a")])), ("{}", .object([])),
        ("{\"a\":{\"b\":[]}}", .object([("a", .object([("b", .array([]))]))])),
        ("\"\\u00e9\\ud83d\\ude00\\n\\/\"", .string("é😀\n/")),
    ])
    func accepts(text: String, tree: JSONTree) throws {
        #expect(try parse(text) == tree)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "+1", "01", "1.", ".5", "1e", "-", "[1,]", "[,1]", "{,}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":}",
        "'a'",
        "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "[1] 2", "{} {}", "\u{FEFF}{}",
        "NaN",
        "Infinity", "[1 2]", "/*a*/1",
    ])
    func refuses(text: String) {
        #expect(throws: WireError.self) { try parse(text) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        for bytes: [UInt8] in [[0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0xFF]] {
            #expect(throws: WireError.self) { try StrictJSON.check(bytes) }
        }
    }

    @Test func refusesTheSameKeyTwiceAlsoBehindAnEscape() {
        #expect(throws: WireError.duplicateKey(at: 7)) { try parse("{\"a\":1,\"a\":2}") }
        #expect(throws: WireError.duplicateKey(at: 7)) { try parse("{\"a\":1,\"\\u0061\":2}") }
        #expect(throws: WireError.duplicateKey(at: 13)) { try parse("[{\"b\":{\"c\":1,\"c\":1}}]") }
        // The same character in two spellings is two keys: bytes are compared, not what they look like.
        #expect(throws: Never.self) { try parse("{\"\u{e9}\":1,\"e\u{301}\":2}") }
    }

    @Test func depthIsCountedExactly() {
        let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try parse(deep) }
        #expect(throws: WireError.tooDeep(limit: 32)) { try parse("[" + deep + "]") }
        #expect(throws: WireError.tooDeep(limit: 32)) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func sizeIsCountedExactly() {
        #expect(throws: Never.self) { try parse("[1]", limits: JSONLimits(bytes: 3)) }
        #expect(throws: WireError.tooLarge(limit: 3)) { try parse("[12]", limits: JSONLimits(bytes: 3)) }
    }

    @Test func elementsOfAnArrayAreCountedExactly() {
        let limits = JSONLimits(elements: 2)
        #expect(throws: Never.self) { try parse("[[1,2],[3,4]]", limits: limits) }
        #expect(throws: WireError.tooMany(limit: 2, at: 5)) { try parse("[1,2, 3]", limits: limits) }
        #expect(throws: WireError.tooMany(limit: 2, at: 10)) { try parse("{\"a\":[1,2,3]}", limits: limits) }
    }

    @Test func truncationsNeverPass() throws {
        let text = Array("{\"a\":[1,2,{\"b\":\"\\u00e9\"}],\"c\":null}".utf8)
        #expect(throws: Never.self) { try StrictJSON.check(text) }
        for end in 0..<text.count {
            #expect(throws: WireError.self) { try StrictJSON.check(Array(text[..<end])) }
        }
    }

    @Test func anythingAtAllIsReadOrRefusedButNeverTraps() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let letters = Array("{}[]\",:\\u0019eE+-.truefalsn \u{1}é".utf8)
        var read = 0
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...24, using: &random)).map { _ in letters.randomElement(using: &random) ?? 0 }
            if (try? StrictJSON.parse(text)) != nil { read += 1 }
        }
        #expect(read > 0, "seed \(seed)")
    }
}

/// SplitMix64, so that a failing run can be repeated from the seed it prints.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
