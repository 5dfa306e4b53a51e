#!/usr/bin/env python3
"""Differential fuzzing of the Cedar library against the reference implementation.

Asks the program `cedar-oracle` and the PyPI package cedarpy 4.12.2 (a development tool only) the same questions about generated
schemas, policies, entities and requests, and counts the answers that differ.

    fuzz_cedar.py --oracle .build/debug/cedar-oracle --seed 1 --evaluations 100000 --validations 20000

Prints the seed and one line of counts for each kind of question; exits with 1 when any answer differed. Each difference is appended
to the file given with --failures, as one JSON object a line that can be put to the oracle again.
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
from cedar_words import dumps

KINDS = ["schemas", "parses", "validations", "entities", "requests", "evaluations"]


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
        self.erring = 0
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
            self.evaluations(rng, schema)

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
            reference = True
        except ValueError:
            reference = False
        question = {"op": "parse", "policies": policy}
        self.count("parses", reference, "ok" in self.oracle.ask(question), reference, question)
        return reference

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

    def request(self, rng, schema, wrong, short):
        environments = schema.environments()
        names = list(schema.entities)
        if environments and rng.random() >= wrong:
            principal, action, resource, context = rng.choice(environments)
        else:
            principal, action, resource, context = rng.choice(names), rng.choice(list(schema.actions)), rng.choice(names), ("Record", ())
        uids = [schema.uid(principal), schema.uid(resource)]
        if rng.random() < wrong:
            uids[rng.randint(0, 1)] = {"type": rng.choice(["Nope", "Action"] + names), "id": "a"}
        return {"principal": uids[0], "action": {"type": action[0], "id": action[1]}, "resource": uids[1],
                "context": schema.record(list(context[1]), wrong, short)}

    def evaluations(self, rng, schema):
        entities = {}
        for _ in range(rng.randint(3, 14)):
            entity = schema.entity(rng.choice(list(schema.entities)), rng.choice([0.0, 0.0, 0.05]), short=False)
            entities[dumps(entity["uid"])] = entity
        for uid, action in schema.actions.items():
            parents = [{"type": t, "id": i} for t, i in action["parents"]]
            entities[dumps(uid)] = {"uid": {"type": uid[0], "id": uid[1]}, "attrs": {}, "parents": parents}
        written = dumps(list(entities.values()))
        try:
            handle = cedarpy.Entities.from_json_str(written)
        except ValueError:
            handle = None
        for wrong in (0.0, 0.02, 0.1):
            writer = Policies(rng, schema, wrong)
            policies = "\n".join(writer.policy() for _ in range(rng.randint(1, 4)))
            requests = [self.request(rng, schema, 0.03, False) for _ in range(12)]
            question = {"op": "authorize", "policies": policies, "entities": written, "requests": requests}
            self.evaluation(question, policies, handle, requests)

    def evaluation(self, question, policies, handle, requests):
        answer = self.oracle.ask(question)
        try:
            parsed = cedarpy.PolicySet.from_str(policies) if handle else None
        except ValueError:
            parsed = None
        if parsed is None:
            self.count("evaluations", "unreadable", "unreadable" if "error" in answer else "read", False, question)
            return
        results = cedarpy.is_authorized_batch(requests, parsed, handle)
        ours = answer.get("responses") or [answer] * len(requests)
        for request, result, response in zip(requests, results, ours):
            errors = [re.search(r"policy `?(policy\d+)", error) for error in result.diagnostics.errors]
            if result.decision == cedarpy.Decision.NoDecision or None in errors:
                reference = "unreadable"
            else:
                reference = {"decision": result.decision.value.lower(), "reason": sorted(result.diagnostics.reasons),
                             "errors": sorted(match.group(1) for match in errors)}
                self.erring += bool(errors)
            ours = response if "decision" in response else "unreadable"
            self.count("evaluations", reference, ours, result.allowed, dict(question, requests=[request]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", default=".build/debug/cedar-oracle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0)
    options = parser.parse_args()
    fuzzer = Fuzzer(options)
    rounds = 0
    print(f"seed: {options.seed}", flush=True)
    while fuzzer.wants(*KINDS):
        fuzzer.round(f"{options.seed}/{rounds}")
        rounds += 1
    print(f"rounds: {rounds}")
    for kind in KINDS:
        print(f"{kind}: {fuzzer.done[kind]} (positive {fuzzer.positive[kind]}), differences: {fuzzer.different[kind]}")
    print(f"evaluations with an error in a policy: {fuzzer.erring}")
    return 1 if any(fuzzer.different.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
