"""Tiny schemas with few names and many meanings, right or wrong, and policies that tell which meaning was chosen."""

SPACES = ["N", "M", "N::M"]
ENTITIES = ["A", "B", "Long", "ipaddr", "Set", "Bool"]
TYPES = ["A", "B", "C", "ipaddr", "decimal", "Action"]
PROBES = ["1", "true", '"s"', 'ip("10.0.0.1")', "[1]", "{a: 1}", 'decimal("1.0")', "principal", "resource", "action"]


class Tiny:
    """One schema: first the names, then what they are."""

    def __init__(self, rng):
        self.rng = rng
        self.spaces = [""] * (rng.random() < 0.8) + rng.sample(SPACES, rng.randint(0, 2)) or [""]
        self.entities, self.types, self.actions = [], [], []
        for space in self.spaces:
            self.entities += [(space, base) for base in ENTITIES if rng.random() < 0.3 and self.is_free(space, base)]
            self.types += [(space, base) for base in TYPES if rng.random() < 0.2 and self.is_free(space, base)]
            self.actions += [(space, base) for base in "abcd" if rng.random() < 0.3 and self.is_free_action(space, base)]

    def is_free(self, space, base):
        """Whether the name hides nothing; now and then without looking."""
        return self.rng.random() < 0.03 or ("", base) not in self.entities + self.types

    def is_free_action(self, space, base):
        return self.rng.random() < 0.03 or ("", base) not in self.actions

    def reference(self, names, space):
        rng = self.rng
        if not names or rng.random() < 0.05:
            return rng.choice(["Long", "String", "Bool", "decimal", "ipaddr", "__cedar::Long", "__cedar::A", "C", "Action", "N::Action", "Set"])
        owner, base = rng.choice(names)
        return base if (owner in ("", space) or rng.random() < 0.1) and rng.random() < 0.8 else f"{owner}::{base}" if owner else base

    def kind(self, space, depth=2):
        rng = self.rng
        roll = rng.random()
        if depth and roll < 0.1:
            return f"Set<{self.kind(space, depth - 1)}>"
        if depth and roll < 0.25:
            return "{" + f"a{rng.choice(['', '?'])}: {self.kind(space, depth - 1)}" + "}"
        if roll < 0.45:
            return rng.choice(["Long", "String", "Bool", "decimal", "ipaddr", "__cedar::Long", "__cedar::ipaddr"])
        return self.reference(self.entities + self.types + [(s, "Action") for s, _ in self.actions], space)

    def several(self, make):
        items = [make() for _ in range(self.rng.randint(1, 2))]
        return items[0] if len(items) == 1 and self.rng.random() < 0.5 else "[" + ", ".join(items) + "]"

    def action_reference(self, space):
        rng = self.rng
        if not self.actions or rng.random() < 0.05:
            return rng.choice(['"nope"', 'Nope::"a"', "a", 'N::Action::"a"', '__cedar::Action::"a"'])
        owner, base = rng.choice(self.actions)
        if owner in ("", space) and rng.random() < 0.7:
            return rng.choice([base, f'"{base}"', f'Action::"{base}"'])
        return f"{owner + '::' if owner else ''}Action::\"{base}\""

    def entity(self, space, base):
        rng = self.rng
        if rng.random() < 0.1:
            return f'entity {base} enum ["a"];'
        above = f" in {self.several(lambda: self.reference(self.entities, space))}" if rng.random() < 0.3 else ""
        tags = f" tags {self.kind(space)}" if rng.random() < 0.2 else ""
        return f"entity {base}{above} {{ x: {self.kind(space)} }}{tags};"

    def action(self, space, base):
        rng = self.rng
        above = f" in {self.several(lambda: self.action_reference(space))}" if rng.random() < 0.3 else ""
        if rng.random() < 0.2 or not self.entities:
            return f"action {base}{above};"
        context = ""
        if rng.random() < 0.4:
            context = f", context: {self.reference(self.types, space) if rng.random() < 0.3 else '{ x: ' + self.kind(space) + ' }'}"
        ends = [self.several(lambda: self.reference(self.entities, space)) for _ in range(2)]
        return f"action {base}{above} appliesTo {{ principal: {ends[0]}, resource: {ends[1]}{context} }};"

    def text(self):
        out = []
        for space in self.spaces:
            body = [self.entity(s, b) for s, b in self.entities if s == space] + [self.action(s, b) for s, b in self.actions if s == space]
            body += [f"type {b} = {self.kind(s)};" for s, b in self.types if s == space]
            self.rng.shuffle(body)
            out.append(f"namespace {space} {{ {' '.join(body)} }}" if space else "\n".join(body))
        return "\n".join(out) + "\n"

    def full_name(self):
        space, base = self.rng.choice(self.entities + self.types + [("", "Nope")] if self.rng.random() < 0.1 else self.entities or [("", "A")])
        return f"{space}::{base}" if space else base

    def action_uid(self):
        space, base = self.rng.choice(self.actions or [("", "a")])
        return f"{space + '::' if space else ''}Action::\"{base}\""

    def probe(self):
        """A policy whose verdict depends on what a name stands for."""
        rng = self.rng
        left = rng.choice(["principal.x", "resource.x", "context.x", 'principal.getTag("k")', "principal.x.x", "principal.x.a", "principal"])
        right = rng.choice(PROBES + [f'{self.full_name()}::"a"', f'{self.full_name()}::"b"', self.action_uid(), left])
        roll = rng.random()
        if roll < 0.25:
            test = f"{left} is {rng.choice([self.full_name(), 'Action', 'N::Action'])} && 1"
        elif roll < 0.4:
            test = f"{left} in {right} && 1"
        else:
            test = f"{left} == {right}"
        if "getTag" in left:
            test = f'principal.hasTag("k") && {test}'
        if "context" in left and rng.random() < 0.5:
            test = f"context has x && {test}"
        scope = rng.choice(["principal, action, resource", f"principal is {self.full_name()}, action, resource",
                            f"principal, action in {self.action_uid()}, resource", f"principal, action == {self.action_uid()}, resource",
                            f"principal in {self.full_name()}::\"a\", action, resource is {self.full_name()}"])
        return f"permit ({scope}) when {{ {test} }};"
