import Testing

@testable import Sealing

@Suite("Associated data")
struct AssociatedDataTests {
    /// Computed by hand from the rules of the encoding.
    @Test func encodingKnownAnswer() {
        let text =
            "010c000000000000006974656d2d636f6e74656e74000000000000000003"
            + "05000000000000007661756c740d000000000000005761746572776f6c646520c3a9"
            + "0204000000000000006974656d0300000000000000010203" + "04070000000000000076657273696f6e08000000000000000700000000000000"
            + "050600000000000000706172656e740000000000000000"
        #expect(AssociatedData.sample.bytes == [UInt8](hexadecimal: text))
    }

    enum Value: Hashable {
        case bytes([UInt8]), text([UInt8]), number(UInt64), absent
    }

    struct Field: Hashable {
        var name: String
        var value: Value
    }

    /// A second, independent reader of the encoding: it can only give back what was put in if the encoding is injective.
    static func decode(_ bytes: [UInt8]) -> [Field]? {
        var rest = bytes[...]
        func number() -> UInt64? {
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.dropFirst(8) }
            return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        func block() -> [UInt8]? {
            guard let count = number().flatMap(Int.init(exactly:)), rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        var fields: [Field] = []
        while let kind = rest.popFirst() {
            guard let name = block(), let value = block() else { return nil }
            let decoded: Value
            switch kind {
            case 1, 2: decoded = .bytes(value)
            case 3: decoded = .text(value)
            case 4:
                guard value.count == 8 else { return nil }
                decoded = .number(value.reversed().reduce(0) { $0 << 8 | UInt64($1) })
            case 5: decoded = .absent
            default: return nil
            }
            fields.append(Field(name: String(decoding: name, as: UTF8.self), value: decoded))
        }
        return fields
    }

    static func encode(_ fields: [Field]) -> AssociatedData {
        var data = AssociatedData("record")
        for field in fields {
            let name: StaticString =
                switch field.name {
                case "a": "a"
                case "ab": "ab"
                default: "b"
                }
            switch field.value {
            case .bytes(let value): data.append(name, bytes: value)
            case .text(let value): data.append(name, text: String(decoding: value, as: UTF8.self))
            case .number(let value): data.append(name, number: value)
            case .absent: data.append(name, bytes: nil)
            }
        }
        return data
    }

    @Test("the encoding gives back exactly the fields, so no two sequences share one")
    func injective() throws {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        var seen: [[UInt8]: [Field]] = [:]
        // Few names, few values, short fields: near-collisions are the common case.
        let texts: [[UInt8]] = [
            [], Array("a".utf8), Array("ab".utf8), Array("b".utf8), [0], [5, 0], Array("é".utf8), Array("e\u{301}".utf8),
        ]
        for _ in 0..<5_000 {
            let fields = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                let value: Value =
                    switch Int.random(in: 0...3, using: &generator) {
                    case 0: .bytes(texts.randomElement(using: &generator) ?? [])
                    case 1: .text(texts.randomElement(using: &generator) ?? [])
                    case 2: .number([0, 1, 5, 256, .max].randomElement(using: &generator) ?? 0)
                    default: .absent
                    }
                return Field(name: ["a", "ab", "b"].randomElement(using: &generator) ?? "a", value: value)
            }
            let bytes = AssociatedDataTests.encode(fields).bytes
            let decoded = try #require(AssociatedDataTests.decode(bytes), "seed \(seed)")
            #expect(Array(decoded.dropFirst()) == fields, "seed \(seed)")
            if let earlier = seen[bytes] { #expect(earlier == fields, "seed \(seed)") }
            seen[bytes] = fields
        }
        #expect(seen.count > 1_000)
    }

    @Test("values that are easily confused differ")
    func confusions() {
        let base = AssociatedData("record")
        let all = [
            base, AssociatedData("recor"), base.adding("a", text: ""), base.adding("a", bytes: []), base.adding("a", bytes: nil),
            base.adding("a", number: 0), base.adding("a", bytes: [UInt8](repeating: 0, count: 8)), base.adding("a", text: "bc"),
            base.adding("ab", text: "c"), base.adding("a", text: "b").adding("c", text: ""),
            base.adding("c", text: "").adding("a", text: "b"),
            base.adding("a", text: "é"), base.adding("a", text: "e\u{301}"), base.adding("a", text: "").adding("a", text: ""),
        ]
        #expect(Set(all.map(\.bytes)).count == all.count)
    }
}
