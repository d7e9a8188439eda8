# Everything a machine with Rust, Python 3.11 and make needs to build, try, test and deploy this.
# `make` alone lists the targets; each may be run again at any time.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# cargo-lambda, zig and the local AWS come from here; cargo finds `cargo-lambda` and that finds zig
# by the path.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Where everything local keeps its state. With another directory a second stack runs beside the first.
export LOCAL_DIR ?= target/local

FUNCTIONS := $(notdir $(wildcard functions/*))
PACKAGES := $(addprefix --package ,$(FUNCTIONS))
LOCAL := PYTHONPATH=scripts python -m local

# Finds what on a page is in the way of people with assistive technology.
AXE := axe-core@4.14.1

# For deploying to AWS.
STACK ?= companycam-integration
ARCHITECTURE ?= arm64
BUCKET ?=
PARAMETERS ?=

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

# ---- Tools and builds ----

.PHONY: tools
tools: .venv/.installed

# Made anew whenever a version changes, and only then. The stamp comes last: a broken installation
# does not count.
.venv/.installed: requirements-dev.txt
	@python3 -m venv --clear .venv || { echo 'Python cannot make a virtual environment; on Debian: apt-get install python3-venv' >&2; exit 1; }
	pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

# For this machine's architecture, which is also the one the local AWS runs. cargo-lambda would turn
# optimising across crates on, which takes minutes for each function.
.PHONY: functions
functions: tools
	cargo lambda build --release --disable-optimizations --lambda-dir target/lambda $(PACKAGES)

.PHONY: simulator-binaries
simulator-binaries:
	cargo build --package companycam-simulator --package one-click-simulator

# ---- On this machine ----

.PHONY: demo
demo: functions simulator-binaries ## The whole thing to click through; AUTO=1 walks the story by itself instead
ifeq ($(AUTO),1)
	cargo build --package end-to-end --bin story
	$(LOCAL) run cargo run --quiet --package end-to-end --bin story
else
	@$(LOCAL) demo
endif

.PHONY: local-up
local-up: tools ## The stack on the local AWS, wired by environment variables (it names those that are missing)
	@$(LOCAL) check
	@$(MAKE) functions
	@$(LOCAL) up

.PHONY: local-down
local-down: tools ## End the local AWS and the simulators
	@$(LOCAL) down

.PHONY: local-logs
local-logs: tools ## What the functions logged locally; FOLLOW=1 goes on
	@$(LOCAL) logs $(if $(filter 1,$(FOLLOW)),--follow)

.PHONY: simulators
simulators: tools simulator-binaries ## Only the two simulators
	@$(LOCAL) simulators

.PHONY: poll
poll: tools ## Invoke the scheduled poll on the local stack once, now
	@$(LOCAL) poll

# ---- Checks ----

.PHONY: check
check: tools ## The fast part of the tests: format, lints, unit and in-process tests
	cargo fmt --all --check
	cfn-lint infra/template.yaml
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo test --workspace --exclude end-to-end --exclude browser-tests

# Only reads. The program exits with 1 if anything is contradicted, which make passes on as 2.
.PHONY: contract-check
contract-check: ## Try what we assume of CompanyCam and One Click, by reading only (it names the variables it needs)
	@cargo run --quiet --package contract-check

# Plain `cargo test` for all: what a bare machine runs is what a developer ran.
.PHONY: test
test: check functions simulator-binaries browser ## Every test there is, the deployed stack's included
	cargo test --package end-to-end --no-run
	$(LOCAL) run cargo test --package end-to-end --test deployed
	# On a stack of its own: it counts every call to CompanyCam.
	$(LOCAL) run cargo test --package end-to-end --test story
	# They wait more than they work.
	$(LOCAL) run cargo test --package browser-tests --test browser -- --test-threads 4

# Debian's packages where something is missing; elsewhere one has to install it.
.PHONY: browser
browser:
	@missing=; \
	command -v npm >/dev/null || missing+=' npm'; \
	command -v "$${CHROMIUM:-chromium}" >/dev/null || missing+=' chromium'; \
	command -v "$${CHROMEDRIVER:-chromedriver}" >/dev/null || missing+=' chromium-driver'; \
	test -z "$$missing" || { \
		sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$sudo apt-get update --quiet && $$sudo apt-get install --quiet --yes --no-install-recommends $$missing || \
		{ echo "The browser tests need these programs in the PATH:$$missing" >&2; exit 1; }; }
	@$(MAKE) target/browser/.$(AXE)

target/browser/.$(AXE):
	npm install --prefix target/browser --no-save --no-audit --no-fund --loglevel error $(AXE)
	@touch $@

.PHONY: screenshots
screenshots: functions simulator-binaries browser ## Make the pictures in docs/screenshots anew, from a demo of their own
	$(LOCAL) run cargo run --quiet --package browser-tests --bin screenshots

.PHONY: bench
bench: functions simulator-binaries ## The benchmarks; results as tables and in target/bench.json
	cargo build --package end-to-end --bin bench
	$(LOCAL) run cargo run --quiet --package end-to-end --bin bench

# Apart from `check`, since its two tools compile for minutes on a bare machine.
.PHONY: audit
audit: ## Dependencies: known vulnerabilities, licences, unused ones
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	@command -v cargo-machete >/dev/null || cargo install --locked cargo-machete
	cargo deny check
	cargo machete

# ---- On AWS ----

.PHONY: deploy
deploy: tools ## Build and deploy to AWS: BUCKET=… PARAMETERS="OneClickApiUrl=… OneClickAppUrl=…"
	@test -n '$(BUCKET)' || { echo 'Say where to upload the functions: BUCKET=<name of an S3 bucket in the region>' >&2; exit 1; }
	cargo lambda build --profile deploy --lambda-dir target/lambda $(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64) $(PACKAGES)
	aws cloudformation package --template-file infra/template.yaml --s3-bucket '$(BUCKET)' --output-template-file target/packaged.yaml
	aws cloudformation deploy --stack-name '$(STACK)' --template-file target/packaged.yaml --s3-bucket '$(BUCKET)' \
		--capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --no-fail-on-empty-changeset \
		--parameter-overrides Architecture=$(ARCHITECTURE) $(PARAMETERS)
	aws cloudformation describe-stacks --stack-name '$(STACK)' --query 'Stacks[0].Outputs' --output table

.PHONY: deploy-function
deploy-function: tools ## Build one function and replace its code on AWS: NAME=photo-copy
	@test -d 'functions/$(NAME)' -a -n '$(NAME)' || { echo 'Say which function: NAME=<one of: $(FUNCTIONS)>' >&2; exit 1; }
	cargo lambda build --profile deploy --lambda-dir target/lambda $(if $(filter arm64,$(ARCHITECTURE)),--arm64,--x86-64) --package '$(NAME)'
	cargo lambda deploy --lambda-dir target/lambda --binary-name '$(NAME)' '$(STACK)-$(NAME)'
