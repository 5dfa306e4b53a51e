#!/usr/bin/env bash
# Builds the libFuzzer targets into .build/fuzz: the libraries once, instrumented and optimised, then one small program each.
#
# Not with the package manager: `-sanitize=fuzzer` brings its own `main`, and nothing of this may touch an ordinary build. What did not
# change is not built again.
#
#   build.sh [TARGET...]          FUZZ_SANITIZERS=fuzzer,address builds into .build/fuzz-address
set -euo pipefail
cd "$(dirname "$0")/../.."
here=Tests/LibFuzzer
sanitizers=${FUZZ_SANITIZERS:-fuzzer}
out=.build/fuzz
[ "$sanitizers" = fuzzer ] || out=.build/fuzz-${sanitizers#fuzzer,}
mkdir -p "$out/bin" "$out/stamp"

cedar="policy schema entities"
log="note checkpoint bundle proof add-checkpoint"
targets=${*:-$cedar $log}

# The package manager would make this map; the C beside it is instrumented too.
mkdir -p "$out/CSHA256"
echo "module CSHA256 { header \"$PWD/Sources/CSHA256/include/CSHA256.h\" export * }" >"$out/CSHA256/module.modulemap"

flags=(-O -parse-as-library -swift-version 6 -strict-memory-safety -warnings-as-errors -enable-testing -package-name kluis -I "$out" -I "$out/CSHA256" -I Sources/CSodium
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility)

# changed NAME FILE...: whether the files, the flags or the compiler are others than when NAME was built.
changed() {
    local name=$1 sum
    shift
    sum=$( (echo "${flags[*]} $sanitizers"; swiftc --version 2>/dev/null | head -1; cat "$@") | sha256sum)
    [ "$(cat "$out/stamp/$name" 2>/dev/null)" = "$sum" ] && return 1
    pending=$sum
}
built() { echo "$pending" >"$out/stamp/$1"; }

library() {
    local name=$1 instrument=$2
    shift 2
    changed "$name" "$@" || return 0
    echo "fuzz: compiling $name" >&2
    # Visibility of imports as in Package.swift.
    swiftc "${flags[@]}" $instrument -wmo -enable-upcoming-feature InternalImportsByDefault -module-name "$name" \
        -emit-module -emit-module-path "$out/$name.swiftmodule" -emit-object -o "$out/$name.o" "$@"
    built "$name"
}

digests() {
    changed CSHA256 Sources/CSHA256/*.c Sources/CSHA256/include/*.h || return 0
    clang -O2 "-fsanitize=${sanitizers/fuzzer/fuzzer-no-link}" -I Sources/CSHA256/include -c Sources/CSHA256/sha256.c -o "$out/CSHA256.o"
    built CSHA256
}

# make-corpus writes the part of the corpus that needs signatures. It is no target, so nothing in it is instrumented.
if [ "$targets" = make-corpus ]; then
    library Encodings "" Sources/Encodings/*.swift
    library Sealing "" Sources/Sealing/*.swift
    mkdir -p "$out/plain"
    clang -O2 -I Sources/CSHA256/include -c Sources/CSHA256/sha256.c -o "$out/plain/CSHA256.o"
    swiftc "${flags[@]}" -wmo -enable-upcoming-feature InternalImportsByDefault -module-name TransparencyLog \
        -emit-module -emit-module-path "$out/plain/TransparencyLog.swiftmodule" -emit-object -o "$out/plain/TransparencyLog.o" \
        Sources/TransparencyLog/*.swift
    swiftc -I "$out/plain" "${flags[@]}" -wmo -module-name MakeCorpus $here/Harness/Checks.swift $here/Log/{Fixture,MakeCorpus}.swift \
        "$out/plain/TransparencyLog.o" "$out/Sealing.o" "$out/Encodings.o" "$out/plain/CSHA256.o" -lsodium -o "$out/bin/make-corpus"
    exit
fi

wants() { for each in $targets; do case " $1 " in *" $each "*) return 0 ;; esac; done; return 1; }

if wants "$cedar"; then library Cedar "-sanitize=$sanitizers" Sources/Cedar/*.swift; fi
if wants "$log"; then
    digests
    library Encodings "-sanitize=$sanitizers" Sources/Encodings/*.swift
    library Sealing "" Sources/Sealing/*.swift
    library TransparencyLog "-sanitize=$sanitizers" Sources/TransparencyLog/*.swift
fi

for target in $targets; do
    case " $cedar " in
    *" $target "*)
        sources=($here/Harness/{Entry,Checks}.swift $here/Cedar/{Common,World,Printer}.swift "$here/Cedar/$target.swift")
        objects=("$out/Cedar.o")
        libraries=()
        ;;
    *)
        sources=($here/Harness/{Entry,Checks}.swift $here/Log/Fixture.swift "$here/Log/$target.swift")
        objects=("$out/TransparencyLog.o" "$out/Sealing.o" "$out/Encodings.o" "$out/CSHA256.o")
        libraries=(-lsodium)
        ;;
    esac
    [ -e "${sources[-1]}" ] || { echo "fuzz: there is no target $target" >&2; exit 2; }
    changed "$target" "${sources[@]}" "${objects[@]}" || continue
    echo "fuzz: compiling $target" >&2
    swiftc "${flags[@]}" "-sanitize=$sanitizers" -wmo -module-name "Fuzz_${target//-/_}" "${sources[@]}" "${objects[@]}" "${libraries[@]}" \
        -o "$out/bin/$target"
    built "$target"
done
