# Punctual: one face for everything. `make` lists the targets; `make plan ENV=dn-dev` is the one to start with.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What somebody passes is text: make would expand it, $(shell ...) too, where it is used and where it is exported.
PASSED := ENV LIVE YES SAVED SINCE JSON ENVS RULE EVENT FAULT PYTHON
passed := $(foreach name,$(PASSED),$(if $(filter command environment,$(origin $(name))),$(name)))
$(foreach name,$(passed),$(eval override $(name) := $$(value $(name))))

PYTHON ?= $(shell command -v python3.11 || command -v python3)
ifeq ($(PYTHON),)
  $(error Python 3.11 or later is needed and there is no python3 on PATH: install it, or name one with PYTHON=)
endif
PY := .build/venv/bin/python
RUFF := .build/venv/bin/ruff
HADOLINT := .build/venv/bin/hadolint
# The variable may name a file that is not there, and fmt needs none.
TERRAFORM_FMT := env -u TF_CLI_CONFIG_FILE terraform fmt -recursive
# Recipes read it from their environment, "$$ENV": never text of the shell either.
ENV ?=
export ENV
LIVE ?=
YES ?=
SAVED ?=
SINCE ?= origin/main
JSON ?=
ENVS ?=
RULE ?=
EVENT ?=
FAULT ?=
export SINCE ENVS RULE EVENT FAULT

# The sandbox stands in for AWS unless LIVE=1 is said; nothing else (credentials, profiles) turns it off.
target = "$$($(PYTHON) harness/target.py $(1) "$$ENV")"
ifeq ($(LIVE),1)
  live := --live
  with_sandbox =
else
  ifneq ($(filter-out 0,$(LIVE)),)
    $(error LIVE=$(LIVE) is neither 1 (the real account) nor empty (the sandbox))
  endif
  live :=
  with_sandbox = $(PY) -m sandbox run "$$ENV" --account $(call target,account) --region $(call target,region) $(1) --
endif

ifneq ($(filter-out 0 1,$(SAVED)),)
  $(error SAVED=$(SAVED) is neither 1 (apply what make plan saved, plan nothing) nor empty (plan, then apply that))
endif
saved := $(filter 1,$(SAVED))
as_json := $(if $(filter 1,$(JSON)),--json)
yes := $(if $(filter 1,$(YES)),--yes)
# What people do to an account: in the sandbox that `make apply` left up, never in one of its own, which would be empty.
operations = $(call with_sandbox,--must-be-up) $(PY) -m operations $(1) "$$ENV" $(live)
# Of the rules that are tried, and the event that they are tried with.
tried = $${RULE:+--rule "$$RULE"} $${EVENT:+--event "$$EVENT"}

# The first line printed says where a command acts, also under -j.
.NOTPARALLEL:
.PHONY: help setup setup-checkov setup-awscli announce generate plan review apply destroy demo demo-report affected matrix summary check fmt test test-fast bench evaluate docs lock
.PHONY: deploy-all update-eventbridge eb-targets eb-rules eb-rollback eb-resume eb-history events-send events-test events-test-all
.PHONY: sandbox-status clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make the Python environment under .build/ (every target does this by itself)
	@$(PYTHON) harness/bootstrap.py main

setup-checkov: setup
	@$(PYTHON) harness/bootstrap.py checkov

setup-awscli: setup
	@$(PYTHON) harness/bootstrap.py awscli

announce:
	@$(PYTHON) harness/target.py announce "$$ENV" $(live) $(if $(as_json),>&2)

generate: setup ## Write roots/ and the schema for editors from environments/ (ENV= for one root)
	@$(PY) -m generator generate $${ENV:+"$$ENV"}

plan: announce setup ## Plan ENV= in the sandbox (LIVE=1: the real account) into .build/<env>/plan.json, and review that
	@$(PY) -m generator generate "$$ENV" --no-placeholders
	@$(call with_sandbox) $(PY) -m harness plan "$$ENV" $(live)
	@$(PY) -m harness review "$$ENV"

review: setup setup-checkov ## Say what the last plan of ENV= will do, and prove what can be proved; exit 1 if the verdict is no
	@$(PY) -m harness review "$$ENV"

# A saved plan belongs to the sandbox that it was made in, so none is started for it to stay.
apply: announce setup ## Apply ENV= in a sandbox that stays up (LIVE=1: the real account, asks first; SAVED=1: the saved plan)
	@$(if $(saved),,$(PY) -m generator generate "$$ENV" --no-placeholders)
	@$(call with_sandbox,$(if $(saved),,--keep)) $(PY) -m harness apply "$$ENV" $(live) $(yes) $(if $(saved),--saved)

destroy: announce setup ## Destroy what apply made in the sandbox, and stop it (LIVE=1: the real account, asks first)
	@$(call with_sandbox,--only-if-up) $(PY) -m harness destroy "$$ENV" $(live) $(yes)
	@$(if $(live),,$(PY) -m sandbox down "$$ENV")

# The workers' environment is dn-dev unless another one is named.
ifneq ($(filter demo demo-report,$(MAKECMDGOALS)),)
  $(if $(live),$(error make $(filter demo demo-report,$(MAKECMDGOALS)) is for the sandbox alone: leave LIVE=1 out))
  $(if $(filter-out quota throttle token kill,$(FAULT)),$(error FAULT=$(FAULT) is not a fault: there are quota, throttle, token and kill))
endif
demo: ENV := $(or $(ENV),dn-dev)
demo: announce setup ## Show the custom ID workflow from report to result, in the sandbox (FAULT=quota|throttle|token|kill)
	@$(PY) -m generator generate "$$ENV" --no-placeholders
	@$(call with_sandbox,--keep) $(PY) -m sandbox demo "$$ENV" $${FAULT:+--fault "$$FAULT"} -- $(PY) -m harness apply "$$ENV"

demo-report: ENV := $(or $(ENV),dn-dev)
demo-report: announce setup ## Show the weekly claims report in the sandbox: ten weeks, what is found in the last, the alert
	@$(PY) -m generator generate "$$ENV" --no-placeholders
	@$(call with_sandbox,--keep) $(PY) -m sandbox demo-report "$$ENV" -- $(PY) -m harness apply "$$ENV"

deploy-all: apply ## Apply ENV=, bring its Batch targets to the newest revision, verify both; stops at the first that fails
	@$(call operations,sync) --if-any $(yes)
	@$(call operations,sync) --if-any --check
	@$(call operations,events test-all) --dry-run

update-eventbridge: announce setup ## Bring the Batch targets of ENV= to the newest revision of their definition (target_syncs)
	@$(call operations,sync) $(yes) $(as_json)

eb-targets: announce setup ## List the targets of ENV=: the revision of each, the newest, and whether that is right
	@$(call operations,targets) $(as_json)

eb-rules: announce setup ## List the rules of ENV=: state, pattern or schedule, number of targets
	@$(call operations,rules) $(as_json)

eb-rollback: announce setup ## Return the targets of ENV= to the revisions before the last update (LIVE=1: asks first)
	@$(call operations,rollback) $(yes) $(as_json)

eb-resume: announce setup ## Let go of the revisions that rollbacks of ENV= hold, so that the next sync moves on (LIVE=1: asks first)
	@$(call operations,resume) $(yes) $(as_json)

eb-history: announce setup ## List the last ten updates of the targets of ENV=: when, by whom, from which revision to which
	@$(call operations,history) $(as_json)

events-send: announce setup ## Send test events to the rules of ENV= (RULE=, EVENT= file or JSON; LIVE=1: asks first)
	@$(call operations,events send) $(tried) $(yes) $(as_json)

events-test: announce setup ## Test the patterns of the rules of ENV= against events, and say which field does not match
	@$(call operations,events test) $(tried) $(as_json)

events-test-all: announce setup ## Test the whole chain of ENV=, from an event to the job that it submits (LIVE=1: asks first)
	@$(call operations,events test-all) $(tried) $(yes) $(as_json)

affected: setup ## List the environments that a change since SINCE= touches, and why (JSON=1 for programs)
	@$(PY) -m generator affected --since "$$SINCE" $(as_json)

matrix: setup ## What a pipeline plans of what SINCE= touches: name, account, region (SINCE= empty: of all there is)
	@$(if $(SINCE),$(PY) -m generator affected --since "$$SINCE" --json |) $(PY) -m harness matrix $(as_json) $(if $(SINCE),,--all)

summary: setup ## Put the plans of ENVS= into one summary for a pull request: .build/summary.md
	@$(PY) -m harness summary $$ENVS

check: setup setup-checkov ## Roots, schema and docs current, formatting, lint, types, the image, checkov
	@$(PY) -m generator check
	@for room in modules roots tests; do $(TERRAFORM_FMT) -check -diff $$room; done
	@$(RUFF) format --check --quiet . || { echo "make fmt puts this right" >&2; exit 1; }
	@$(RUFF) check --quiet .
	@$(PY) -m mypy
	@$(PY) -m harness docs --check
	@$(PY) -m generator docs --check
	@$(PY) -m workers.frame.reference --check
	@$(HADOLINT) --config .hadolint.yaml workers/Dockerfile
	@$(PY) -m harness checkov

fmt: setup ## Format Python and Terraform, and mend what ruff can
	@$(RUFF) check --quiet --fix-only .
	@$(RUFF) format --quiet .
	@for room in modules roots tests; do $(TERRAFORM_FMT) $$room; done

docs: setup ## Rewrite docs/spec.md and the generated part of each module's README and of the workers'
	@$(PY) -m harness docs
	@$(PY) -m generator docs
	@$(PY) -m workers.frame.reference

# More workers than processors: an apply mostly waits for the provider, which waits for a queue.
test: setup setup-checkov ## Every test
	@$(PY) -m pytest -n 3

test-fast: setup ## The tests that need no Terraform, in a minute or two
	@$(PY) -m pytest -n 2 -m "not slow"

bench: setup setup-awscli ## Time the main job: generate (also 1,000 environments), plan, review, sync, workers (docs/performance.md)
	@$(PY) -m harness bench

evaluate: setup ## Say what the claims report finds of what 50 catalogues have, and write it into docs/claims-report.md
	@$(PY) -m harness evaluate --write docs/claims-report.md

lock: ## Lock the requirements anew (needs uv)
	@cd requirements && for name in workers main checkov awscli; do UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet \
	  --generate-hashes --no-emit-index-url --universal --python-version 3.11 $$name.in --output-file $$name.txt; done

sandbox-status: setup ## Which sandboxes of this clone are up
	@$(PY) -m sandbox status

clean: ## Stop sandboxes of this clone and remove .build/
	@if [ -f .build/venv/.made-from ]; then $(PY) -m sandbox down --all; fi
	@rm -rf .build
