# Everything a machine with Rust, Python 3.11 and make needs to build, try, test and deploy this.
# `make` alone lists the targets; each may be run again at any time.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# cargo-lambda, zig, the local AWS and the checkers come from here; cargo finds `cargo-lambda` and that
# finds zig by the path.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Where everything local keeps its state. With another directory a second stack runs beside the first.
export LOCAL_DIR ?= target/local

FUNCTIONS := $(notdir $(wildcard functions/*))
PACKAGES := $(addprefix --package ,$(FUNCTIONS))
LOCAL := PYTHONPATH=scripts python -m local

# What is in Python.
PYTHON := scripts tests/end-to-end/bench

# Finds what on a page is in the way of people with assistive technology.
AXE := axe-core@4.14.1

# Checks the types of the pages' script.
TYPESCRIPT := typescript@7.0.2

# Each into a directory of its own, which follows.
NPM_INSTALL := npm install --no-save --no-audit --no-fund --loglevel error --prefix

# For deploying to AWS.
STACK ?= companycam-integration
ARCHITECTURE ?= arm64
BUCKET ?=
PARAMETERS ?=
PREFIX ?= companycam-integration

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

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
	cargo build --workspace --bin companycam-simulator --bin one-click-simulator

.PHONY: demo
demo: functions simulator-binaries ## The whole thing to click through; AUTO=1 walks the story by itself instead
ifeq ($(AUTO),1)
	cargo build --workspace --bin story
	$(LOCAL) run target/debug/story
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

.PHONY: nightly
nightly: tools ## Begin the nightly pass of every organization on the local stack, now
	@$(LOCAL) nightly

# Where npm is missing, the script is left to `test`, which installs it.
.PHONY: check
check: tools $(if $(shell command -v npm),script-check) ## The fast part of the tests: format, lints, dependencies, unit and in-process tests
	cargo fmt --all --check
	ruff format --check $(PYTHON)
	ruff check $(PYTHON)
	mypy --strict $(PYTHON)
	cfn-lint infra/template.yaml
	cargo shear --locked
	cargo deny --locked --log-level error check bans licenses sources
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo test --workspace

.PHONY: script-check
script-check: target/script/.$(TYPESCRIPT) ## The types of the pages' script
	target/script/node_modules/.bin/tsc --project shared/web/assets/script

target/script/.$(TYPESCRIPT): | npm
	$(NPM_INSTALL) target/script $(TYPESCRIPT)
	@touch $@

# Only reads. The program exits with 1 if anything is contradicted, which make passes on as 2.
.PHONY: contract-check
contract-check: ## Try what we assume of CompanyCam and One Click, by reading only (it names the variables it needs)
	@cargo run --quiet --package contract-check

# Plain `cargo test` for all: what a bare machine runs is what a developer ran. Always of the whole workspace:
# another selection of packages builds their libraries a second time, with other features.
.PHONY: test
test: check script-check functions simulator-binaries browser ## Every test there is, the deployed stack's included
	$(LOCAL) run cargo test --workspace --test deployed
	# Alone: it kills functions in the middle of their work.
	$(LOCAL) run cargo test --workspace --test killed
	# On a stack of its own: it counts every call to CompanyCam.
	$(LOCAL) run cargo test --workspace --test story
	# They wait more than they work.
	$(LOCAL) run cargo test --workspace --test browser -- --test-threads 4

# Debian's packages where one of these programs is missing, each as program=package; elsewhere one has
# to install it.
define programs
	@missing=; \
	$(foreach pair,$(1),command -v "$(firstword $(subst =, ,$(pair)))" >/dev/null || missing+=' $(lastword $(subst =, ,$(pair)))'; )\
	test -z "$$missing" || { \
		sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$sudo apt-get update --quiet && $$sudo apt-get install --quiet --yes --no-install-recommends $$missing || \
		{ echo "These programs have to be in the PATH:$$missing" >&2; exit 1; }; }
endef

.PHONY: npm
npm:
	$(call programs,npm=npm)

.PHONY: browser
browser: target/browser/.$(AXE)
	$(call programs,$${CHROMIUM:-chromium}=chromium $${CHROMEDRIVER:-chromedriver}=chromium-driver)

target/browser/.$(AXE): | npm
	$(NPM_INSTALL) target/browser $(AXE)
	@touch $@

.PHONY: misbehaviours
misbehaviours: ## What handlers do, with everything that either side and AWS may do to them: a table
	cargo test --workspace --test scenarios -- --nocapture

.PHONY: outages
outages: ## What outages of hours cost, and how soon everything moves afterwards, on a clock that is moved
	cargo test --workspace --test pauses -- --nocapture

.PHONY: nightly-cost
nightly-cost: ## What the nightly pass of a large company costs, worked out from a small one's calls
	cargo test --workspace --test nightly -- --nocapture the_cost_of_a_night

.PHONY: cost
cost: ## What an organization's month and a million photos cost on AWS, from counted calls and published prices
	cargo test --workspace --test cost -- --nocapture

.PHONY: scale
scale: ## Simulate 100,000 organizations through the queues on a clock of its own: waiting times, as tables
	@cargo build --quiet --workspace --bin scale
	@target/debug/scale

.PHONY: year
year: ## Long years of an organization's life, of which both sides have to be what people made: YEARS=10, or YEAR=<seed> again
	YEARS='$(or $(YEARS),10)' cargo test --workspace --test year -- --nocapture

# In a font that Debian has, wherever they are made.
.PHONY: screenshots
screenshots: functions simulator-binaries browser ## Make the pictures in docs/screenshots anew, from a demo of their own
	$(call programs,fc-list=fontconfig)
	@fc-list --quiet Inter || $$(test "$$(id -u)" = 0 || echo sudo) apt-get install --quiet --yes --no-install-recommends fonts-inter
	cargo build --workspace --bin screenshots
	FONTCONFIG_FILE=tests/browser/fonts.conf $(LOCAL) run target/debug/screenshots

.PHONY: bench
bench: functions simulator-binaries ## The benchmarks, or ONLY='burst large'; results as tables and in target/bench.json
	$(call programs,curl=curl)
	cargo build --workspace --bin bench
	$(LOCAL) run target/debug/bench $(ONLY)

# Apart from `check`, since the list of advisories is another repository: it takes a network, and what passed
# yesterday may fail today.
.PHONY: audit
audit: tools ## Dependencies: known vulnerabilities, and everything else that deny.toml says, with its warnings
	cargo deny --locked check

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

# A version more, or with REMOVE one less that nobody needs any more (docs/OPERATIONS.md).
.PHONY: rotate-keys
rotate-keys: tools ## Add a version to a ring of keys: RING=tokens or webhooks; WHERE=local for the local stack
	@test -n '$(RING)' || { echo 'Say which ring: RING=tokens or RING=webhooks' >&2; exit 1; }
	@$(if $(filter local,$(WHERE)),$(LOCAL) rotate-keys,python scripts/rotate_keys.py --prefix '$(PREFIX)') '$(RING)' $(if $(REMOVE),--remove '$(REMOVE)')
