import Cedar
import Testing

/// Entities read and checked with a schema; each verdict is that of the reference implementation.
@Suite struct SchemaEntityTests {
    private static let schema = #"""
        entity G in [O]; entity O; entity H in [H];
        entity U in [G] { opt?: Long, b?: Bool, s?: String, u?: U, e?: E, rec?: {x?: Long, y: Long, z?: {d: decimal}}, dt?: datetime, du?: duration, ip?: ipaddr, d?: decimal, sl?: Set<Long>, su?: Set<U>, sd?: Set<decimal>, act?: Action, r2?: {"": Long}};
        entity T tags decimal; entity TR tags {a: Long}; entity TS tags Set<U>;
        entity R { req: Long };
        entity E enum ["a","b"]; entity EP in [E] {};
        action grp; action mid in [grp];
        action a in [mid] appliesTo { principal: [U], resource: [G,E], context: {c?: Bool, u?: U, e?: E, d?: decimal, act?: Action, s?: Set<U>, rec?: {x: Long}} };
        action noctx appliesTo { principal: [U, E], resource: [G] };
        action none;
        """#

    private static let accepted: [String] = [
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": {"type": "U", "id": "y"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": {"__entity": {"type": "U", "id": "y"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": {"__entity": {"type": "U", "id": "y"}, "z": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"e": {"type": "E", "id": "a"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"y": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"y": 1, "z": {"d": "1.0"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"y": 1, "z": {"d": {"__extn": {"fn": "decimal", "arg": "1.0"}}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": "2020-01-01"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": "2020-01-01"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "datetime", "arg": "2020-01-01"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "offset", "args": [{"__extn": {"fn": "datetime", "arg": "2020-01-01"}}, {"__extn": {"fn": "duration", "arg": "1h"}}]}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "offset", "args": ["2020-01-01", "1h"]}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "offset", "args": [{"__extn": {"fn": "datetime", "arg": "2020-01-01"}}, {"__extn": {"fn": "duration", "arg": "1h"}}]}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "toDate", "arg": {"__extn": {"fn": "datetime", "arg": "2020-01-01"}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"du": {"fn": "toTime", "arg": {"__extn": {"fn": "datetime", "arg": "2020-01-01"}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"du": "1h"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "args": ["2020-01-01"]}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": {"__extn": {"fn": "toDays", "arg": {"__extn": {"fn": "duration", "arg": "1d"}}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"b": {"__extn": {"fn": "isIpv4", "arg": {"__extn": {"fn": "ip", "arg": "1.2.3.4"}}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "datetime", "arg": "2020-01-01", "x": 1}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "datetime", "arg": "2020-01-01"}, "x": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": "2020-01-01", "x": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": "2020-01-01", "args": []}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": 1.5, "args": ["2020-01-01"]}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": "2020-01-01", "x": -0}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": "1.2.3.4"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sl": [1, 2]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sl": []}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"su": [{"type": "U", "id": "a"}, {"__entity": {"type": "U", "id": "b"}}]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sd": ["1.0", {"fn": "decimal", "arg": "2.0"}]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"act": {"type": "Action", "id": "a"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"s": "x"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"r2": {"": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "G", "id": "g"}]}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "O", "id": "g"}]}]"#,
        #"[{"uid": {"type": "H", "id": "x"}, "attrs": {}, "parents": [{"type": "H", "id": "y"}]}, {"uid": {"type": "H", "id": "y"}, "attrs": {}, "parents": [{"type": "H", "id": "z"}]}]"#,
        #"[{"uid": {"type": "E", "id": "a"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "EP", "id": "x"}, "attrs": {}, "parents": [{"type": "E", "id": "b"}]}]"#,
        #"[{"uid": {"type": "E", "id": "a"}, "attrs": {}, "parents": [], "tags": {}}]"#,
        #"[{"uid": {"type": "T", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": "1.0"}}]"#,
        #"[{"uid": {"type": "T", "id": "x"}, "attrs": {}, "parents": [], "tags": {}}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [], "tags": {}}]"#,
        #"[{"uid": {"type": "TR", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": {"a": 1}}}]"#,
        #"[{"uid": {"type": "TS", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": [{"type": "U", "id": "q"}]}}]"#,
        #"[{"uid": {"type": "R", "id": "x"}, "attrs": {"req": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "Action", "id": "a"}, "attrs": {}, "parents": [{"type": "Action", "id": "mid"}, {"type": "Action", "id": "grp"}]}]"#,
        #"[{"uid": {"type": "Action", "id": "a"}, "attrs": {}, "parents": [{"type": "Action", "id": "mid"}]}, {"uid": {"type": "Action", "id": "mid"}, "attrs": {}, "parents": [{"type": "Action", "id": "grp"}]}]"#,
        #"[{"uid": {"type": "Action", "id": "grp"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": []}, {"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 1}, "parents": []}, {"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"d": "1.0"}, "parents": []}, {"uid": {"type": "U", "id": "x"}, "attrs": {"d": "1.00"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sl": [1, 2]}, "parents": []}, {"uid": {"type": "U", "id": "x"}, "attrs": {"sl": [2, 1]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [], "foo": 1}]"#,
        #"[{"uid": {"__entity": {"type": "U", "id": "x"}}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"__entity": {"type": "U", "id": "x"}, "q": 1}, "attrs": {}, "parents": []}]"#,
    ]

    private static let refused: [String] = [
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": "1"}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"nope": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"b": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": {"type": "G", "id": "y"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": "U::\"y\""}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"u": {"__expr": "U::\"y\""}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"e": {"type": "E", "id": "zz"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"x": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"y": 1, "q": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"rec": {"y": 1, "z": {"d": "1.00000"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"du": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": 1, "args": ["2020-01-01"]}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "datetime", "arg": "2020-01-01", "x": 1e400}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__extn": {"fn": "ip", "arg": "1.2.3.4"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"fn": "ip", "arg": "1.2.3.4"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": {"fn": "toDays", "arg": {"__extn": {"fn": "duration", "arg": "1d"}}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"b": {"__extn": {"fn": "isIpv4", "arg": "1.2.3.4"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"dt": {"__expr": "datetime(\"2020-01-01\")"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": ["1.2.3.4"]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": {"a": 1}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": true}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": null}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"ip": {"__entity": {"type": "U", "id": "a"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sl": [1, "a"]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sl": {}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"sd": ["1.0", 1]}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"act": {"type": "Action", "id": "zz"}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"s": {"__entity": {"type": "U", "id": "a"}}}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": null}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 1.0}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 9223372036854775808}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 100.0}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "U", "id": "g"}]}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "Action", "id": "a"}]}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "Nope", "id": "a"}]}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [{"type": "U", "id": "x"}]}]"#,
        #"[{"uid": {"type": "H", "id": "x"}, "attrs": {}, "parents": [{"type": "H", "id": "x"}]}]"#,
        #"[{"uid": {"type": "H", "id": "x"}, "attrs": {}, "parents": [{"type": "H", "id": "y"}]}, {"uid": {"type": "H", "id": "y"}, "attrs": {}, "parents": [{"type": "H", "id": "x"}]}]"#,
        #"[{"uid": {"type": "E", "id": "c"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "E", "id": "a"}, "attrs": {"x": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "E", "id": "a"}, "attrs": {}, "parents": [{"type": "E", "id": "b"}]}]"#,
        #"[{"uid": {"type": "EP", "id": "x"}, "attrs": {}, "parents": [{"type": "E", "id": "zz"}]}]"#,
        #"[{"uid": {"type": "E", "id": "a"}, "attrs": {}, "parents": [], "tags": {"a": 1}}]"#,
        #"[{"uid": {"type": "T", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": "x"}}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": [], "tags": {"a": 1}}]"#,
        #"[{"uid": {"type": "TR", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": {"a": 1, "b": 2}}}]"#,
        #"[{"uid": {"type": "TR", "id": "x"}, "attrs": {}, "parents": [], "tags": {"k": {}}}]"#,
        #"[{"uid": {"type": "T", "id": "x"}, "attrs": {}, "parents": [], "tags": null}]"#,
        #"[{"uid": {"type": "T", "id": "x"}, "attrs": {}, "parents": [], "tags": []}]"#,
        #"[{"uid": {"type": "R", "id": "x"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "Nope", "id": "x"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "Nope::X", "id": "x"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U U", "id": "x"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "Action", "id": "a"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "Action", "id": "a"}, "attrs": {}, "parents": [{"type": "Action", "id": "mid"}]}]"#,
        #"[{"uid": {"type": "Action", "id": "a"}, "attrs": {}, "parents": [{"type": "Action", "id": "grp"}]}]"#,
        #"[{"uid": {"type": "Action", "id": "zz"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "Action", "id": "grp"}, "attrs": {"x": 1}, "parents": []}]"#,
        #"[{"uid": {"type": "Action", "id": "grp"}, "attrs": {}, "parents": [], "tags": {"a": 1}}]"#,
        #"[{"uid": {"type": "Action", "id": "grp"}, "attrs": {}, "parents": [{"type": "U", "id": "x"}]}]"#,
        #"[{"uid": {"type": "Action", "id": "grp"}, "attrs": {}, "parents": [{"type": "Action", "id": "zz"}]}]"#,
        #"[{"uid": {"type": "X::Action", "id": "grp"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 1}, "parents": []}, {"uid": {"type": "U", "id": "x"}, "attrs": {"opt": 2}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "parents": []}]"#,
        #"[{"attrs": {}, "parents": []}]"#,
        #"[{"uid": "U::\"x\"", "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"__expr": "U::\"x\""}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": 1}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "in", "id": "1"}, "attrs": {}, "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x", "id2": "x"}, "attrs": [], "parents": []}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": {}}]"#,
        #"[{"uid": {"type": "U", "id": "x"}, "attrs": {}, "parents": ["G::\"x\""]}]"#,
        "{}",
        "",
        #"[{"uid":{"type":"U","id":"x"},"attrs":{"opt":1,"opt":1},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"x"},"attrs":{"opt":1,"opt":2},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"x"},"uid":{"type":"U","id":"x"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"x"},"attrs":{"rec":{"y":1,"y":1}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"x"},"attrs":{},"parents":[],"tags":{"a":1,"a":1}}]"#,
        #"[{"uid":{"type":"U","id":"x"},"attrs":{"u":{"type":"U","type":"U","id":"x"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"x"},"attrs":{"s":"\ud800"},"parents":[]}]"#,
    ]

    @Test func acceptsWhatFits() throws {
        let schema = try Schema(parsing: SchemaEntityTests.schema)
        for text in SchemaEntityTests.accepted {
            #expect(throws: Never.self, "\(text)") { try Entities(json: JSON(parsing: text), schema: schema) }
        }
    }

    @Test func refusesWhatDoesNotFit() throws {
        let schema = try Schema(parsing: SchemaEntityTests.schema)
        for text in SchemaEntityTests.refused {
            #expect(throws: CedarError.self, "\(text)") { try Entities(json: JSON(parsing: text), schema: schema) }
        }
    }
}
