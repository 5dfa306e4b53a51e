#!/usr/bin/env python3
"""The rate of the reference implementation (cedarpy 4.12.2) on `made/world`, prepared: policies and entities parsed beforehand.

    reference_rate.py VECTORS

Prints one figure a line. `cedarpy-decisions` is what a Python caller gets, all requests in one call, their contexts already JSON text;
`cedarpy-authorize` leaves out all but what the implementation itself says its authorizer took, requests built beforehand.
"""

import json
import pathlib
import sys
import time

import cedarpy

ROUNDS = 5


def main():
    world = pathlib.Path(sys.argv[1]) / "cedar" / "made" / "world"
    policies = cedarpy.PolicySet.from_str((world / "world.cedar").read_text(encoding="utf-8"))
    entities = cedarpy.Entities.from_json_str((world / "world.entities.json").read_text(encoding="utf-8"))
    requests, expected = [], 0
    for line in (world / "requests.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        requests.append({"principal": row["principal"], "action": row["action"], "resource": row["resource"],
                         "context": json.dumps(row["context"])})
        expected += row["decision"] == "allow"
    best, engine = 0.0, 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        results = cedarpy.is_authorized_batch(requests, policies, entities)
        best = max(best, len(requests) / (time.perf_counter() - start))
        if sum(result.allowed for result in results) != expected:
            raise SystemExit("cedarpy's decisions are not those of the vectors")
        engine = max(engine, len(requests) * 1e6 / sum(result.metrics["authz_duration_micros"] for result in results))
    print(f"cedarpy-requests: {len(requests)} 1")
    print(f"cedarpy-allowed: {expected} 1")
    print(f"cedarpy-decisions: {best:.0f} 1/s")
    print(f"cedarpy-authorize: {engine:.0f} 1/s")


if __name__ == "__main__":
    main()
