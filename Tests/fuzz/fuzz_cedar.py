#!/usr/bin/env python3
"""Differential fuzzing of the Cedar library against the reference implementation.

Asks the program `cedar-oracle` and the PyPI package cedarpy 4.12.2 (a development tool only) the same questions about generated
schemas, policies, entities and requests, and counts the answers that differ.

    fuzz_cedar.py --oracle .build/debug/cedar-oracle --seed 1 --evaluations 100000 --validations 20000

Prints the seed and the counts for each kind of question, one figure a line, as `name: value unit`; exits with 1 when any answer differed.
Each difference is appended to the file given with --failures, as one JSON object a line that can be put to the oracle again.

What is compared: whether a schema, a policy text, entities and a request are accepted; the JSON form of policies; whether policies are
valid; decisions, determining and erring policies. Values come from entities and contexts in their explicit forms and, with a schema, in
their short ones.
"""

import argparse
import json
import random
import re
import subprocess
import sys

import cedarpy

from cedar_mutations import mutate_json, mutate_policy, mutate_schema
from cedar_policies import Policies
from cedar_schemas import Schema
from cedar_tiny import Tiny
from cedar_words import EXTENSIONS, damaged, dumps, quote

# What is asked, and how often when the command line does not say.
KINDS = {"schemas": 10_000, "parses": 10_000, "validations": 20_000, "entities": 10_000, "requests": 10_000, "evaluations": 100_000}


class Oracle:
    """The library under test, one question and one answer a line."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, question):
        self.process.stdin.write(dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the oracle died on {dumps(question)}")
        return json.loads(line)


class Fuzzer:
    def __init__(self, options):
        self.oracle = Oracle(options.oracle)
        self.goal = {kind: getattr(options, kind) for kind in KINDS}
        self.done = dict.fromkeys(KINDS, 0)
        self.positive = dict.fromkeys(KINDS, 0)
        self.erring, self.determined = 0, 0
        self.different = dict.fromkeys(KINDS, 0)
        self.failures = open(options.failures, "a", encoding="utf-8") if options.failures else None

    def wants(self, *kinds):
        return any(self.done[kind] < self.goal[kind] for kind in kinds)

    def count(self, kind, reference, ours, positive, question):
        self.done[kind] += 1
        self.positive[kind] += bool(positive)
        if reference != ours:
            self.different[kind] += 1
            record = dumps({"kind": kind, "question": question, "reference": reference, "ours": ours})
            if self.failures:
                self.failures.write(record + "\n")
                self.failures.flush()
            if self.different[kind] <= 5:
                print("DIFFERENT", record[:2000], file=sys.stderr)

    # One round: one schema, and questions about it

    def round(self, seed):
        rng = random.Random(seed)
        schema = Schema(rng)
        text = schema.text()
        handle = self.schema(text)
        for _ in range(3):
            if self.wants("schemas"):
                mutated = mutate_schema(rng, text)
                self.again(mutated, self.schema(mutated), lambda: [Policies(rng, schema, 0.02).policy() for _ in range(3)])
                tiny = Tiny(rng)
                text_of_tiny = tiny.text()
                self.again(text_of_tiny, self.schema(text_of_tiny), lambda: [tiny.probe() for _ in range(5)])
        if handle is None:
            return
        if self.wants("entities"):
            self.entities(rng, schema, text, handle)
        if self.wants("requests"):
            self.requests(rng, schema, text, handle)
        if self.wants("validations", "parses"):
            self.policies(rng, schema, text, handle)
        if self.wants("evaluations"):
            self.evaluations(rng, schema, text, handle)
            self.extensions(rng)

    def again(self, text, handle, policies):
        """Puts policies to a schema that was not made by the generator, if it is one."""
        if handle is not None and self.wants("validations"):
            for policy in policies():
                self.validation(policy, text, handle)

    def schema(self, text):
        try:
            handle = cedarpy.Schema.from_str(text)
        except ValueError:
            handle = None
        question = {"op": "schema", "schema": text}
        self.count("schemas", handle is not None, "ok" in self.oracle.ask(question), handle is not None, question)
        return handle

    def policies(self, rng, schema, text, handle):
        for wrong in (0.0, 0.01, 0.05):
            writer = Policies(rng, schema, wrong)
            for _ in range(8):
                policy = writer.policy()
                self.validation(policy, text, handle)
                if self.wants("parses"):
                    self.parse(policy)
                mutated = mutate_policy(rng, policy)
                if self.parse(mutated):
                    self.validation(mutated, text, handle)

    def validation(self, policy, text, handle):
        result = cedarpy.validate_policies(policy, handle)
        is_parsed = not any("parse error" in e.error for e in result.errors)
        question = {"op": "validate", "schema": text, "policies": policy}
        answer = self.oracle.ask(question)
        reference = "valid" if result.validation_passed else "invalid" if is_parsed else "unreadable"
        ours = "unreadable" if "error" in answer else "invalid" if answer["findings"] else "valid"
        self.count("validations", reference, ours, reference == "valid", question)

    def parse(self, policy):
        try:
            cedarpy.PolicySet.from_str(policy)
            reference = json.dumps(json.loads(cedarpy.policies_to_json_str(policy)), sort_keys=True)
        except ValueError:
            reference = None
        question = {"op": "parse", "policies": policy}
        answer = self.oracle.ask(question)
        ours = json.dumps(answer["json"], sort_keys=True) if "ok" in answer else None
        self.count("parses", reference, ours, reference is not None, question)
        return reference is not None

    def entities(self, rng, schema, text, handle):
        for wrong in (0.0, 0.03, 0.1):
            for _ in range(6):
                listed = [schema.entity(rng.choice(list(schema.entities)), wrong) for _ in range(rng.randint(1, 3))]
                if rng.random() < 0.3:
                    listed.append(self.action_entity(rng, schema, wrong))
                written = dumps(mutate_json(rng, listed) if rng.random() < wrong * 3 else listed)
                try:
                    cedarpy.Entities.from_json_str(written, handle)
                    reference = True
                except (ValueError, OverflowError):
                    reference = False
                question = {"op": "entities", "schema": text, "text": written}
                self.count("entities", reference, "ok" in self.oracle.ask(question), reference, question)

    def action_entity(self, rng, schema, wrong):
        uid = rng.choice(list(schema.actions))
        above = sorted(schema.action_ancestors(uid))
        if rng.random() < wrong * 3:
            above = rng.sample(above, rng.randint(0, len(above)))
        return {"uid": {"type": uid[0], "id": uid[1]}, "attrs": {}, "parents": [{"type": t, "id": i} for t, i in above]}

    def requests(self, rng, schema, text, handle):
        policies = cedarpy.PolicySet.from_str("permit(principal, action, resource);")
        entities = cedarpy.Entities.from_json_str("[]")
        for wrong in (0.0, 0.05):
            for _ in range(6):
                request = self.request(rng, schema, wrong, True)
                if rng.random() < wrong * 3:
                    context = mutate_json(rng, request["context"])
                    request["context"] = context if isinstance(context, dict) else {}
                result = cedarpy.is_authorized(request, policies, entities, handle)
                reference = result.decision == cedarpy.Decision.Allow
                question = dict(request, op="request", schema=text)
                self.count("requests", reference, "ok" in self.oracle.ask(question), reference, question)

    def request(self, rng, schema, wrong, short, environment=None):
        environments = schema.environments()
        names = list(schema.entities)
        if environment and rng.random() >= wrong:
            principal, action, resource, context = environment
        elif environments and rng.random() >= wrong:
            principal, action, resource, context = rng.choice(environments)
        else:
            principal, action, resource, context = rng.choice(names), rng.choice(list(schema.actions)), rng.choice(names), ("Record", ())
        uids = [schema.uid(principal), schema.uid(resource)]
        if rng.random() < wrong:
            uids[rng.randint(0, 1)] = {"type": rng.choice(["Nope", "Action"] + names), "id": "a"}
        return {"principal": uids[0], "action": {"type": action[0], "id": action[1]}, "resource": uids[1],
                "context": schema.record(list(context[1]), wrong, short)}

    def evaluations(self, rng, schema, text, handle):
        # Values in their short forms need the schema to be read; what does not fit it is refused then.
        for directed in (False, True):
            entities = {}
            for _ in range(rng.randint(3, 30)):
                wrong = 0.0 if directed else rng.choice([0.0, 0.0, 0.05])
                entity = schema.entity(rng.choice(list(schema.entities)), wrong, short=directed)
                if wrong and rng.random() < 0.2:
                    attributes = mutate_json(rng, entity["attrs"])
                    entity["attrs"] = attributes if isinstance(attributes, dict) else {}
                entities[dumps(entity["uid"])] = entity
            for uid, action in schema.actions.items() if not directed else ():
                parents = [{"type": t, "id": i} for t, i in action["parents"]]
                entities[dumps(uid)] = {"uid": {"type": uid[0], "id": uid[1]}, "attrs": {}, "parents": parents}
            written = dumps(list(entities.values()))
            try:
                stored = cedarpy.Entities.from_json_str(written, handle if directed else None)
            except ValueError:
                stored = None
            for wrong in (0.0, 0.02, 0.1):
                writer = Policies(rng, schema, wrong, open=0.5)
                policies, requests = [], []
                for _ in range(rng.randint(1, 4)):
                    policies.append(writer.policy())
                    requests += [self.request(rng, schema, 0.03, directed, writer.environment) for _ in range(5)]
                    if not directed and rng.random() < 0.2:
                        requests[-1]["context"] = mutate_json(rng, requests[-1]["context"])
                question = {"op": "authorize", "policies": "\n".join(policies), "entities": written, "requests": requests}
                self.evaluation(dict(question, schema=text) if directed else question, stored, handle if directed else None)

    def extensions(self, rng):
        """Texts of the extension types, most of them a little wrong."""
        policies = []
        for _ in range(20):
            function, good, bad = rng.choice(list(EXTENSIONS.values()))
            left = f"{function}({quote(damaged(rng, function, rng.choice(good + bad)))})"
            right = f"{function}({quote(rng.choice(good))})"
            test = f"{left} == {right}"
            if function == "decimal":
                test = f"{left}.{rng.choice(['lessThan', 'greaterThanOrEqual'])}({right})"
            elif function == "ip":
                test = rng.choice([f"{left}.isInRange({right})", f"{right}.isInRange({left})", f"{left}.isLoopback()", f"{left}.isMulticast()"])
            elif function == "datetime":
                test = rng.choice([f"{left} < {right}", f'{left}.toTime() < duration("{rng.choice(["11h35m", "1ms"])}")',
                                   f"{left}.toDate() == {right}.toDate()", f"{left}.durationSince({right}).toDays() < {rng.randint(-9, 9)}"])
            elif rng.random() < 0.7:
                test = f"{left}.{rng.choice(['toDays', 'toHours', 'toSeconds', 'toMilliseconds'])}() {rng.choice(['<', '=='])} {rng.randint(-9, 9)}"
            policies.append(f"permit (principal, action, resource) when {{ {test} }};")
        uid = {"type": "User", "id": "a"}
        requests = [{"principal": uid, "action": {"type": "Action", "id": "a"}, "resource": uid, "context": {}}]
        question = {"op": "authorize", "policies": "\n".join(policies), "entities": "[]", "requests": requests}
        self.evaluation(question, cedarpy.Entities.from_json_str("[]"), None)

    def evaluation(self, question, entities, schema):
        policies, requests = question["policies"], question["requests"]
        answer = self.oracle.ask(question)
        try:
            parsed = cedarpy.PolicySet.from_str(policies) if entities is not None else None
        except ValueError:
            parsed = None
        if parsed is None:
            self.count("evaluations", "unreadable", "unreadable" if "error" in answer else "read", False, question)
            return
        results = cedarpy.is_authorized_batch(requests, parsed, entities, schema)
        ours = answer.get("responses") or [answer] * len(requests)
        for request, result, response in zip(requests, results, ours):
            errors = [re.search(r"policy `?(policy\d+)", error) for error in result.diagnostics.errors]
            if result.decision == cedarpy.Decision.NoDecision or None in errors:
                reference = "unreadable"
            else:
                reference = {"decision": result.decision.value.lower(), "reason": sorted(result.diagnostics.reasons),
                             "errors": sorted(match.group(1) for match in errors)}
                self.erring += bool(errors)
                self.determined += bool(reference["reason"])
            ours = response if "decision" in response else "unreadable"
            self.count("evaluations", reference, ours, result.allowed, dict(question, requests=[request]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", default=".build/debug/cedar-oracle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures")
    for kind, goal in KINDS.items():
        parser.add_argument(f"--{kind}", type=int, default=goal)
    options = parser.parse_args()
    fuzzer = Fuzzer(options)
    rounds = 0
    print(f"fuzz-seed: {options.seed} 1", flush=True)
    while fuzzer.wants(*KINDS):
        fuzzer.round(f"{options.seed}/{rounds}")
        rounds += 1
    print(f"fuzz-rounds: {rounds} 1")
    for kind in KINDS:
        print(f"fuzz-{kind}: {fuzzer.done[kind]} 1")
        print(f"fuzz-{kind}-positive: {fuzzer.positive[kind]} 1")
        print(f"fuzz-{kind}-differences: {fuzzer.different[kind]} 1")
    print(f"fuzz-evaluations-determined: {fuzzer.determined} 1")
    print(f"fuzz-evaluations-erring: {fuzzer.erring} 1")
    return 1 if any(fuzzer.different.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
