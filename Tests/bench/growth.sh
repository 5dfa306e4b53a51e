#!/usr/bin/env bash
# How the cost of a decision grows: instructions counted by callgrind, not seconds.
#   growth.sh BENCH-POLICY        (KLUIS_VECTORS names the vectors; with PROFILE=1, also where the instructions go)
# Counts whole runs that decide all requests of made/world once and four times; the difference is three rounds of decisions without the
# reading and preparing before them. Exits with 1 when ten times the policies or a hundred times the entities costs more than 1.2 times.
set -euo pipefail
bench=$1
limit=1.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The same hashes in every run, so that two runs differ in their rounds only.
export SWIFT_DETERMINISTIC_HASHING=1

# counted ROUNDS POLICIES ENTITIES: instructions of the whole run.
counted() {
  valgrind --tool=callgrind --callgrind-out-file="$work/$2-$3-$1.out" "$bench" count "$@" >"$work/out" 2>"$work/err" ||
    { cat "$work/out" "$work/err" >&2; exit 2; }
  awk '/Collected/ { print $4 }' "$work/err"
}

requests=$(wc -l <"${KLUIS_VECTORS:-../shared/vectors}/cedar/made/world/requests.jsonl")
per_decision() {
  local one four
  one=$(counted 1 "$1" "$2")
  four=$(counted 4 "$1" "$2")
  awk -v a="$one" -v b="$four" -v n="$requests" 'BEGIN { printf "%.0f", (b - a) / (3 * n) }'
}

base=$(per_decision 1 1)
echo "cedar-instructions: $base 1/decision"
policies=$(per_decision 10 1)
echo "cedar-instructions-10x-policies: $policies 1/decision"
entities=$(per_decision 1 100)
echo "cedar-instructions-100x-entities: $entities 1/decision"
ratio() { awk -v a="$1" -v b="$base" 'BEGIN { printf "%.3f", a / b }'; }
echo "cedar-growth-policies: $(ratio "$policies") 1"
echo "cedar-growth-entities: $(ratio "$entities") 1"
if [ -n "${PROFILE:-}" ]; then
  # Where the instructions go, each function with all that it calls.
  valgrind --tool=callgrind --callgrind-out-file="$work/profile" --toggle-collect='*decideAll*' "$bench" count 3 >/dev/null 2>&1
  callgrind_annotate --inclusive=yes "$work/profile" | grep -A 60 'file:function' | swift demangle --simplified
fi
awk -v p="$(ratio "$policies")" -v e="$(ratio "$entities")" -v l=$limit 'BEGIN { exit p > l || e > l }' ||
  { echo "growth beyond $limit" >&2; exit 1; }
