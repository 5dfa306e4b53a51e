#!/usr/bin/env python3
"""Writes the Cedar part of the corpus: make_corpus.py. The same files each time; what needs signatures is made by `build.sh make-corpus`."""

import json
import pathlib

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
# As in `ParseLimits.standard` and the reader of JSON.
NESTING, HEIGHT, DEPTH = 150, 500, 127


def write(target, name, text):
    folder = here / "Corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def when(expression):
    return f"permit(principal, action, resource) when {{ {expression} }};\n"


def around(opening, inner, closing, times):
    return opening * times + inner + closing * times


def policies():
    for path in sorted((root / "Policies").glob("*.cedar"))[::4]:
        write("policy", "kluis-" + path.stem, path.read_text())
    write("policy", "empty", "")
    write("policy", "scopes", """
        @id("one") @note permit(principal == User::"a", action == Action::"read", resource is Doc in Folder::"f",);
        forbid(principal in Group::"g", action in [Action::"read", Action::"any"], resource == Doc::"d") unless { context.mfa };
        permit(principal is User, action in Action::"any", resource in ?resource);
        permit(principal == ?principal, action, resource is N::Thing);
    """)
    write("policy", "operators", "".join(map(when, [
        'principal.age + 1 * -2 - 3 <= 9223372036854775807 && principal.age != -9223372036854775808',
        '!!(principal.admin) || !principal.friends.contains(User::"b") && principal in [Group::"g", Group::"h"]',
        'principal has boss.boss.name && principal.boss.boss.name like "a*\\*\\u{e9}*z"',
        'if resource is Doc in Folder::"f" then resource["path"] like "/*" else true',
        '{a: 1, "b c": [1, 2, 3], if: {}}.a == 1 || [[], [[]]].isEmpty()',
        'principal.marks.containsAll([1, 2]) && principal.marks.containsAny([3]) == false',
        'principal.hasTag("x") && principal.getTag("x").contains("p") && resource is Doc && resource.hasTag("x") && resource.getTag("x") > 0',
    ])))
    write("policy", "extensions", "".join(map(when, [
        'context has ip && context.ip.isInRange(ip("10.0.0.0/8")) && !ip("::1").isIpv4() && ip("127.0.0.1").isLoopback()',
        'principal.quota.lessThan(decimal("1.5001")) || decimal("-922337203685477.5808") == principal.quota',
        'context has now && context.now.offset(duration("-1d2h3m4s5ms")).durationSince(datetime("2024-02-29")).toDays() >= 0',
        'datetime("2024-02-29T23:59:59.999+0130").toTime() < duration("1d") && principal has seen && principal.seen.toDate() < context.now',
        'ip("1.2.3.4/33") == ip("zz") || decimal("1.23456") == decimal("") || duration("1d1d") == duration("9223372036854775808ms")',
    ])))
    deep = {
        "parentheses": around("(", "true", ")", NESTING - 1),
        "sets": around("[", "1", "]", NESTING - 1) + " == []",
        "records": around("{a:", "1", "}", NESTING - 1) + " == {}",
        "conditionals": around("if true then ", "true", " else false", NESTING - 1),
        "not": "!!!!" + around("(!!!!", "true", ")", NESTING - 2),
        "minus": "----" + around("(----", "1", ")", HEIGHT // 4 - 2) + " == 1",
        "members": "principal" + ".boss" * (HEIGHT - 2) + " == principal",
        "index": "context" + '["a"]' * (HEIGHT - 2) + " == 1",
        "methods": "context.words" + ".isEmpty()" * (HEIGHT - 2),
        "arguments": around("context.words.contains(", "1", ")", NESTING - 2),
        "has": "principal has " + ".".join(["boss"] * (HEIGHT - 1)),
        "has-nested": around("(", "principal has boss.boss", " has boss.boss)", NESTING // 2),
        "is-in": around("(if ", "principal", " is User in principal then principal else principal)", 70) + " == principal",
        "and": " && ".join(["principal has boss"] * (HEIGHT - 1)),
        "or": " || ".join(["false"] * (HEIGHT - 1)),
        "plus": "1" + "+1" * (HEIGHT - 2) + " > 0",
        "times": "1" + "*1" * (HEIGHT - 2) + " > 0",
        "calls": around("ip(", '"::1"', ")", NESTING - 2) + ".isIpv4()",
    }
    for name, expression in deep.items():
        write("policy", "deep-" + name, when(expression))
        # One more: refused.
        opening = expression[:1] if expression[0] in "([{" else "("
        write("policy", "deeper-" + name, when(f"({opening * NESTING}{expression}"))
    write("policy", "deep-scope", "permit(principal in " + around("(", 'User::"a"', ")", NESTING) + ", action in "
          + around("(", '[Action::"read"]', ")", NESTING) + ", resource);")
    write("policy", "wide-annotations", "".join(f"@a{i}\n" for i in range(3000)) + "permit(principal, action, resource);")
    write("policy", "wide-record", when("{" + ",".join(f"a{i}:{i}" for i in range(3000)) + "} == {}"))
    write("policy", "wide-set", when("[" + ",".join(f'"{i}"' for i in range(3000)) + '].contains("2999")'))
    write("policy", "wide-capabilities", when(" && ".join(f'context has a{i}' for i in range(450))))
    write("policy", "wide-or", when("(" + ") || (".join('principal has boss && principal.hasTag("%d")' % i for i in range(400)) + ")"))
    write("policy", "wide-actions", "permit(principal, action in [" + ",".join(f'Action::"{i}"' for i in range(2000)) + "], resource);")
    write("policy", "wide-like", when('"' + "a" * 12000 + '" like "*' + "a" * 4000 + 'b"'))
    write("policy", "many", "permit(principal,action,resource);" * 400)
    write("policy", "blanks", "//c\n\t\u2003\u00a0permit//x\r(principal\u3000,action,resource)\n;")


def schemas():
    kluis = (root / "Policies" / "kluis.cedarschema").read_text()
    write("schema", "kluis", kluis + "//# policies\n" + (root / "Policies" / "10-basis.cedar").read_text())
    write("schema", "everything", """
        @doc("x") entity Group in [Group] { rank: Long, deputy?: User };
        @a @b("c") entity User, Other in Group = { name: String, age: Long, boss?: User, r: { s: Set<R>, t?: decimal } } tags Set<String>;
        entity Color enum ["red", "blue"];
        type R = { "a b": Long, x?: N::T, };
        namespace N { type T = { from: __cedar::ipaddr, at?: datetime }; entity E { t: T }; action "use it" in [Action::"any", b]
          appliesTo { principal: [User, E], resource: [E], context: T }; action b; }
        namespace __cedar2::M {}
        action read, "write" in any appliesTo { principal: [User], resource: User, context: { d: duration, who?: Color } } attributes {};
        action any;
//# policies
        permit(principal is User, action, resource) when { principal has boss.boss && principal.boss.boss.age > 0 };
        permit(principal, action == N::Action::"use it", resource) when { context.from.isLoopback() && resource.t == context };
        forbid(principal in Group::"g", action in [Action::"any"], resource) unless { context has who && context.who == Color::"red" };
//# entities
        [{"uid": {"type": "User", "id": "a"}, "attrs": {"name": "x", "age": 1, "r": {"s": [{"a b": 1}]}}, "parents": []},
         {"uid": {"type": "N::E", "id": "e"}, "attrs": {"t": {"from": "::1"}}, "parents": []}]
    """)
    write("schema", "permissive", """
        entity A { x?: Long, b: Set<A> } tags Long; entity B { x: String };
        action a appliesTo { principal: [A, B], resource: [A, B] };
//# policies
        permit(principal, action, resource) when { principal has x && principal.x == resource };
        permit(principal, action, resource) when { (if principal is A then principal else resource) has x };
        permit(principal is A, action, resource is A) when { principal.hasTag("k") && principal.getTag("k") > 1 && resource in principal.b };
//# entities
        [{"uid": {"type": "A", "id": "1"}, "attrs": {"b": [{"type": "A", "id": "1"}]}, "parents": [], "tags": {"k": 2}}]
    """)
    write("schema", "empty", "")
    use = "entity U { a: %s }; action a appliesTo { principal: U, resource: U };"
    write("schema", "deep-sets", use % around("Set<", "Long", ">", NESTING - 1))
    write("schema", "deep-records", use % around("{a:", "Long", "}", NESTING - 1))
    write("schema", "deeper-sets", use % around("Set<", "Long", ">", NESTING))
    write("schema", "deep-names", "type T0 = Long;" + "".join(f"type T{i} = Set<T{i - 1}>;" for i in range(1, 198)) + use % "T197")
    write("schema", "deeper-names", "type T0 = Long;" + "".join(f"type T{i} = Set<T{i - 1}>;" for i in range(1, 202)) + use % "T201")
    write("schema", "exponential", "type T0 = {x:Long,y:Long};" + "".join(
        f"type T{i} = {{x:T{i - 1},y:T{i - 1}}};" for i in range(1, 100)) + use % "T99" + "//\n//# policies\n" + when("principal.a == resource.a"))
    write("schema", "deep-hierarchy", "".join(f"entity E{i} in E{i + 1};" for i in range(600)) + "entity E600;")
    write("schema", "deep-actions", "".join(f"action a{i} in a{i + 1};" for i in range(600)) + "action a600;")
    write("schema", "cycles", "entity A in [B]; entity B in [A, B]; action a in b; action b in a;")
    write("schema", "wide-annotations", "".join(f"@a{i}\n" for i in range(3000)) + "entity A;")
    write("schema", "wide-declaration", "entity " + ",".join(f"E{i}" for i in range(700)) + " {"
          + ",".join(f"a{i}:Long" for i in range(700)) + "};")
    write("schema", "wide-parents", "entity " + ",".join(f"E{i}" for i in range(400)) + " in ["
          + ",".join(f"E{i}" for i in range(400)) + "];")
    names = [f"E{i}" for i in range(120)]
    write("schema", "wide-requests", "entity " + ",".join(names) + "; action " + ",".join(f"a{i}" for i in range(30))
          + " appliesTo { principal: [%s], resource: [%s] };" % (",".join(names), ",".join(names)))


def entities():
    def entity(kind, name, attributes=None, parents=(), **more):
        return {"uid": {"type": kind, "id": name}, "attrs": attributes or {}, "parents": [{"type": k, "id": n} for k, n in parents], **more}

    def put(name, value):
        write("entities", name, json.dumps(value, ensure_ascii=False))

    put("plain", [
        entity("User", "a", {"name": "x", "s": ["a", 1, True, [], {}], "r": {"a": {"b": {"c": -5}}}}, [("Group", "g")], tags={"t": 1}),
        entity("Group", "g", {"rank": 9223372036854775807}, [("Group", "h")]),
        entity("Action", "read", {}, [("Action", "any")]),
    ])
    put("escapes", [entity("User", "é", {
        "e": {"__entity": {"type": "N::Thing", "id": "\n\"\\\u0000"}},
        "d": {"__extn": {"fn": "decimal", "arg": "-922337203685477.5808"}},
        "i": {"__extn": {"fn": "ip", "arg": "ffff::1/128"}},
        "t": {"__extn": {"fn": "datetime", "arg": "2024-02-29T23:59:59.999-1159"}},
        "u": {"__extn": {"fn": "duration", "arg": "-1d2h3m4s5ms"}},
        "o": {"__extn": {"fn": "offset", "args": [{"__extn": {"fn": "datetime", "arg": "1970-01-01"}}, {"__extn": {"fn": "duration", "arg": "1ms"}}]}},
    })])
    context = {
        "s": ["a", "ab"], "t": ["ab"], "e": {"__entity": {"type": "User", "id": "a"}}, "k": "x", "n": 3, "m": -1, "o": 9,
        "i": {"__extn": {"fn": "ip", "arg": "10.0.0.0/8"}}, "a": {"b": {"c": 7}}, "d": 7,
        "u": {"__extn": {"fn": "duration", "arg": "1d"}},
    }
    put("context", context)
    put("context-by-schema", {
        "ip": "10.0.0.1", "now": {"fn": "datetime", "arg": "2024-01-01"}, "mfa": True, "count": 1, "words": ["é", "\u0301"],
        "who": {"type": "User", "id": "b"}})
    put("by-schema", [
        entity("Doc", "d", {"owner": {"type": "User", "id": "a"}, "colour": {"type": "Color", "id": "blue"}, "path": "/", "size": 0},
               [("Folder", "f")], tags={"x": 1}),
        entity("Color", "red"), entity("Action", "read", {}, [("Action", "any")]),
        entity("N::Thing", "t", {"parts": [], "place": {"from": "1.2.3.4/16", "at": "1969-12-31"}}),
    ])
    put("numbers", {"a": [0, -1, 9223372036854775807, -9223372036854775808]})
    write("entities", "odd-numbers", b"[-0, 1e5, 1.5E-3, 9223372036854775808]")
    write("entities", "surrogates", rb'{"\ud83d\ude00": "\u00e9\/\b\f"}')
    for name, inner in {"arrays": around("[", "1", "]", DEPTH - 1), "objects": around('{"a":', "1", "}", DEPTH - 1),
                        "deeper": around("[", "1", "]", DEPTH)}.items():
        write("entities", "deep-" + name, '{"v":' + inner + "}")
    put("chain", [entity("A", str(i), {}, [("A", str(i + 1))]) for i in range(300)])
    put("cycle", [entity("A", str(i), {}, [("A", str((i + 1) % 5))]) for i in range(5)])
    put("diamond", [entity("A", str(i), {}, [("A", str(i + 1)), ("A", str(i + 2)), ("A", str(i + 3))]) for i in range(120)])
    put("wide", [entity("A", "a", {f"k{i}": i for i in range(1000)}, [("B", str(i)) for i in range(300)])])
    put("wide-sets", {"s": [[i] for i in range(1000)], "t": [{"a": i} for i in range(500)]})
    put("nested-sets", {"s": [[[[i, j] for j in range(6)] for i in range(6)], [[[j, i] for j in range(6)] for i in range(6)]]})


def dictionaries():
    def put(name, words):
        lines = []
        for word in words:
            escaped = "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\x{b:02x}" for b in word.encode())
            lines.append(f'"{escaped}"\n')
        (here / "Dictionaries").mkdir(exist_ok=True)
        (here / "Dictionaries" / name).write_text("".join(lines))

    functions = ("decimal ip datetime duration lessThan lessThanOrEqual greaterThan greaterThanOrEqual isIpv4 isIpv6 isLoopback isMulticast"
                 " isInRange offset durationSince toDate toTime toMilliseconds toSeconds toMinutes toHours toDays contains containsAll"
                 " containsAny isEmpty getTag hasTag").split()
    world = ('User::"a" User::"b" Group::"g" Doc::"d" Folder::"f" Color::"red" N::Thing::"t" Action::"read" Action::"any" N::Action::"use"'
             ' name age boss admin seen quota home address friends marks patience owner colour path size parts place ip now mfa count words who'
             ).split()
    symbols = "@ . , ; : :: ( ) { } [ ] == != < <= > >= || && + - * ! ? = \" \\u{1} \\* // ' '".split(" ")
    words = ("permit forbid principal action resource context when unless if then else in is like has true false ?principal ?resource"
             " 9223372036854775807 -9223372036854775808 @id(\"x\")").split()
    literals = ['decimal("1.0")', 'ip("10.0.0.0/8")', 'datetime("2024-02-29T00:00:00Z")', 'duration("1d2h")', "permit(principal,action,resource)"]
    schema = ("entity action type namespace appliesTo enum tags attributes Set< Long String Bool ipaddr decimal datetime duration __cedar::"
              " principal: resource: context: { } ; = ?: , in [ ] Entity Record Extension").split()
    put("policy.dict", words + symbols + [f".{f}(" for f in functions] + functions + world + literals)
    put("schema.dict", schema + symbols + words[:8] + ["\n//# policies\n", "\n//# entities\n", "permit(principal,action,resource);"])
    put("entities.dict", ['"uid":', '"type":', '"id":', '"attrs":', '"parents":', '"tags":', '"__entity":', '"__extn":', '"fn":', '"arg":',
                          '"args":', '"__expr":', "true", "false", "null", "{}", "[]", "\\u0000", "\\ud83d\\ude00", "-0", "1e9",
                          "9223372036854775807"] + [f'"{w}"' for w in functions + ["User", "Doc", "Action", "N::Thing"]]
        + ['"2024-02-29T00:00:00Z"', '"1.2345"', '"::1"', '"-1d"'])
    note = ["\u2014 ", "\n\n", "kluis.example/log", "witness.example/one", "witness.example/two"]
    put("note.dict", note + ["log ", "witness ", "group ", "quorum ", "any", "all", "none", "+", "="])
    put("checkpoint.dict", note + ["tlog-witness-state/v1\n", "logs ", "time ", "bytes ", "9223372036854775807"])
    put("bundle.dict", ["tile/", "entries/", "0/", "x000/", ".p/", "000"])
    put("proof.dict", note + ["c2sp.org/tlog-proof@v1\n", "extra ", "index ", "9223372036854775806"])
    put("add-checkpoint.dict", note + ["old ", "0\n", "5\n", "256\n", "9223372036854775807"])


policies()
schemas()
entities()
dictionaries()
