# Kluis. `make demo` and `make test` work on a fresh Debian 12 machine with only the Swift toolchain, git and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PACKAGES := libsodium-dev libsqlite3-dev pkg-config openssh-client tzdata sqlite3 strace curl
VECTORS := $(if $(KLUIS_VECTORS),$(KLUIS_VECTORS),../shared/vectors)
DEBUG := .build/debug
RELEASE := .build/release

.PHONY: help setup build release demo test check lint scenario crash bench-item bench-commit bench-policy bench-growth conformance
.PHONY: fuzz-cedar clean bench-ledger check-go crash-witness fuzz mutations

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## installs the Debian packages that are missing
	@missing=""; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "installing:$$missing"; \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

build: setup ## debug build of everything
	swift build

release: setup ## release build of the programs
	swift build -c release --product kluisd
	swift build -c release --product kluis

demo: build ## Waterwolde's first days, through the real daemon and command line
	@Tests/Demo/demo.sh $(DEBUG)

# One test after another: many of them start programs, and Foundation's Process does not survive being run from many threads at once.
test: setup ## all tests
	KLUIS_VECTORS="$(abspath $(VECTORS))" swift test --no-parallel

scenario: build ## scenario scripts: make scenario FILES='a.kluis b.kluis'
	@$(DEBUG)/kluis-scenario --kluisd $(DEBUG)/kluisd --kluis $(DEBUG)/kluis $(if $(FILES),$(FILES),Tests/Scenarios/*.kluis)

lint: ## formatting
	swift format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests

check: build lint ## what CI runs beside the tests: formatting, sources that must not compile, scenarios, policies, unit files
	Tests/MustNotCompile/run.sh $(DEBUG)
	@command -v python3 >/dev/null || $(MAKE) --no-print-directory setup PACKAGES=python3
	PYTHONDONTWRITEBYTECODE=1 Tests/Mutations/run.py --standing
	$(DEBUG)/kluisd check --policies Policies
	$(DEBUG)/kluis-scenario --kluisd $(DEBUG)/kluisd --kluis $(DEBUG)/kluis Tests/Scenarios/*.kluis
	$(MAKE) --no-print-directory crash ROUNDS=10
	$(MAKE) --no-print-directory crash-witness ROUNDS=10
	$(MAKE) --no-print-directory fuzz SECONDS=5
	@if command -v systemd-analyze >/dev/null; then \
	  units=$$(mktemp -d); trap 'rm -rf "$$units"' EXIT; cp systemd/*.service systemd/*.socket "$$units"; \
	  sed -i "s|^ExecStart=/usr/bin/|ExecStart=$(abspath $(DEBUG))/|" "$$units"/*.service; \
	  systemd-analyze verify --man=no "$$units"/*.service "$$units"/*.socket && echo "systemd-units: ok"; \
	else echo "systemd-analyze is not installed: unit files were not checked"; fi

conformance: build ## every case of the vectors
	KLUIS_VECTORS="$(abspath $(VECTORS))" $(DEBUG)/conformance-tlog
	KLUIS_VECTORS="$(abspath $(VECTORS))" $(DEBUG)/conformance-cedar

crash: build ## kill -9 at random moments: make crash ROUNDS=200
	@$(DEBUG)/kluis-bench crash --kluisd $(DEBUG)/kluisd --rounds $(or $(ROUNDS),20)

crash-witness: build ## kill -9 of a witness while two forks compete: make crash-witness ROUNDS=200
	@$(DEBUG)/kluis-bench crash-witness --kluis $(DEBUG)/kluis --rounds $(or $(ROUNDS),20) $(if $(SEED),--seed $(SEED))

bench-commit: release ## group commit under 16 callers
	swift build -c release --product kluis-bench && swift build -c release --product bench-plain
	@$(RELEASE)/kluis-bench commit --kluisd $(RELEASE)/kluisd

bench-item: release ## one large item (SIZE=4G) or many files (FILES=2000), beside a plain libsodium program
	swift build -c release --product kluis-bench && swift build -c release --product bench-plain
	@$(RELEASE)/kluis-bench item --kluisd $(RELEASE)/kluisd --kluis $(RELEASE)/kluis $(if $(FILES),--files $(FILES),--size $(or $(SIZE),1G))

bench-policy: setup ## decisions per second on the vectors' world
	swift build -c release --product bench-policy >&2
	@KLUIS_VECTORS="$(abspath $(VECTORS))" $(RELEASE)/bench-policy
	@if python=$$(Tests/fuzz/reference-python.sh); then $$python Tests/bench/reference_rate.py "$(abspath $(VECTORS))"; \
	else echo "the reference implementation's rate was not measured"; fi

bench-growth: setup ## instructions per decision with more policies and entities; make bench-growth PROFILE=1 says where they go
	@command -v valgrind >/dev/null || $(MAKE) --no-print-directory setup PACKAGES=valgrind
	swift build -c release --product bench-policy >&2
	@KLUIS_VECTORS="$(abspath $(VECTORS))" PROFILE=$(PROFILE) Tests/bench/growth.sh $(RELEASE)/bench-policy

# The defaults are what the engine is held to; each kind of question has a goal of its own.
fuzz-cedar: setup ## the policy engine against another, which PyPI has: make fuzz-cedar SEED=1 EVALUATIONS=100000 VALIDATIONS=20000
	swift build -c release --product cedar-oracle >&2
	@$$(Tests/fuzz/reference-python.sh) Tests/fuzz/fuzz_cedar.py --oracle $(RELEASE)/cedar-oracle --seed $(or $(SEED),1) \
	  --evaluations $(or $(EVALUATIONS),100000) --validations $(or $(VALIDATIONS),20000) $(FUZZ_OPTIONS)

bench-ledger: setup ## the log: appended entries, verified leaves, proofs, beside the bare disk (DIR= says where)
	swift build -c release --product kluis >&2 && swift build -c release --product bench-ledger >&2
	@$(RELEASE)/bench-ledger all $(if $(DIR),--directory $(DIR))

check-go: build ## exported logs against the Go toolchain's own tree and notes (needs python3 with pip, and PyPI the first time)
	@Tests/Go/check.sh $(DEBUG)

fuzz: setup ## libFuzzer on every parser: make fuzz SECONDS=600 TARGETS='policy note'
	@KLUIS_VECTORS="$(abspath $(VECTORS))" Tests/LibFuzzer/run.sh $(or $(SECONDS),60) $(TARGETS)

mutations: setup ## takes one guard at a time out of a copy: a named test must fail for each (three quarters of an hour): make mutations ONLY='line PR-13'
	@command -v python3 >/dev/null || $(MAKE) --no-print-directory setup PACKAGES=python3
	@PYTHONDONTWRITEBYTECODE=1 KLUIS_VECTORS="$(abspath $(VECTORS))" Tests/Mutations/run.py $(ONLY)

clean: ## removes what was built
	rm -rf .build
