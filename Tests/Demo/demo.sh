#!/usr/bin/env bash
# Waterwolde's first days: the real daemon on a practice vault, the real command line, one person after the other.
# Usage: demo.sh [build directory]. Needs what every Debian has, openssh-client and sqlite3; leaves nothing behind.
# Every step checks what came of it. What was not expected ends the demo with a message and exit 1.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "${1:-$root/.build/debug}" 2>/dev/null && pwd) || { echo "demo: there is no build in ${1:-$root/.build/debug}; run make build" >&2; exit 1; }
kluisd=$build/kluisd kluis=$build/kluis
for program in "$kluisd" "$kluis" "$(command -v ssh-keygen || echo ssh-keygen)" "$(command -v sqlite3 || echo sqlite3)"; do
    [ -x "$program" ] || { echo "demo: $program is missing; make demo builds and installs what it needs" >&2; exit 1; }
done

# What the caller has set must not steer the demo.
for name in $(compgen -e); do case $name in KLUIS_*) unset "$name" ;; esac; done
export LC_ALL=C.UTF-8 KLUIS_LANG=en
umask 077

base=${TMPDIR:-/tmp}
# The path of a socket has room for 107 bytes.
[ ${#base} -le 70 ] || base=/tmp
place=$(mktemp -d "$base/kluis-demo.XXXXXX")
state=$place/state keys=$place/state.keys papers=$place/papers out=$place/out err=$place/err
export KLUIS_SOCKET=$place/kluis.sock
daemon=
finish() {
    if [ -n "$daemon" ]; then kill -KILL "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; fi
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
mkdir "$papers"

# --- How the demo speaks, acts and checks ------------------------------------------------------------------------------------------------

part() { printf '\n%s\n' "$*"; }
tell() { printf '  %s\n' "$*"; }
show() { while IFS= read -r line; do printf '    | %s\n' "$line"; done; }
fail() {
    {
        printf '\ndemo: FAILED: %s\n' "$*"
        if [ -s "$out" ]; then echo "it said:"; head -c 2000 "$out" | tr -d '\000' | show; fi
        if [ -s "$err" ]; then echo "it said on the standard error:"; show <"$err"; fi
        if [ -s "$place/daemon.err" ]; then echo "the daemon said:"; tail -n 12 "$place/daemon.err" | show; fi
    } >&2
    exit 1
}

# as PERSON EXIT ARGUMENTS…: runs kluis for that person, in that person's own session, and expects that exit code; `any` is any but 0.
as() {
    local person=$1 expected=$2 code=0
    shift 2
    KLUIS_RUNTIME=$place/session-$person KLUIS_PINS=$place/pins-$person timeout 120 "$kluis" "$@" >"$out" 2>"$err" </dev/null || code=$?
    case $expected:$code in
        any:0) ;;
        any:* | "$code:$code") return ;;
    esac
    fail "$person: kluis $*: exit $code, expected $expected"
}
# The identifier that the last command printed, alone on the first line.
made() { head -n 1 "$out"; }
said() { grep -qE -- "$1" "$out" "$err" || fail "nothing like '$1' was said"; }
silent() { [ ! -s "$out" ] || fail "something came out although nothing should"; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
sign_in() { as "$1" 0 login "$1" --key "$keys/$1" ${2:+--hat "$2"}; }
clock() { as nobody 0 rehearsal clock "$1"; }

# Starts the daemon. Returns 0 once it serves, and 1 with its exit code in $ended when it ends before that.
start() {
    local waited=0
    : >"$place/daemon.out"
    "$kluisd" rehearse --state "$state" --socket "$KLUIS_SOCKET" --policies "$root/Policies" >"$place/daemon.out" 2>"$place/daemon.err" </dev/null &
    daemon=$!
    until grep -qx ready "$place/daemon.out"; do
        if ! kill -0 "$daemon" 2>/dev/null; then
            ended=0
            wait "$daemon" || ended=$?
            daemon=
            return 1
        fi
        waited=$((waited + 1))
        [ "$waited" -lt 1200 ] || fail "the daemon was not ready in two minutes"
        sleep 0.1
    done
}
serve() { start || fail "the daemon ended with $ended before it served"; }
stop() {
    local code=0 waited=0
    kill -TERM "$daemon"
    while kill -0 "$daemon" 2>/dev/null; do
        waited=$((waited + 1))
        [ "$waited" -lt 600 ] || fail "the daemon did not stop in a minute"
        sleep 0.1
    done
    wait "$daemon" || code=$?
    daemon=
    [ "$code" = 0 ] || fail "the daemon stopped with $code"
}
# refuses FINDING: the daemon must not start, must say why, and must end with 5.
refuses() {
    : >"$out"
    if start; then fail "the daemon serves, although it should have found something"; fi
    cp "$place/daemon.err" "$err"
    [ "$ended" = 5 ] || fail "the daemon ended with $ended, expected 5"
    said "$1"
    show <"$err"
}

# --- Bytes -------------------------------------------------------------------------------------------------------------------------------

# byte FILE OFFSET: that byte as a number.
byte() { od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' '; }
# flip FILE OFFSET: turns one bit of one byte around; doing it twice undoes it.
flip() {
    printf '%b' "\\x$(printf '%02x' $(($(byte "$1" "$2") ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# The offset of a byte in the middle of a sealed consent, in a copy of the database file that sqlite3 may look into.
sealed_consent() {
    local pattern hits
    cp "$state/vault.db" "$place/probe.db"
    # Kind 28 is a consent; its facts are an envelope, whose header has 57 bytes. Several places, for one may hold a line feed, or a page may end there.
    for pattern in $(sqlite3 "$place/probe.db" \
        "SELECT hex(substr(facts, place, 8)) FROM record, (SELECT 60 AS place UNION SELECT 70 UNION SELECT 80 UNION SELECT 90) WHERE kind = 28"); do
        pattern=$(for i in 0 2 4 6 8 10 12 14; do printf '\\x%s' "${pattern:i:2}"; done)
        hits=$(LC_ALL=C grep -obUaP "$pattern" "$state/vault.db" | cut -d: -f1 || true)
        if [ "$(wc -w <<<"$hits")" = 1 ]; then echo "$hits"; return; fi
    done
    return 1
}

# --- Documents ---------------------------------------------------------------------------------------------------------------------------

# A PDF of one page that any reader opens: objects, cross-reference table with true offsets, trailer.
make_pdf() {
    local text body offsets=() stream count=0
    text='BT /F1 14 Tf 72 760 Td (Schoolverslag Noor, januari 2026) Tj 0 -24 Td (Elf dagen afwezig in december; juf Ren\351e en meneer G\374l\347in maken zich zorgen.) Tj ET'
    stream="<< /Length ${#text} >>
stream
$text
endstream"
    body='%PDF-1.4'$'\n'
    for object in '<< /Type /Catalog /Pages 2 0 R >>' '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' \
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>' "$stream" \
        '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>'; do
        count=$((count + 1))
        offsets+=(${#body})
        body+="$count 0 obj"$'\n'"$object"$'\nendobj\n'
    done
    printf '%s' "$body"
    printf 'xref\n0 %d\n0000000000 65535 f \n' $((count + 1))
    printf '%010d 00000 n \n' "${offsets[@]}"
    printf 'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' $((count + 1)) ${#body}
}
# A picture: a wall with a stain, 120 by 80 points, as PPM.
make_picture() {
    local x y pixels
    printf 'P6\n120 80\n255\n'
    for ((y = 0; y < 80; y++)); do
        pixels=
        for ((x = 0; x < 120; x++)); do
            if (((x - 75) * (x - 75) + (y - 30) * (y - 30) < 380 + (x * y) % 97)); then pixels+='\x3a\x44\x2e'; else
                printf -v pixel '\\x%02x\\x%02x\\x%02x' $((214 - y / 2)) $((206 - (x * 7 + y * 3) % 23)) $((180 + x / 4)); pixels+=$pixel
            fi
        done
        printf '%b' "$pixels"
    done
}
# A correspondence of some hundred kilobytes, in which people are called as people are called.
make_correspondence() {
    local number names=('Zoë Özdemir' 'Chloé Müller' 'Siân Núñez' 'Jürgen Žižek' 'Anaïs Çelik' 'Søren Ångström' 'Selma Aydın')
    for ((number = 1; number <= 4200; number++)); do
        printf 'Brief %04d. Beste %s, wij wachten sinds %d dagen op antwoord over de huur van %d euro en de lekkage aan de Kanaalkade.\n' \
            "$number" "${names[number % 7]}" $((number * 13 % 89 + 3)) $((number * 37 % 900 + 100))
    done
}

report="$papers/Schoolverslag Noor – juf Renée.pdf"
picture="$papers/Foto keuken, schimmel bij Zoë's kast.ppm"
letters="$papers/Correspondentie Müller-Özdemir.txt"
make_pdf >"$report"
make_picture >"$picture"
make_correspondence >"$letters"

cat >"$papers/plan.txt" <<'END'
review: 2026-07-13

goal: school
domain: schoolWorkDaytime
subject: noor
result: Noor gaat vier dagen per week naar school en slaapt weer door
due: 2026-06-30

goal: huis
domain: housing
subject: selma
result: Het gezin behoudt de woning aan de Kanaalkade
due: 2026-05-01

action: gesprekken
goal: school
actor: organisation jeugdkompas
text: Wekelijks gesprek met Noor over slapen en somberheid
due: 2026-02-01

action: huurbaas
goal: huis
actor: organisation balans
text: Betalingsregeling met de verhuurder, zodat de ontruiming vervalt
due: 2026-02-10

action: post
goal: huis
actor: person selma
text: Elke vrijdag samen de post openen
due: 2026-02-06
END
person_file() { printf 'given name: %s\nfamily name: %s\nbirth date: %s\nrelation: %s\nlives in: %s\n%s' "$@" >"$papers/$1.person"; }
person_file Selma Aydın 1987-03-11 mother yes $'address: Kanaalkade 14-II, Waterwolde\n'
person_file Ronald 'de Wit' 1984-06-25 formerPartner no $'secret address: yes\nphone: 06-55508203\n'
person_file Noor 'de Wit' 2011-09-03 daughter yes ''

# --- The play ----------------------------------------------------------------------------------------------------------------------------

part "A practice vault is made in a temporary directory, with the workers of Waterwolde's sociaal team and no household in it."
serve
as nobody 0 status
said 'rehearsal +yes'
cp "$state/ledger/log.vkey" "$place/log.vkey"
tell "The daemon serves. A partner organisation keeps a copy of the log's public key, to check the log with later."

part "9 January 2026. Selma asks Welzijn De Brug for help."
clock 2026-01-09T09:35:00+01:00
sign_in joost direction
as joost 0 household create --purpose D1
H=$(made)
for name in Selma Ronald Noor; do
    as joost 0 person add "$H" --file "$papers/$name.person" --purpose D1
    printf -v "${name,,}" '%s' "$(made)"
done
for parent in "$selma" "$ronald"; do
    as joost 0 person authority "$H" "$noor" "$parent" --kind joint --evidence authorityRegister --purpose D1
done
tell "Joost of De Brug opens the household and records Selma, her daughter Noor of fourteen, and Noor's father Ronald, who shares authority."
sign_in mirjam direction
clock 2026-01-12T09:00:00+01:00
as mirjam 0 team appoint "$H" joost --preference followed --purpose D3
tell "Mirjam, the coordinator, appoints Joost as the one director, as Selma prefers."
clock 2026-01-13T10:00:00+01:00
for worker in fatima kees; do as joost 0 team invite "$H" "$worker" --until 2026-07-12 --purpose D3; done
tell "Joost invites Fatima of Jeugdkompas and Kees of Schuldhulp Balans, for six months at most."

part "13 January. De Brug stores what it wrote."
as joost 0 item add "$H" "$report" --subject "$noor" --domain schoolWorkDaytime --kind report --basis G2 --class youthCare --media-type application/pdf --purpose D2
report_id=$(made)
as joost 0 item add "$H" "$picture" --subject "$selma" --domain housing --kind report --basis G1 --class socialSupport --media-type image/x-portable-pixmap --purpose D2
picture_id=$(made)
as joost 0 item add "$H" "$letters" --subject "$selma" --domain housing --kind letter --basis G1 --class socialSupport --media-type text/plain --purpose D2
letters_id=$(made)
tell "Joost stores a school report (PDF, $(stat -c %s "$report") bytes), a picture ($(stat -c %s "$picture") bytes) and a correspondence ($(stat -c %s "$letters") bytes)."
as joost 0 item list "$H" --purpose D2
said 'juf Renée'
blob=$(find "$state/blobs" -type f -size +256k)
[ "$(wc -l <<<"$blob")" = 1 ] && [ -f "$blob" ] || fail "the large document is not one file in the store"

part "14 January. Consent at the kitchen table."
clock 2026-01-14T19:10:00+01:00
as joost 0 consent register "$H" --subject "$noor" --to jeugdkompas --domain schoolWorkDaytime --until 2027-01-13 --leaflet 2026-1-jeugd \
    --signed "$noor" --signed "$selma" --purpose D2
noors_consent=$(made)
said 'state: draft'
tell "Noor and Selma sign that Jeugdkompas may read about school. Ronald has not signed, so the consent is a draft."
as joost 0 consent register "$H" --subject "$selma" --to balans --domain housing --domain finance --until 2027-01-13 --leaflet 2026-1 --signed "$selma" --purpose D2
selmas_consent=$(made)
said 'state: active'
tell "Selma signs for herself that Balans may read about housing and money. That consent is active at once."
clock 2026-01-14T20:00:00+01:00
sign_in fatima help
as fatima 1 item read "$H" "$report_id" --purpose D2 --output "$place/fatima.pdf"
said 'PR-12\.2'
said 'next lawful step: '
silent
[ ! -e "$place/fatima.pdf" ] || fail "a refused reading left a file"
tell "Fatima of Jeugdkompas asks for the school report. She is refused, and hears the article and the next step:"
show <"$err"
as fatima 1 item read "$H" "$report_id" --purpose D2 --output "$place/fatima.pdf" --lang nl
said 'PR-12\.2'
tell "The same in Dutch:"
show <"$err"

part "16 January. The missing parent signs."
clock 2026-01-16T12:00:00+01:00
as joost 0 consent sign "$noors_consent" --for "$ronald" --purpose D2
said 'state: active'
tell "Ronald signs, and Joost records it. The consent is active."
as fatima 0 item read "$H" "$report_id" --purpose D2 --output "$place/fatima.pdf"
same "$report" "$place/fatima.pdf"
tell "Fatima asks the same again, in the same session, and now gets the report. Its bytes equal those that De Brug stored."

part "19 to 21 January. One plan."
clock 2026-01-19T10:30:00+01:00
as joost 0 plan draft "$H" --file "$papers/plan.txt" --purpose D2
N=$(made)
as joost 0 plan present "$N" --purpose D2
said 'state: presented'
clock 2026-01-20T15:00:00+01:00
sign_in kees help
as joost 0 plan sign "$N" --purpose D2
as joost 0 plan sign "$N" --for "$selma" --purpose D2
as fatima 0 plan sign "$N" --purpose D2
as kees 0 plan sign "$N" --purpose D2
said 'state: presented'
said 'still to sign: '
tell "The director, Selma, Jeugdkompas and Balans sign the plan. It is not in force yet: $(sed -n 's/.*still to sign: /still to sign: /p' "$err")."
as joost 0 plan sign "$N" --for "$noor" --purpose D2
said 'state: inForce'
tell "Noor signs as well, for one of its goals is hers. The plan is in force."
as fatima 0 plan show "$N" --purpose D2
said 'inForce'
said 'zodat de ontruiming vervalt'
cp "$out" "$place/plan-fatima"
as kees 0 plan show "$N" --purpose D2
same "$out" "$place/plan-fatima"
tell "Jeugdkompas and Balans read the plan: word for word the same one."

part "27 January. Selma changes her mind."
clock 2026-01-27T09:50:00+01:00
as kees 0 item read "$H" "$letters_id" --purpose D2 --output "$place/kees.txt"
same "$letters" "$place/kees.txt"
as kees 0 item read "$H" "$picture_id" --purpose D2 --output "$place/kees.ppm"
same "$picture" "$place/kees.ppm"
tell "Kees of Balans reads the correspondence and the picture, to the last byte. His session stays open."
token=$(cat "$place"/session-kees/session-*)
clock 2026-01-27T10:15:00+01:00
as kees 0 consent withdraw "$selmas_consent" --domain housing --for "$selma" --purpose D7
tell "Selma tells him by phone that she withdraws her consent about housing. He records it at once."
clock 2026-01-27T10:16:00+01:00
as kees 1 item read "$H" "$letters_id" --purpose D2 --output "$place/kees-again.txt"
said 'PR-13\.2'
silent
[ ! -e "$place/kees-again.txt" ] || fail "a refused reading left a file"
cp "$err" "$place/refusal"
as kees 0 whoami
[ "$token" = "$(cat "$place"/session-kees/session-*)" ] || fail "the session is another one"
tell "In the same open session the next reading is refused:"
show <"$place/refusal"
as kees 0 plan show "$N" --purpose D2
tell "The plan, which the household shares with him, he still reads."

part "The log, checked by the officer and by an outsider."
sign_in otto
as otto 0 ledger verify --purpose D8
tell "Otto, the data protection officer, has the daemon verify log and store: $(made)."
stop
as nobody 0 ledger verify --offline "$state/ledger" --key "$place/log.vkey"
said '^[0-9]+ entries verified$'
first_count=$(grep -oE '^[0-9]+' "$out")
tell "The daemon stops. With nothing but the exported files and the key that was kept: $(made)."
for word in Selma Noor Ronald Aydın Renée Özdemir Kanaalkade '06-55508203' 'Brief 0001' 'zodat de ontruiming' Schoolverslag '%PDF'; do
    if LC_ALL=C grep -rqaF -- "$word" "$state"; then fail "'$word' can be read in the state directory"; fi
done
tell "Nowhere in the state directory can a name, an address, a title or a line of a document be read."

part "Somebody with access to the disk tampers. First: one line is removed from a copy of the exported log."
cp -a "$state" "$place/before"
cp -a "$state/ledger" "$place/forged"
bundle=$(find "$place/forged/tile/entries" -type f -path '*entries/000*' | head -n 1)
at=0
for _ in 1 2 3 4 5; do at=$((at + 2 + $(byte "$bundle" "$at") * 256 + $(byte "$bundle" $((at + 1))))); done
after=$((at + 2 + $(byte "$bundle" "$at") * 256 + $(byte "$bundle" $((at + 1)))))
{ head -c "$at" "$bundle"; tail -c +$((after + 1)) "$bundle"; } >"$place/bundle"
cp "$place/bundle" "$bundle"
as nobody 5 ledger verify --offline "$place/forged" --key "$place/log.vkey"
silent
tell "Line 5 is gone from the copy. The offline verification finds it:"
show <"$err"

part "Then: the same line is removed from the log in the database."
sqlite3 "$state/vault.db" "DELETE FROM ledger_leaf WHERE seq = 5"
refuses 'ledger does not verify'
tell "The daemon does not start. The database is put back as it was."
rm -f "$state"/vault.db*
cp -a "$place/before/vault.db" "$state/vault.db"

part "Then: one bit is turned around in the sealed row of a consent."
offset=$(sealed_consent) || fail "no sealed consent was found in the database file"
flip "$state/vault.db" "$offset"
if cmp -s "$state/vault.db" "$place/before/vault.db"; then fail "the byte was not changed"; fi
refuses 'store does not verify: [a-zA-Z]+'
flip "$state/vault.db" "$offset"
[ "$(byte "$state/vault.db" "$offset")" = "$(byte "$place/before/vault.db" "$offset")" ] || fail "the bit was not turned back"
serve
stop
tell "The daemon does not start, and says what it found. The bit is turned back, and it starts again."

part "Then: one bit is turned around in the middle of the stored correspondence."
flip "$blob" $(($(stat -c %s "$blob") / 2))
serve
clock 2026-01-28T09:00:00+01:00
sign_in otto
as otto 5 ledger verify --purpose D8
said "contentForged:$letters_id"
tell "The daemon starts, for it does not read every document to do so. The officer's verification reads them all, and names the one:"
cat "$out" "$err" | show
sign_in joost direction
as joost 5 item read "$H" "$letters_id" --purpose D2 --output "$place/joost.txt"
said 'does not match what was recorded'
[ ! -e "$place/joost.txt" ] || fail "a part of a document that was tampered with was left as if it were whole"
tell "Joost, who wrote it, does not get it either, and no half of it is left lying about:"
show <"$err"
stop
flip "$blob" $(($(stat -c %s "$blob") / 2))
same "$blob" "$place/before/${blob#"$state"/}"

part "Everything is as it was. The vault opens again."
serve
sign_in otto
as otto 0 ledger verify --purpose D8
sign_in joost direction
as joost 0 item read "$H" "$letters_id" --purpose D2 --output "$place/joost.txt"
same "$letters" "$place/joost.txt"
tell "The officer's verification is content, and Joost reads the correspondence, equal to the last byte."
stop
as nobody 0 ledger verify --offline "$state/ledger" --key "$place/log.vkey"
count=$(grep -oE '^[0-9]+' "$out")
[ "$count" -gt "$first_count" ] || fail "the log did not grow"
tell "The log grew from $first_count to $count lines: looking at it, and every reading that failed, stands in it too."

printf '\ndemo: ok, %s entries verified\n' "$count"
