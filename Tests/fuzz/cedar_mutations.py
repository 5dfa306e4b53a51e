"""Small damage to texts that were in order: the result may or may not still be one."""

import copy
import re

SCHEMA_WORDS = ["entity", "action", "type", "namespace", "in", "tags", "enum", "appliesTo", "principal", "resource", "context", "attributes",
                "Set", "Set<", ">", "Long", "String", "Bool", "decimal", "__cedar", "__cedar::Long", "N", "N::User", "User", "Action", "::", ":",
                "?", "=", ";", ",", "{", "}", "[", "]", "[]", "{}", "@doc(\"x\")", "@doc", '"a"', '"\\*"', "//", "if", "Common0", "Boolean"]
POLICY_WORDS = ["permit", "forbid", "when", "unless", "principal", "action", "resource", "context", "?principal", "?resource", "in", "is", "has",
                "like", "if", "then", "else", "true", "false", "==", "=", "!=", "<", "&&", "||", "!", "-", "--", "+", "*", "/", "%", ".", ",", ";",
                "(", ")", "[", "]", "{", "}", "::", ":", "@id(\"x\")", "@id", '"a"', '"\\*"', '"\\q"', "a", "User", "User::\"a\"", "1",
                "9223372036854775807", "9223372036854775808", "-9223372036854775808", "ip", "decimal(\"1.0\")", ".contains(1)", ".isEmpty()",
                ".getTag(\"a\")", "__cedar", "//", "\u00a0", "é", "#", "&", "|", "'", "\"", "\\", "() ", "[1]", ".foo()", "foo(1)", "has a.b.c"]
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|[A-Za-z_][A-Za-z0-9_]*|\d+|::|==|!=|<=|>=|&&|\|\||\s+|.', re.S)


def sort_of(token):
    """Tokens of one sort can often stand for each other."""
    if token[0].isalpha() or token[0] == "_":
        return "word"
    if token[0] in '"0123456789':
        return token[0] == '"'
    return "&&" if token in ("&&", "||") else "==" if token in ("==", "!=", "<", "<=", ">", ">=") else "+" if token in "+-*" else token


def mutate(rng, text, words):
    tokens = TOKEN.findall(text)
    if rng.random() < 0.5:
        # Exchanges tokens for others of their sort only, so that the result is often still in order.
        for _ in range(rng.choice([1, 1, 2, 3])):
            solid = [i for i, t in enumerate(tokens) if not t.isspace()]
            place = rng.choice(solid)
            others = [t for t in [tokens[i] for i in solid] + words if sort_of(t) == sort_of(tokens[place])]
            tokens[place] = rng.choice(others)
        return "".join(tokens)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if not tokens:
            break
        solid = [i for i, t in enumerate(tokens) if not t.isspace()] or [0]
        place = rng.choice(solid)
        roll = rng.random()
        if roll < 0.25:
            del tokens[place]
        elif roll < 0.45:
            tokens.insert(place, rng.choice(words) + rng.choice(["", " "]))
        elif roll < 0.65:
            tokens[place] = rng.choice(words)
        elif roll < 0.8:
            tokens[place] = tokens[rng.choice(solid)]
        elif roll < 0.9:
            tokens.insert(place, tokens[rng.choice(solid)] + " ")
        else:
            other = rng.choice(solid)
            tokens[place], tokens[other] = tokens[other], tokens[place]
    return "".join(tokens)


def mutate_schema(rng, text):
    return mutate(rng, text, SCHEMA_WORDS)


def mutate_policy(rng, text):
    return mutate(rng, text, POLICY_WORDS)


JSON_VALUES = [None, True, False, 0, 1, -1, 1.5, 2**63, "", "a", "1.0", "10.0.0.1", "2024-01-01", "1h", [], {}, [1], {"a": 1},
               {"type": "User", "id": "a"}, {"__entity": {"type": "User", "id": "a"}}, {"__extn": {"fn": "ip", "arg": "10.0.0.1"}},
               {"fn": "decimal", "arg": "1.0"}, {"__extn": {"fn": "offset", "args": ["2024-01-01", "1h"]}}, {"__expr": "1"}, {"__extn": 1},
               {"__entity": 1}, {"__entity": {"type": "User"}}, {"fn": "toDate", "arg": "2024-01-01"}]
JSON_NAMES = ["a", "type", "id", "uid", "attrs", "parents", "tags", "__entity", "__extn", "fn", "arg", "args", "extra", ""]


def places(value, path=()):
    """The paths of all values within a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, path + (index,))


def mutate_json(rng, value):
    """The value with one to three parts replaced, removed, renamed or added."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 2, 3])):
        path = rng.choice(list(places(value)))
        if not path:
            continue
        owner = value
        for step in path[:-1]:
            owner = owner[step]
        last = path[-1]
        roll = rng.random()
        if roll < 0.4:
            owner[last] = copy.deepcopy(rng.choice(JSON_VALUES))
        elif roll < 0.6:
            del owner[last]
        elif isinstance(owner, dict):
            owner[rng.choice(JSON_NAMES)] = copy.deepcopy(rng.choice(JSON_VALUES)) if roll < 0.8 else owner.pop(last)
        else:
            owner.append(copy.deepcopy(rng.choice(JSON_VALUES)))
    return value
