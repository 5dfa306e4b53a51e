#!/usr/bin/env bash
# Runs the libFuzzer targets, one process at a time, and prints for each what it did, one figure a line.
#
#   run.sh SECONDS [TARGET...]
#
# New inputs are kept in .build/fuzz/corpus/TARGET and used again the next time. $KLUIS_VECTORS, when it is there, gives more to begin with.
# What fails is left in .build/fuzz/found/TARGET, and the exit status is not 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=Tests/LibFuzzer
seconds=${1:?run.sh SECONDS [TARGET...]}
shift
targets=${*:-policy schema entities note checkpoint bundle proof add-checkpoint}
out=.build/fuzz
"$here/build.sh" $targets

# Swift's own crash reporter would end the program before libFuzzer can keep the input.
export SWIFT_BACKTRACE=enable=no
# Deep recursion has to fit a stack of 2 MiB, a quarter of what threads get.
ulimit -s 2048
ulimit -c 0

# vectors TARGET: links to such files of the vectors as the target reads.
vectors() {
    local folder=${KLUIS_VECTORS:-../shared/vectors} pattern
    case $1 in
    policy) pattern='*.cedar' ;;
    schema) pattern='*.cedarschema' ;;
    entities) pattern='*entit*.json' ;;
    note) pattern='*note*' ;;
    checkpoint) pattern='*checkpoint*' ;;
    *) return 0 ;;
    esac
    [ -d "$folder" ] || return 0
    find "$(realpath "$folder")" -type f -name "$pattern" -size -32k | sort | head -300 | while read -r file; do
        ln -sf "$file" "$out/vectors/$1/$(echo -n "$file" | sha256sum | head -c 16)"
    done
}

failed=0
for target in $targets; do
    mkdir -p "$out/corpus/$target" "$out/found/$target" "$out/vectors/$target"
    vectors "$target"
    case $target in
    policy | entities | bundle | add-checkpoint) length=65536 ;;
    *) length=16384 ;;
    esac
    log=$out/$target.log
    status=0
    before=$(ls "$out/found/$target" | wc -l)
    # The target itself refuses inputs that take more than a second of processor time; -timeout is for those that never end.
    TIMEFORMAT='%U %S'
    spent=$({ time "$out/bin/$target" -max_total_time="$seconds" -timeout=30 -report_slow_units=30 -rss_limit_mb=512 -max_len="$length" -print_final_stats=1 \
        -dict="$here/Dictionaries/$target.dict" -artifact_prefix="$out/found/$target/" \
        "$out/corpus/$target" "$here/Corpus/$target" "$out/vectors/$target" >"$log" 2>&1; } 2>&1) || status=$?
    figure() { awk -v name="stat::$1:" '$1 == name { print $2; found = 1 } END { if (!found) print 0 }' "$log"; }
    echo "fuzz-$target-executions: $(figure number_of_executed_units) 1"
    echo "fuzz-$target-seconds: $(echo "$spent" | tail -1 | awk '{ print $1 + $2 }') s"
    echo "fuzz-$target-peak-memory: $(figure peak_rss_mb) MiB"
    echo "fuzz-$target-failures: $(($(ls "$out/found/$target" | wc -l) - before)) 1"
    if [ "$status" != 0 ]; then
        failed=1
        echo "fuzz-$target failed:" >&2
        grep -aE 'VIOLATED|ERROR|Fatal error|Test unit written' "$log" >&2 || tail -5 "$log" >&2
        echo "again with: SWIFT_BACKTRACE=enable=no $out/bin/$target FILE" >&2
    fi
done
exit $failed
