#!/usr/bin/env python3
"""Takes one guard at a time out of the daemon, or one policy or article out of its policies, and shows that a named test fails for it.

Usage: Tests/Mutations/run.py [NAME...]     the mutations of these names (or of names that begin with one of these); all without
       Tests/Mutations/run.py --standing    takes nothing out and builds nothing: whether each text and each test that is named stands somewhere

All mutations are built into one copy of the sources, each behind a question that is asked of the environment: is this guard taken out? So
there is one build, kept in .build/mutations between runs, and the only difference between the run that passes and the run that must not is
that one guard. First, with every guard in place, all the tests that will be asked for must pass.

Prints `NAME: found by TEST`, or `NAME: SURVIVED`; the last lines are `mutations-found: N 1` and `mutations-survived: 0 1`. Ends with 1 when
one survived, and with 2 when nothing could be shown: a text that stands nowhere any more, sources that do not build, tests that fail anyway.

Environment: SWIFT_FLAGS (more flags for swift), MUTATIONS_UNDER (a program to run swift under), MUTATIONS_TREE (where the copy is kept),
MUTATIONS_AS_BUILT (the copy is as the last run built it: neither copy nor build).
"""
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

from guards import GUARDS, TOP

TREE = pathlib.Path(os.environ.get("MUTATIONS_TREE", TOP / ".build/mutations/tree"))
PARTS = ["Package.swift", "Package.resolved", "Sources", "Tests", "Policies", "Config", "systemd"]
FLAGS = shlex.split(os.environ.get("SWIFT_FLAGS", ""))
UNDER = shlex.split(os.environ.get("MUTATIONS_UNDER", ""))
VARIABLE = "KLUIS_GUARD_TAKEN_OUT"
# The slowest of the tests asked for takes half a minute; what takes ten has come to a standstill.
PATIENCE = 600

# Put beside the sources of every module that has a mutation.
QUESTION = f"""
import Glibc

private let takenOut: String = unsafe getenv("{VARIABLE}").map {{ unsafe String(cString: $0) }} ?? ""

/// Whether this guard is taken out.
@inline(never)
func isTakenOut(_ name: String) -> Bool {{ takenOut == name }}
"""


def say(text):
    print(text, flush=True)


def stop(text):
    say(f"mutations: {text}")
    sys.exit(2)


def mutated():
    """The files that differ from the checkout: path below the top, and text."""
    files, modules = {}, set()
    for guard in GUARDS:
        for path, old, new in guard.changes if guard.is_built else []:
            if path not in files:
                files[path] = (TOP / path).read_text(encoding="utf-8")
            # Found in what earlier mutations left: two of them in one place must be written so that they do not meet.
            count = files[path].count(old)
            if count != 1:
                stop(f"{guard.name} is out of date: {path} has this text {count} times:\n{old}")
            files[path] = files[path].replace(old, new.replace("GONE", f'isTakenOut("{guard.name}")'))
            modules.add(path.split("/")[1])
    for module in modules:
        files[f"Sources/{module}/TakenOut.swift"] = QUESTION
    return files


def write(path, data):
    """Writes only what differs, so that only that is built."""
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copy():
    changed = mutated()
    wanted = set()
    for part in PARTS:
        source = TOP / part
        for file in [source] if source.is_file() else [f for f in source.rglob("*") if f.is_file()]:
            name = str(file.relative_to(TOP))
            if "/__pycache__/" in name or "/target/" in name:
                continue
            wanted.add(name)
            target = TREE / name
            data = changed[name].encode() if name in changed else file.read_bytes()
            write(target, data)
            shutil.copymode(file, target)
    for name in changed.keys() - wanted:
        wanted.add(name)
        write(TREE / name, changed[name].encode())
    for part in PARTS:
        for file in [f for f in (TREE / part).rglob("*") if f.is_file()] if (TREE / part).is_dir() else []:
            if str(file.relative_to(TREE)) not in wanted:
                file.unlink()
    # What was fetched once need not be fetched again.
    for name in ["checkouts", "repositories", "artifacts", "workspace-state.json"]:
        have, want = TOP / ".build" / name, TREE / ".build" / name
        if have.exists() and not want.exists():
            want.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(have, want, symlinks=True) if have.is_dir() else shutil.copy2(have, want)


def run(arguments, environment=None, shown=False):
    """Status and output; the status is None when it came to a standstill."""
    process = subprocess.Popen(
        UNDER + arguments, cwd=TREE, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True)
    try:
        if not shown:
            output = process.communicate(timeout=PATIENCE)[0]
            return process.returncode, output
        lines = []
        for line in process.stdout:
            lines.append(line)
            if re.match(r"\[\d+/\d+\]", line) and sys.stderr.isatty():
                sys.stderr.write("\r\033[K" + line.rstrip()[:120])
                sys.stderr.flush()
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        process.wait()
        return process.returncode, "".join(lines)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return None, process.communicate()[0]
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def bundle():
    """The tests as a program. Run as it is, for the package manager takes longer to start than most of them."""
    found = sorted(TREE.glob(".build/debug/*.xctest"))
    if len(found) != 1:
        stop(f"the tests were not built where they are looked for: {found}")
    return str(found[0])


def tests(program, filters, taken_out=None):
    command = [program, "--testing-library", "swift-testing", "--no-parallel"]
    for one in filters:
        command += ["--filter", one]
    environment = {"KLUIS_VECTORS": os.environ.get("KLUIS_VECTORS", str(TOP / "../shared/vectors"))}
    if taken_out:
        environment[VARIABLE] = taken_out
    status, output = run(command, environment)
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)
    failed = []
    for match in re.finditer(r'^✘ Test (?!run with)(?:case passing .* to )?"?(.*?)"? (?:with \d+ test cases )?failed after', output, re.M):
        if match[1] not in failed:
            failed.append(match[1])
    count = re.search(r"Test run with (\d+) tests?", output)
    return status, failed, int(count[1]) if count else 0, output


def without(program, guard):
    """The same with this guard taken out."""
    if guard.is_built:
        return tests(program, guard.tests, taken_out=guard.name)
    (path, old, new), = guard.changes
    whole = (TREE / path).read_text(encoding="utf-8")
    if whole.count(old) != 1:
        stop(f"{guard.name} stands {whole.count(old)} times in {TREE / path}")
    try:
        (TREE / path).write_text(whole.replace(old, new), encoding="utf-8")
        return tests(program, guard.tests)
    finally:
        (TREE / path).write_text(whole, encoding="utf-8")


def standing():
    """Whether a run could begin: what is out of date would else be noticed by who next waits an hour for it."""
    mutated()
    tests = {}
    for guard in GUARDS:
        for path, old, _ in [] if guard.is_built else guard.changes:
            count = (TOP / path).read_text(encoding="utf-8").count(old)
            if count != 1:
                stop(f"{guard.name} is out of date: {path} has this text {count} times:\n{old}")
        for name in guard.tests:
            target, suite, *function = re.split("[./]", name)
            if target not in tests:
                tests[target] = "".join(file.read_text(encoding="utf-8") for file in sorted((TOP / "Tests" / target).rglob("*.swift")))
            for wanted in [rf"(struct|class|extension) {suite}\w*\b"] + [rf"func {one}" for one in function]:
                if not re.search(wanted, tests[target]):
                    stop(f"{guard.name} names {name}, and nothing in Tests/{target} is {wanted}")
    say(f"mutations-standing: {len(GUARDS)} 1")


def main(names):
    if names == ["--standing"]:
        return standing()
    unknown = [name for name in names if not any(guard.name.startswith(name) for guard in GUARDS)]
    if unknown:
        stop(f"no mutation has the name {unknown[0]}; there are: {' '.join(guard.name for guard in GUARDS if guard.is_built)}, and the policies")
    if len({guard.name for guard in GUARDS}) != len(GUARDS):
        stop("two mutations have one name")
    chosen = [guard for guard in GUARDS if not names or any(guard.name.startswith(name) for name in names)]
    if "MUTATIONS_AS_BUILT" not in os.environ:
        copy()
        started = time.monotonic()
        status, output = run(["swift", "build", *FLAGS, "--build-tests"], shown=True)
        if status != 0:
            stop("the copy does not build\n" + "\n".join(re.findall(r"^.*error:.*$", output, re.M)[:10] or output.splitlines()[-10:]))
        say(f"mutations: built with {sum(guard.is_built for guard in GUARDS)} guards that can be taken out, in {time.monotonic() - started:.0f} s")
    program = bundle()
    started = time.monotonic()
    status, failed, count, output = tests(program, sorted({one for guard in chosen for one in guard.tests}))
    if status != 0 or count == 0:
        stop(f"with every guard in place {count} tests ran, and these failed: {', '.join(failed) or output[-2000:]}")
    say(f"mutations: with every guard in place {count} tests pass, in {time.monotonic() - started:.0f} s")

    found = survived = 0
    for number, guard in enumerate(chosen, 1):
        started = time.monotonic()
        status, failed, count, output = without(program, guard)
        seconds = time.monotonic() - started
        if failed:
            found += 1
            more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
            say(f"{guard.name}: found by {failed[0]}{more}")
        else:
            survived += 1
            why = (
                "came to a standstill" if status is None else f"{count} tests passed" if status == 0
                else "the tests crashed, and none is named: " + (output.splitlines() or [""])[-1])
            say(f"{guard.name}: SURVIVED ({why})")
        print(f"  {number}/{len(chosen)}, {seconds:.0f} s: {guard.what}", file=sys.stderr, flush=True)
    say(f"mutations-found: {found} 1")
    say(f"mutations-survived: {survived} 1")
    return 1 if survived else 0


if __name__ == "__main__":
    # Ended from outside, it ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
