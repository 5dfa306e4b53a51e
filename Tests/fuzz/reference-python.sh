#!/usr/bin/env bash
# Prints the path of a Python that has the reference implementation, cedarpy 4.12.2, a development tool only.
# Makes a virtual environment with it under .build when there is none. Exits with 3, and says why, when that cannot be done here.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=4.12.2
place=.build/reference-python

has() { "$1" -c "import importlib.metadata, cedarpy; raise SystemExit(importlib.metadata.version('cedarpy') != '$version')" 2>/dev/null; }
fail() { echo "cedarpy $version is not available: $1" >&2; exit 3; }

if [ -x $place/bin/python ] && has $place/bin/python; then echo "$PWD/$place/bin/python"; exit 0; fi
command -v python3 >/dev/null || fail "python3 is not installed (apt-get install python3 python3-venv)"
if has python3; then command -v python3; exit 0; fi
mkdir -p .build
rm -rf $place
python3 -m venv $place >&2 || fail "python3 cannot make a virtual environment (apt-get install python3-venv)"
$place/bin/python -m pip install --quiet --disable-pip-version-check "cedarpy==$version" >&2 || fail "pip could not install it from PyPI"
has $place/bin/python || fail "what pip installed cannot be imported"
echo "$PWD/$place/bin/python"
