"""Random policies: expressions that mostly fit a schema, wrong in places on purpose."""

import re

from cedar_words import ATTRIBUTES, EXTENSIONS, IDS, LONGS, RESERVED, STRINGS, TAGS, is_identifier, pattern, quote

BOOL, LONG, STRING = ("Bool",), ("Long",), ("String",)
METHODS = {
    "decimal": ["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"],
    "ipaddr": ["isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange"],
}


TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[A-Za-z_][A-Za-z0-9_]*|\s+|.', re.S)


def bare(rng, text):
    """The text with some of its grouping parentheses left out: what it then means is for the precedence of operators to say."""
    tokens = TOKEN.findall(text)
    opened, previous = [], ""
    for place, token in enumerate(tokens):
        if token == "(":
            is_call = previous[-1:].isalnum() and previous not in ("if", "then", "else", "in")
            opened.append(None if is_call or rng.random() < 0.6 else place)
        elif token == ")" and opened:
            start = opened.pop()
            if start is not None:
                tokens[start] = tokens[place] = " "
        if not token.isspace():
            previous = token
    return "".join(tokens)


class Policies:
    """Writes policies for the requests of a schema.

    `wrong` is how often a part is of another type than it should be, `open` how often a scope demands nothing. After `policy`,
    `environment` holds what kind of request the policy is about.
    """

    def __init__(self, rng, schema, wrong, open=0.0):
        self.rng = rng
        self.schema = schema
        self.wrong = wrong
        self.open = open
        self.paths = {}
        self.environment = None

    # Scope

    def policy(self):
        rng = self.rng
        environments = self.schema.environments()
        principal, action, resource, context = rng.choice(environments) if environments else (
            rng.choice(list(self.schema.entities)), rng.choice(list(self.schema.actions)), rng.choice(list(self.schema.entities)), ("Record", ()))
        self.environment = (principal, action, resource, context)
        self.types = {"principal": ("Entity", principal), "resource": ("Entity", resource), "context": context}
        self.action = action
        self.collect_paths()
        effect = rng.choice(["permit", "permit", "forbid"])
        scope = ", ".join([self.end("principal", principal), self.action_scope(), self.end("resource", resource)])
        clauses = [f"{rng.choice(['when', 'when', 'when', 'unless'])} {{ {self.guarded(BOOL, rng.randint(1, 4))} }}"
                   for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
        if rng.random() < self.open:
            scope = "principal, action, resource"
        text = f"{self.annotations()}{effect} ({scope}{rng.choice(['', '', '', ','])}) {' '.join(clauses)};"
        return bare(rng, text) if rng.random() < 0.4 else text

    def annotations(self):
        rng = self.rng
        if rng.random() < 0.8:
            return ""
        names = rng.sample(["id", "doc", "if", "permit", "_a1", "__cedar"], rng.randint(1, 3))
        return "".join(f"@{name}" + rng.choice(["", " ", f"({quote(rng.choice(STRINGS), rng)})\n"]) + " " for name in names)

    def end(self, variable, kind):
        rng = self.rng
        roll = rng.random()
        if rng.random() < self.wrong:
            kind = self.any_type_name()
        if rng.random() < 0.03:
            return f"{variable} {rng.choice(['==', 'in', f'is {kind} in'])} ?{variable}"
        if roll < 0.3:
            return variable
        if roll < 0.6:
            return f"{variable} is {kind}"
        if roll < 0.7:
            return f"{variable} == {self.entity_literal(kind)}"
        above = rng.choice([kind] + sorted(self.schema.ancestors(kind) if kind in self.schema.entities else []))
        if roll < 0.85:
            return f"{variable} in {self.entity_literal(above)}"
        return f"{variable} is {kind} in {self.entity_literal(above)}"

    def action_scope(self):
        rng = self.rng
        roll = rng.random()
        if roll < 0.35:
            return "action"
        actions = [self.action] + sorted(self.schema.action_ancestors(self.action))
        if roll < 0.65:
            return f"action == {self.uid(self.action if rng.random() > self.wrong else self.any_action())}"
        if roll < 0.85:
            return f"action in {self.uid(rng.choice(actions))}"
        listed = [rng.choice(actions) if rng.random() > self.wrong else self.any_action() for _ in range(rng.randint(0 if rng.random() < self.wrong else 1, 3))]
        return f"action in [{', '.join(map(self.uid, listed))}]"

    def any_action(self):
        return self.rng.choice(list(self.schema.actions) + [("Action", "nope"), ("Nope::Action", "x")])

    def any_type_name(self):
        return self.rng.choice(list(self.schema.entities) + ["Nope", "N::Nope", "Action", "User"])

    def uid(self, pair):
        return f"{pair[0]}::{quote(pair[1], self.rng)}"

    def entity_literal(self, kind):
        uid = self.schema.uid(kind)
        if self.rng.random() < self.wrong:
            uid["id"] = self.rng.choice(IDS)
        return self.uid((kind, uid["id"]))

    # Paths: what can be reached from the variables, and what must be tested on the way

    def collect_paths(self):
        self.paths = {}
        for variable, kind in self.types.items():
            self.reach(variable, kind, (), 0)

    def reach(self, text, kind, guards, depth):
        self.paths.setdefault(kind, []).append((text, guards))
        fields = ()
        if kind[0] == "Record":
            fields = kind[1]
        elif kind[0] == "Entity" and kind[1] in self.schema.entities:
            declared = self.schema.entities[kind[1]]
            fields = tuple(declared["attrs"].items())
            if declared["tags"] and depth < 3:
                key = quote(self.rng.choice(TAGS))
                self.reach(f"{text}.getTag({key})", declared["tags"], guards + (f"{text}.hasTag({key})",), depth + 1)
        if depth >= 3:
            return
        for name, (inner, required) in fields:
            test = () if required else (f"{text} has {self.attribute_name(name)}",)
            self.reach(self.access(text, name), inner, guards + test, depth + 1)

    def attribute_name(self, name):
        return name if is_identifier(name) and name not in RESERVED else quote(name)

    def access(self, text, name):
        if is_identifier(name) and name not in RESERVED and self.rng.random() < 0.7:
            return f"{text}.{name}"
        return f"{text}[{quote(name)}]"

    def path(self, kind):
        """A path of a type with its guards; None when there is none."""
        found = self.paths.get(kind)
        if not found:
            return None
        text, guards = self.rng.choice(found)
        self.guards.extend(guards)
        return text

    # Expressions

    def guarded(self, kind, depth):
        """An expression with the tests it needs in front of it, or rarely without them."""
        outer, self.guards = getattr(self, "guards", []), []
        text = self.expression(kind, depth)
        guards, self.guards = list(dict.fromkeys(self.guards)), outer
        rng = self.rng
        if not guards or kind != BOOL or rng.random() < self.wrong:
            self.guards.extend(guards)
            return text
        roll = rng.random()
        joined = " && ".join(guards)
        if roll < 0.7:
            return f"({joined} && {text})" if rng.random() < 0.7 else f"({joined} && ({text}))"
        if roll < 0.85:
            return f"(if {joined} then {text} else {rng.choice(['true', 'false', 'false'])})"
        if roll < 0.93:
            return f"({text} && {joined})"
        return f"(!({joined}) || {text})"

    def random_type(self):
        return self.schema.make_type(1)

    def expression(self, kind, depth):
        rng = self.rng
        if rng.random() < self.wrong:
            kind = self.random_type()
        if depth > 0 and rng.random() < 0.08:
            return f"(if {self.guarded(BOOL, depth - 1)} then {self.expression(kind, depth - 1)} else {self.expression(kind, depth - 1)})"
        if kind == BOOL:
            return self.boolean(depth)
        if rng.random() < 0.55:
            text = self.path(kind)
            if text:
                return text
        return self.make(kind, depth)

    def make(self, kind, depth):
        rng = self.rng
        if kind == LONG:
            return self.long(depth)
        if kind == STRING:
            return quote(rng.choice(STRINGS), rng)
        if kind[0] == "Entity":
            return self.entity_literal(kind[1])
        if kind[0] == "Set":
            count = rng.randint(0 if rng.random() < self.wrong else 1, 3)
            items = [self.expression(kind[1], depth - 1) for _ in range(count)]
            return "[" + ", ".join(items) + ("," if items and rng.random() < 0.1 else "") + "]"
        if kind[0] == "Record":
            fields = [f"{self.attribute_name(n)}: {self.expression(t, depth - 1)}" for n, (t, required) in kind[1]
                      if required or rng.random() < 0.5]
            rng.shuffle(fields)
            return "{" + ", ".join(fields) + "}"
        return self.extension(kind[1], depth)

    def long(self, depth):
        rng = self.rng
        roll = rng.random()
        if depth <= 0 or roll < 0.4:
            return str(rng.choice(LONGS))
        if roll < 0.75:
            return f"({self.expression(LONG, depth - 1)} {rng.choice('+-*')} {self.expression(LONG, depth - 1)})"
        if roll < 0.85:
            return "-" * rng.choice([1, 1, 1, 2, 4]) + self.expression(LONG, depth - 1)
        unit = rng.choice(["Milliseconds", "Seconds", "Minutes", "Hours", "Days"])
        return f"{self.receiver('duration', depth)}.to{unit}()"

    def receiver(self, name, depth):
        return f"({self.expression(('Extension', name), depth - 1)})"

    def extension(self, name, depth):
        rng = self.rng
        if depth > 0 and rng.random() < 0.4:
            if name == "datetime":
                if rng.random() < 0.5:
                    return f"{self.receiver('datetime', depth)}.toDate()"
                return f"{self.receiver('datetime', depth)}.offset({self.expression(('Extension', 'duration'), depth - 1)})"
            if name == "duration":
                if rng.random() < 0.5:
                    return f"{self.receiver('datetime', depth)}.toTime()"
                return f"{self.receiver('datetime', depth)}.durationSince({self.expression(('Extension', 'datetime'), depth - 1)})"
        function, good, bad = EXTENSIONS[name]
        if rng.random() < self.wrong:
            odd = rng.choice([quote(rng.choice(bad)), self.expression(STRING, depth - 1), "", '"1.0", "2.0"', str(rng.choice(LONGS))])
            return f"{function}({odd})"
        return f"{function}({quote(rng.choice(good))})"

    def boolean(self, depth):
        rng = self.rng
        if depth <= 0:
            return rng.choice(["true", "false", "(context == context)", self.path(BOOL) or "true"])
        forms = [self.join, self.join, self.negation, self.compare, self.equal, self.equal, self.member, self.type_test, self.has, self.match,
                 self.collection, self.extension_test, self.tag_test, self.plain]
        if rng.random() < 0.02:
            return self.action_test(depth)
        return rng.choice(forms)(depth - 1)

    def plain(self, depth):
        return self.path(BOOL) or self.rng.choice(["true", "false"])

    def join(self, depth):
        symbol = self.rng.choice(["&&", "&&", "||"])
        parts = [self.guarded(BOOL, depth) for _ in range(self.rng.choice([2, 2, 2, 3]))]
        return "(" + f" {symbol} ".join(parts) + ")"

    def negation(self, depth):
        if self.rng.random() < 0.1:
            return "!" * self.rng.randint(2, 4) + self.guarded(BOOL, depth)
        return f"!{self.guarded(BOOL, depth)}" if self.rng.random() < 0.5 else f"!({self.guarded(BOOL, depth)})"

    def compare(self, depth):
        kind = self.rng.choice([LONG, LONG, ("Extension", "datetime"), ("Extension", "duration")])
        return f"({self.expression(kind, depth)} {self.rng.choice(['<', '<=', '>', '>='])} {self.expression(kind, depth)})"

    def equal(self, depth):
        rng = self.rng
        if rng.random() < 0.1:
            return f"(action {rng.choice(['==', '!='])} {self.uid(rng.choice(list(self.schema.actions)))})"
        kind = rng.choice(list(self.paths)) if rng.random() < 0.7 else self.random_type()
        return f"({self.expression(kind, depth)} {rng.choice(['==', '!='])} {self.expression(kind, depth)})"

    def some_entity(self):
        kinds = [k for k in self.paths if k[0] == "Entity"]
        return self.rng.choice(kinds)

    def member(self, depth):
        rng = self.rng
        if rng.random() < 0.15:
            groups = [self.uid(rng.choice(list(self.schema.actions))) for _ in range(rng.randint(1, 2))]
            return f"(action in {groups[0] if rng.random() < 0.5 else '[' + ', '.join(groups) + ']'})"
        kind = self.some_entity()
        above = [kind[1]] + sorted(self.schema.ancestors(kind[1]))
        target = ("Entity", rng.choice(above) if rng.random() < 0.85 else rng.choice(list(self.schema.entities)))
        if rng.random() < 0.4:
            target = ("Set", target)
        return f"({self.expression(kind, depth)} in {self.expression(target, depth)})"

    def type_test(self, depth):
        rng = self.rng
        kind = self.some_entity()
        name = kind[1] if rng.random() < 0.6 else self.any_type_name() if rng.random() < self.wrong else rng.choice(list(self.schema.entities))
        text = f"{self.expression(kind, depth)} is {name}"
        if rng.random() < 0.3:
            text += f" in {self.expression(('Entity', rng.choice(list(self.schema.entities))), depth)}"
        return f"({text})"

    def has(self, depth):
        rng = self.rng
        kinds = [k for k in self.paths if k[0] in ("Entity", "Record")]
        kind = rng.choice(kinds)
        fields = dict(kind[1]) if kind[0] == "Record" else self.schema.entities[kind[1]]["attrs"]
        name = rng.choice(list(fields)) if fields and rng.random() < 0.7 else rng.choice(ATTRIBUTES)
        text = f"{self.expression(kind, depth)} has {self.attribute_name(name)}"
        while is_identifier(name) and name not in RESERVED and rng.random() < 0.3 and name in fields:
            inner = fields[name][0]
            fields = dict(inner[1]) if inner[0] == "Record" else self.schema.entities[inner[1]]["attrs"] if inner[0] == "Entity" else {}
            names = [n for n in fields if is_identifier(n) and n not in RESERVED] or ["a"]
            name = rng.choice(names)
            text += f".{name}"
        return f"({text})"

    def match(self, depth):
        return f"({self.expression(STRING, depth)} like {pattern(self.rng)})"

    def collection(self, depth):
        rng = self.rng
        sets = [k for k in self.paths if k[0] == "Set"]
        kind = rng.choice(sets) if sets and rng.random() < 0.7 else ("Set", self.random_type())
        method = rng.choice(["contains", "containsAll", "containsAny", "isEmpty"])
        argument = "" if method == "isEmpty" else self.expression(kind[1] if method == "contains" else kind, depth)
        return f"({self.expression(kind, depth)}).{method}({argument})"

    def extension_test(self, depth):
        name = self.rng.choice(list(METHODS))
        method = self.rng.choice(METHODS[name])
        argument = self.expression(("Extension", name), depth) if method not in ("isIpv4", "isIpv6", "isLoopback", "isMulticast") else ""
        return f"{self.receiver(name, depth)}.{method}({argument})"

    def action_test(self, depth):
        """Of an action: its type, and attributes and tags, of which it has none."""
        return "(" + self.rng.choice(["action is Action", "action is N::Action", "action has a", "action.a == 1", 'action.hasTag("a")',
                                      'action.getTag("a") == 1', "action == principal", "[action].contains(action)"]) + ")"

    def tag_test(self, depth):
        return f"({self.expression(self.some_entity(), depth)}).hasTag({self.expression(STRING, depth)})"
