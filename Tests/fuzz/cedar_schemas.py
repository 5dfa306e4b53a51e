"""Random schemas: a model with resolved types, its text, and entities and requests that fit it (mostly)."""

from cedar_words import ATTRIBUTES, EXTENSIONS, IDS, LONGS, RESERVED, STRINGS, TAGS, is_identifier, quote

PRIMITIVES = [("Bool",), ("Long",), ("String",)]
BASES = ["User", "Group", "Team", "Doc", "Folder", "Role", "Long", "Set", "entity", "decimal", "Org", "Kind"]


class Schema:
    def __init__(self, rng):
        self.rng = rng
        self.namespaces = [""] + rng.sample(["N", "M::O", "App"], rng.randint(0, 2))
        self.entities = {}
        self.commons = {}
        self.actions = {}
        self.make_entities()
        self.make_commons()
        self.make_attributes()
        self.make_actions()

    # The model

    def make_entities(self):
        rng = self.rng
        for base in rng.sample(BASES, rng.randint(2, 6)):
            space = rng.choice(self.namespaces)
            name = f"{space}::{base}" if space else base
            choices = rng.sample(IDS, rng.randint(1, 4)) if rng.random() < 0.2 else None
            self.entities[name] = {"parents": [], "attrs": {}, "tags": None, "enum": choices}
        names = list(self.entities)
        for name, entity in self.entities.items():
            if entity["enum"] is None:
                entity["parents"] = [p for p in names if rng.random() < 0.3]

    def ancestors(self, name):
        seen, pending = set(), list(self.entities[name]["parents"])
        while pending:
            parent = pending.pop()
            if parent not in seen:
                seen.add(parent)
                pending += self.entities[parent]["parents"]
        return seen

    def make_type(self, depth=2):
        rng = self.rng
        roll = rng.random()
        if roll < 0.35 or (depth == 0 and roll < 0.6):
            return rng.choice(PRIMITIVES)
        if roll < 0.6 or depth == 0:
            return ("Entity", rng.choice(list(self.entities)))
        if roll < 0.75:
            return ("Extension", rng.choice(list(EXTENSIONS)))
        if roll < 0.87:
            return ("Set", self.make_type(depth - 1))
        return self.make_record(depth - 1, 3)

    def make_record(self, depth, size):
        rng = self.rng
        fields = {n: (self.make_type(depth), rng.random() < 0.6) for n in rng.sample(ATTRIBUTES, rng.randint(0, size))}
        return ("Record", tuple(sorted(fields.items())))

    def make_commons(self):
        for index in range(self.rng.randint(0, 3)):
            space = self.rng.choice(self.namespaces)
            self.commons[(f"{space}::" if space else "") + f"Common{index}"] = self.make_type()

    def make_attributes(self):
        rng = self.rng
        for entity in self.entities.values():
            if entity["enum"] is None:
                entity["attrs"] = dict(self.make_record(2, 6)[1])
                entity["tags"] = self.make_type(1) if rng.random() < 0.35 else None

    def make_actions(self):
        rng = self.rng
        for index in range(rng.randint(1, 6)):
            space = rng.choice(self.namespaces)
            uid = ((f"{space}::" if space else "") + "Action", rng.choice(["view", "edit", "a b", "", "é", "in", "do"]) + str(index))
            parents = [other for other in self.actions if rng.random() < 0.35]
            applies = None
            if rng.random() < 0.8:
                names = list(self.entities)
                context = rng.choice(list(self.commons.values()) or [None])
                if context is None or context[0] != "Record" or rng.random() < 0.7:
                    context = self.make_record(2, 5)
                applies = (rng.sample(names, rng.randint(1, min(3, len(names)))), rng.sample(names, rng.randint(1, min(3, len(names)))),
                           context)
            self.actions[uid] = {"parents": parents, "applies": applies}

    def action_ancestors(self, uid):
        seen, pending = set(), list(self.actions[uid]["parents"])
        while pending:
            parent = pending.pop()
            if parent not in seen:
                seen.add(parent)
                pending += self.actions[parent]["parents"]
        return seen

    def environments(self):
        return [(p, uid, r, applies[2]) for uid, action in self.actions.items() if (applies := action["applies"]) for p in applies[0]
                for r in applies[1]]

    # The text

    def reference(self, name, space):
        """A name as it can be written inside a namespace."""
        head, _, base = name.rpartition("::")
        return base if head == space and self.rng.random() < 0.7 else name

    def type_text(self, kind, space):
        rng = self.rng
        if rng.random() < 0.5:
            for name, common in self.commons.items():
                if common == kind and kind is not None:
                    return self.reference(name, space)
        return self.plain_type(kind, space)

    def plain_type(self, kind, space):
        rng = self.rng
        if kind[0] in ("Bool", "Long", "String"):
            return "__cedar::" + kind[0] if rng.random() < 0.3 or self.is_hidden(kind[0]) else kind[0]
        if kind[0] == "Extension":
            return "__cedar::" + kind[1] if rng.random() < 0.3 or self.is_hidden(kind[1]) else kind[1]
        if kind[0] == "Entity":
            return self.reference(kind[1], space)
        if kind[0] == "Set":
            return f"Set<{self.type_text(kind[1], space)}>"
        return self.record_text(kind, space)

    def note(self):
        return self.rng.choice(['@doc("x") ', "@doc\n", '@a("1") @if("\\u{41}") ']) if self.rng.random() < 0.05 else ""

    def is_hidden(self, base):
        return any(name.rpartition("::")[2] == base for name in list(self.entities) + list(self.commons))

    def record_text(self, kind, space):
        fields = []
        for name, (inner, required) in kind[1]:
            key = name if is_identifier(name) and (name not in RESERVED or name == "__cedar") and self.rng.random() < 0.7 else quote(name)
            note = '@doc("x") ' if self.rng.random() < 0.05 else ""
            fields.append(f"{note}{key}{'' if required else '?'}: {self.type_text(inner, space)}")
        self.rng.shuffle(fields)
        return "{" + ", ".join(fields) + ("," if fields and self.rng.random() < 0.3 else "") + "}"

    def text(self):
        rng = self.rng
        blocks = {space: [] for space in self.namespaces}
        for name, entity in self.entities.items():
            space, _, base = name.rpartition("::")
            if entity["enum"] is not None:
                blocks[space].append(f"entity {base} enum [{', '.join(quote(i, rng) for i in entity['enum'])}];")
                continue
            line = f"entity {base}"
            parents = [self.reference(p, space) for p in entity["parents"]]
            if len(parents) == 1 and rng.random() < 0.5:
                line += f" in {parents[0]}"
            elif parents or rng.random() < 0.1:
                line += f" in [{', '.join(parents)}]"
            if entity["attrs"] or rng.random() < 0.3:
                line += rng.choice([" ", " = "]) + self.record_text(("Record", tuple(entity["attrs"].items())), space)
            if entity["tags"]:
                line += f" tags {self.type_text(entity['tags'], space)}"
            blocks[space].append(self.note() + line + ";")
        for name, kind in self.commons.items():
            space, _, base = name.rpartition("::")
            blocks[space].append(f"type {base} = {self.plain_type(kind, space)};")
        for (kind, eid), action in self.actions.items():
            blocks[kind.rpartition("::")[0]].append(self.action_text(kind.rpartition("::")[0], eid, action))
        out = []
        for space, lines in blocks.items():
            rng.shuffle(lines)
            if rng.random() < 0.1:
                lines.append('entity Twin0, Twin1 in [Twin0] { twin?: Twin1 };\ntype Alias0 = Alias1; type Alias1 = Set<Twin0>;\naction t0, "t 1";')
            body = "\n".join(("// comment\n" if rng.random() < 0.05 else "") + line for line in lines)
            out.append(f"namespace {space} {{\n{body}\n}}" if space else body)
        rng.shuffle(out)
        return "\n".join(out) + "\n"

    def action_text(self, space, eid, action):
        rng = self.rng
        written = eid if is_identifier(eid) and eid not in RESERVED and rng.random() < 0.5 else quote(eid, rng)
        line = f"{self.note()}action {written}"
        parents = [f"{p[0]}::{quote(p[1])}" for p in action["parents"]]
        if len(parents) == 1 and rng.random() < 0.5:
            line += f" in {parents[0]}"
        elif parents:
            line += f" in [{', '.join(parents)}]"
        if action["applies"]:
            principals, resources, context = action["applies"]
            parts = [f"principal: {self.several(principals, space)}", f"resource: {self.several(resources, space)}"]
            if context[1] or rng.random() < 0.5:
                named = [n for n, c in self.commons.items() if c == context]
                written = self.reference(named[0], space) if named and rng.random() < 0.5 else self.record_text(context, space)
                parts.append(f"context: {written}")
            rng.shuffle(parts)
            line += " appliesTo { " + ", ".join(parts) + rng.choice(["", ","]) + " }"
        return line + ";"

    def several(self, names, space):
        """A list of names, or one name by itself."""
        written = [self.reference(name, space) for name in names]
        if len(written) == 1 and self.rng.random() < 0.5:
            return written[0]
        return "[" + ", ".join(written) + ("," if self.rng.random() < 0.01 else "") + "]"

    # Values

    def uid(self, name):
        choices = self.entities.get(name, {}).get("enum")
        return {"type": name, "id": self.rng.choice(choices or IDS[:5])}

    def value(self, kind, wrong=0.0, short=True):
        """A JSON value of a type; of any other with the probability `wrong`."""
        rng = self.rng
        if wrong and rng.random() < wrong:
            kind = self.make_type(1)
        if kind[0] == "Bool":
            return rng.random() < 0.5
        if kind[0] == "Long":
            return rng.choice(LONGS)
        if kind[0] == "String":
            return rng.choice(STRINGS)
        if kind[0] == "Entity":
            uid = self.uid(kind[1])
            if wrong and rng.random() < wrong:
                uid["id"] = rng.choice(IDS)
            return uid if short and rng.random() < 0.5 else {"__entity": uid}
        if kind[0] == "Extension":
            function, good, bad = EXTENSIONS[kind[1]]
            text = rng.choice(bad if wrong and rng.random() < wrong else good)
            return text if short and rng.random() < 0.5 else {"__extn": {"fn": function, "arg": text}}
        if kind[0] == "Set":
            return [self.value(kind[1], wrong, short) for _ in range(rng.randint(0, 3))]
        return self.record(kind[1], wrong, short)

    def record(self, fields, wrong=0.0, short=True):
        rng = self.rng
        out = {}
        for name, (kind, required) in fields:
            if (required and not (wrong and rng.random() < wrong)) or (not required and rng.random() < 0.6):
                out[name] = self.value(kind, wrong, short)
        if wrong and rng.random() < wrong:
            out[rng.choice(ATTRIBUTES)] = self.value(self.make_type(1), 0, short)
        return out

    def entity(self, name, wrong=0.0, short=True):
        rng = self.rng
        declared = self.entities[name]
        entity = {"uid": self.uid(name), "attrs": self.record(list(declared["attrs"].items()), wrong, short), "parents": []}
        for parent in sorted(self.ancestors(name)):
            if rng.random() < 0.5:
                entity["parents"].append(self.uid(parent))
        if wrong and rng.random() < wrong:
            entity["parents"].append(self.uid(rng.choice(list(self.entities))))
        if declared["tags"] and rng.random() < 0.7:
            entity["tags"] = {t: self.value(declared["tags"], wrong, short) for t in rng.sample(TAGS, rng.randint(0, 3))}
        return entity
