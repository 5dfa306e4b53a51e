#!/usr/bin/env bash
# Compiles each source in this folder against the built modules and demands that it fails with the message it expects.
# Usage: run.sh [build directory]. The first one is valid and must compile.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-.build/debug}
# Ownership is checked after type checking, hence -emit-sil.
flags=(-emit-sil -o /dev/null -swift-version 6 -parse-as-library -package-name outside -I "$build/Modules" -I Sources/CSodium)
for module in "$build"/*.build; do
    for map in "$module"/*.modulemap; do [ -f "$map" ] && flags+=(-Xcc "-fmodule-map-file=$map"); done
done
for map in $(find .build/checkouts -path '*Sources*' -name module.modulemap 2>/dev/null | grep -v -i test); do
    flags+=(-Xcc "-fmodule-map-file=$map")
done
passed=0 failed=0
for source in Tests/MustNotCompile/*.swift; do
    name=$(basename "$source" .swift)
    expected=$(sed -n '1s,^// expect: ,,p' "$source")
    if message=$(swiftc "${flags[@]}" "$source" 2>&1); then
        if [ "$expected" = none ]; then passed=$((passed + 1)); echo "compiles, as it must: $name"
        else failed=$((failed + 1)); echo "COMPILES, but must not: $name"; fi
    elif [ "$expected" != none ] && grep -qE -- "error: .*($expected)" <<<"$message"; then
        passed=$((passed + 1)); echo "refused, as it must: $name"
    else
        failed=$((failed + 1)); echo "WRONG MESSAGE: $name, expected: $expected"; grep -m3 error: <<<"$message" || true
    fi
done
echo "must-not-compile: $passed passed, $failed failed"
[ "$failed" = 0 ]
