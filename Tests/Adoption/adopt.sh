#!/usr/bin/env bash
# A real vault gets another policy set: refused until the municipality and every partner have signed exactly that step, then in force, and in the log.
# Usage: adopt.sh BUILD-DIRECTORY POLICIES. Prints what it shows; exit 0 and last line `adoption: ok`, else what went wrong and exit 1.
set -euo pipefail
build=$1 policies=$2
kluisd=$build/kluisd kluis=$build/kluis
for name in $(compgen -e); do case $name in KLUIS_*) unset "$name" ;; esac; done
export LC_ALL=C.UTF-8 KLUIS_LANG=en
umask 077
place=$(mktemp -d /tmp/kluis-adopt.XXXXXX)
daemon=
finish() {
    if [ -n "$daemon" ]; then kill -KILL "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; fi
    rm -rf "$place"
}
trap finish EXIT
export KLUIS_SOCKET=$place/s KLUIS_PINS=$place/pins
config=$place/kluisd.yaml
cat >"$config" <<END
state-directory: $place/state
key-directory: $place/keys
policy-directory: $place/policies
socket: $place/s
socket-mode: "0600"
unseal: key-file
key-file: $place/root.key
log-level: error
END
head -c 32 /dev/urandom >"$place/root.key"
mkdir "$place/state" "$place/keys"
cp -r "$policies" "$place/policies"

fail() { echo "adoption: FAILED: $*" >&2; cat "$place/out" "$place/err" >&2 || true; exit 1; }
# expect EXIT COMMAND…: what it said is in $place/out and $place/err.
expect() {
    local wanted=$1 code=0
    shift
    timeout 120 "$@" >"$place/out" 2>"$place/err" </dev/null || code=$?
    [ "$code" = "$wanted" ] || fail "$*: exit $code, expected $wanted"
}
said() { grep -qE -- "$1" "$place/out" "$place/err" || fail "nothing like '$1' was said"; }
unsaid() { if grep -qE -- "$1" "$place/out" "$place/err"; then fail "'$1' was said"; fi; }
serve() {
    "$kluisd" serve --config "$config" >"$place/daemon.out" 2>"$place/daemon.err" </dev/null &
    daemon=$!
    local waited=0
    until "$kluis" status >/dev/null 2>&1; do
        kill -0 "$daemon" 2>/dev/null || fail "the daemon ended: $(cat "$place/daemon.err")"
        waited=$((waited + 1))
        [ "$waited" -lt 600 ] || fail "the daemon does not answer"
        sleep 0.1
    done
}
stop() { kill -TERM "$daemon"; wait "$daemon" || fail "the daemon ended badly"; daemon=; }
key() { ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$place/$1"; }
sign() { rm -f "$place/$1.step.sig"; cp "$2" "$place/$1.step"; ssh-keygen -q -Y sign -n "${3:-kluis-adopt@v1}" -f "$place/$1" "$place/$1.step" 2>/dev/null; }
signed() { echo "--signature=$1=$place/$1.step.sig"; }
adopt() { local code=$1; shift; expect "$code" "$kluisd" adopt --config "$config" --policies "$place/next" "$@"; }

for name in lotte renske kees mirjam; do key $name; done
expect 0 "$kluisd" init --config "$config" --municipality waterwolde --municipality-name 'Gemeente Waterwolde' --administrator lotte \
    --key "$place/lotte.pub" --uid "$(id -u)"
serve
export KLUIS_RUNTIME=$place/session
expect 0 "$kluis" login lotte --key "$place/lotte"
printf 'handle: balans\nname: Schuldhulp Balans\nkind: partner\nconvenant signed on: 2026-01-01\n' >"$place/balans.txt"
expect 0 "$kluis" organisation add --file "$place/balans.txt" --purpose D8
worker() {
    printf 'handle: %s\nname: %s\norganisation: %s\nsecrecy declared on: 2026-01-01\n' "$1" "$1" "$2" >"$place/$1.worker"
    expect 0 "$kluis" worker add --file "$place/$1.worker" --purpose D8
    expect 0 "$kluis" worker role "$1" "$3" --purpose D8
    expect 0 "$kluis" worker key "$1" "$place/$1.pub" --uid "$4" --stored-apart --purpose D8
}
# Everybody on a machine account of their own; renske's is `nobody`.
worker renske waterwolde privacyOfficer 65534
worker mirjam waterwolde teamCoordinator 60001
worker kees balans teamMember 60002
expect 0 "$kluis" status
before=$(sed -n 's/^policies *//p' "$place/out")
stop
echo "a real vault with a municipality and one partner serves the set it was made with"

# The offered set: one sentence reads differently.
cp -r "$place/policies" "$place/next"
sed -i 's/Without a purpose no action/No action without a purpose/; s/Every action has one purpose/One purpose for every action/' "$place/next/03-purposes.cedar"
! cmp -s "$place/policies/03-purposes.cedar" "$place/next/03-purposes.cedar" || fail "the offered set is the adopted one"
mv "$place/policies" "$place/adopted" && cp -r "$place/next" "$place/policies"
expect 2 "$kluisd" serve --config "$config"
said 'are not those that the vault adopted'
said 'kluisd adopt'
echo "the daemon does not serve a set that nobody adopted"

adopt 0
cp "$place/out" "$place/step"
said '^adopted [0-9a-f]{64}$'
said '^adopt [0-9a-f]{64}$'
said 'kluis-adopt@v1'
adopt 1 "$(sign renske "$place/step"; signed renske)"
said 'refused \(PR-2\.5\): balans has not signed; a second person has not signed'
adopt 1 "$(signed renske)" "$(sign mirjam "$place/step"; signed mirjam)"
said 'balans has not signed'
unsaid 'second person'
adopt 1 "$(signed mirjam)" "$(sign kees "$place/step"; signed kees)"
said 'no privacy officer has signed'
sed 's/^adopt .*/adopt 0000000000000000000000000000000000000000000000000000000000000000/' "$place/step" >"$place/other"
adopt 1 "$(signed renske)" "$(sign kees "$place/other"; signed kees)"
said 'the signature of kees does not count; balans has not signed'
adopt 1 "$(signed renske)" "$(sign kees "$place/step" kluis-login@v1; signed kees)"
said 'the signature of kees does not count'
adopt 1 "$(signed renske)" "--signature=kees=$place/renske.step.sig"
said 'the signature of kees does not count'
adopt 2 --signature=kees
cp -r "$place/policies" "$place/broken"
echo 'permit (principal, action, resource' >>"$place/broken/03-purposes.cedar"
expect 2 "$kluisd" adopt --config "$config" --policies "$place/broken"
expect 2 "$kluisd" serve --config "$config"
echo "half of the signatures, one under another step, one for signing in, somebody else's, a set that does not parse: refused"

adopt 0 "$(signed renske)" "$(sign kees "$place/step"; signed kees)"
said '^adopted: reglement PR-2026-01, digest [0-9a-f]{64}$'
adopt 6 "$(signed renske)" "$(signed kees)"
said 'in force already'
serve
expect 0 "$kluis" status
after=$(sed -n 's/^policies *//p' "$place/out")
[ "$before" != "$after" ] && grep -q "^adopt $after\$" "$place/step" || fail "another set is in force"
# Only root can play renske on her own machine account, and she is the one who may read the log.
if [ "$(id -u)" = 0 ]; then
    chmod 711 "$place" && chmod 666 "$place/s"
    install -d -o 65534 -m 700 "$place/home"
    install -o 65534 -m 600 "$place/renske" "$place/home/key"
    install -m 755 "$kluis" "$place/kluis"
    renske=(env "KLUIS_PINS=$place/home/pins" "KLUIS_RUNTIME=$place/home/session" setpriv --reuid=65534 --regid=65534 --clear-groups "$place/kluis")
    expect 0 "${renske[@]}" login renske --key "$place/home/key"
    expect 0 "${renske[@]}" ledger show --last 100 --purpose D8
    for caller in renske kees; do said "$caller +.*adopt policies +permit +PR-2\.4, PR-2\.5"; done
    [ "$(grep -cE 'system:operator .*adopt policies +refuse +PR-2\.5' "$place/out")" = 6 ] || fail "not every refused attempt is in the log"
fi
stop
expect 0 "$kluis" ledger verify --offline "$place/state/ledger"
echo "with both signatures the set is in force, and every attempt is in the log"

# The old signatures do not bring the old set back, nor this one a second time.
rm -rf "$place/next" && mv "$place/adopted" "$place/next"
adopt 1 "$(signed renske)" "$(signed kees)"
said 'the signature of renske does not count'
rm -rf "$place/policies" && cp -r "$place/next" "$place/policies"
expect 2 "$kluisd" serve --config "$config"
echo "signatures under one step are good for no other"
echo 'adoption: ok'
