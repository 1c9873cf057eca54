# Winback. `make` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

ADDR         ?= 127.0.0.1:8080
PARTNER_ADDR ?= 127.0.0.1:8081
DATA         ?= .winback
FILE         ?=
LISTINGS     ?=
FUNCTION     ?=
CASE         ?=
ENV          ?=
ARCH         ?= arm64
SEEDS        ?= 20
JOBS         ?= 10000
ROUNDS       ?= 20

# A program of its own, unlike one under go run, ends after Ctrl-C as it pleases, and without a word about it.
LOCAL := go build -o dist/local ./functions/local && exec dist/local

# Tools that are only for building; their versions are pinned here, their modules are not ours.
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0
GOFUMPT  := go run mvdan.cc/gofumpt@v0.9.1
CDK      := npx --yes aws-cdk@2.1148.1

# What is given on the command line of make, as a flag in quotes; never what happens to be in the environment.
given = $(if $(filter command,$(firstword $(origin $(1)))),-$(2) '$(subst ','\'',$($(1)))')

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

.PHONY: demo
demo: ## play the main job: a list of once-sold cars becomes a lead (FILE=my.csv LISTINGS=feed.csv.gz)
	@$(LOCAL) demo -addr $(ADDR) -partner-addr $(PARTNER_ADDR) $(if $(FILE),-file "$(FILE)") $(if $(LISTINGS),-listings "$(LISTINGS)")

.PHONY: dev
dev: ## serve everything on this machine, durably (DATA=folder LISTINGS=feed.csv.gz)
	@$(LOCAL) -addr $(ADDR) -partner-addr $(PARTNER_ADDR) -data "$(DATA)" $(if $(LISTINGS),-listings "$(LISTINGS)")

.PHONY: invoke
invoke: ## deliver an event sample to a function, on the data of make dev (FUNCTION=lead-api CASE=list DATA=folder)
	@go run ./functions/local invoke "$(FUNCTION)" "events/$(FUNCTION)/$(CASE).json" -data "$(DATA)" -addr $(ADDR) -partner http://$(PARTNER_ADDR)

.PHONY: test
test: ## run all tests
	go test -timeout 20m ./...

.PHONY: check
check: compile vet format lint race infra lint-template simulate bench-once ## all that CI runs
	@echo "check passed"

.PHONY: compile
compile: ## compile everything
	go build ./...

.PHONY: vet
vet: ## find what the compiler lets pass
	go vet ./...

.PHONY: format
format: ## list files that are not formatted
	@files="$$($(GOFUMPT) -l .)"; if [ -n "$$files" ]; then echo "run gofumpt -w on:"; echo "$$files"; exit 1; fi

.PHONY: lint
lint: ## lint as .golangci.yml says
	$(GOLANGCI) run ./...

.PHONY: race
race: ## run all tests with the race detector, but those of infra
	go test -race -timeout 30m $$(go list ./... | grep -v /infra)

.PHONY: infra
infra: ## run the tests of what is deployed; CDK has races of its own
	go test -timeout 20m ./infra/...

.PHONY: lint-template
lint-template: ## lint the templates of all environments with cfn-lint, which it installs below dist (needs python3)
	@infra/lint.sh

.PHONY: build
build: ## build what is deployed: dist/<function>/bootstrap and .zip (ARCH=amd64 to run them here)
	@go run ./infra/bundle -arch "$(ARCH)"

.PHONY: reproducible
reproducible: ## build twice, the second time elsewhere and with nothing cached, and compare byte for byte
	@go run ./infra/bundle -twice

.PHONY: synth
synth: ## write the templates of an environment to dist/cdk (ENV=prod)
	@go run ./infra $(call given,ENV,env) -code "" -out dist/cdk/$(ENV)

# Deployments begin with a look at what could be wrong. ENV is what that has found to be an environment.
SYNTH = --app 'go run ./infra -env $(ENV)'

.PHONY: bootstrap
bootstrap: ## prepare an account for deployments, once for each region (ENV=prod)
	@go run ./infra/check $(call given,ENV,env) -sender-to-come
	@$(CDK) bootstrap --app 'go run ./infra -env $(ENV) -code ""'

.PHONY: sender
sender: ## make the sender of mails, and say which records its DNS needs (ENV=prod)
	@go run ./infra/check $(call given,ENV,env) -sender-to-come
	@$(CDK) deploy winback-$(ENV)-mail --app 'go run ./infra -env $(ENV) -code ""'

.PHONY: diff
diff: ## show what a deployment would change (ENV=prod)
	@go run ./infra/check $(call given,ENV,env) -sender-to-come
	@go run ./infra/bundle
	@$(CDK) diff --all $(SYNTH)

.PHONY: deploy
deploy: ## deploy to AWS (ENV=prod; REPLACE=name of a rule set of SES that ours replaces)
	@go run ./infra/check $(call given,ENV,env) $(call given,REPLACE,replace)
	@go run ./infra/bundle
	@$(CDK) deploy --all $(SYNTH)
	@$(OPERATE) receive $(call given,ENV,env) $(call given,REPLACE,replace) -region "$$(go run ./infra/check $(call given,ENV,env) -region)"

.PHONY: rehearse
rehearse: ## play what is deployed on this machine, without AWS, and print what it did and was granted (ENV=dev CARS=300 V=1 FAR=1)
	@cd internal/testkit/rehearse && go test -run TestTheRehearsal -count 1 -timeout 60m -report $(call given,ENV,env) $(call given,CARS,cars) $(if $(call given,FAR,far),-far) $(if $(call given,V,v),-whole)

.PHONY: starts
starts: ## measure how long functions take to start, each beside a hello world (ROUNDS=40)
	@cd internal/testkit/rehearse && go test -run TestProgramsStart -count 1 -timeout 60m -report -rounds $(ROUNDS)

.PHONY: simulate
simulate: ## run the functions in a bad world: SEEDS=20 seeds of JOBS=10000 jobs each
	go test ./functions -run 'InABadWorld|WrongWorkers|ASeedReplays' -count 1 -timeout 60m -v -seeds $(SEEDS) -jobs $(JOBS) | grep -vE '^ *(===|--- PASS)'; exit $${PIPESTATUS[0]}

.PHONY: bench
bench: ## measure: the table of figures (counts gate, times are to be read)
	@go run ./internal/testkit/figures

.PHONY: bench-once
bench-once: ## run each benchmark once, so that none rots
	@out="$$(go test -run '^$$' -bench . -benchtime 1x $$(go list ./... | grep -v /infra) 2>&1)" || { echo "$$out"; exit 1; }

.PHONY: generate
generate: ## write the reference of the interface and the approved templates anew, where functions have changed
	go test ./functions -run TestTheReferenceIsCurrent -update
	go test ./infra/stack -run TestTheTemplatesAreThoseThatWereRead -update

OPERATE = go run ./functions/operate

.PHONY: founder
founder: ## create a company with its first administrator (ENV=prod COMPANY="…" NAME="…" EMAIL=…)
	@$(OPERATE) found $(call given,ENV,env) $(call given,COMPANY,company) $(call given,NAME,name) $(call given,EMAIL,email) $(call given,ID,id) $(call given,COUNTRY,country) $(call given,TIMEZONE,timezone) $(call given,LANGUAGE,language) $(call given,REGION,region)

.PHONY: queues
queues: ## show how many messages wait in AWS, and how many failed (ENV=prod)
	@$(OPERATE) queues $(call given,ENV,env) $(call given,REGION,region)

.PHONY: redrive
redrive: ## have failed messages tried again in AWS (ENV=prod QUEUE=recapture-submit or QUEUE=all)
	@$(OPERATE) redrive $(call given,ENV,env) $(call given,QUEUE,queue) $(call given,REGION,region)

.PHONY: receive
receive: ## let mails come in in AWS, which a deployment does by itself (ENV=prod REPLACE=name of a rule set of SES that ours replaces)
	@$(OPERATE) receive $(call given,ENV,env) $(call given,REPLACE,replace) $(call given,REGION,region)

.PHONY: parked
parked: ## settle a mail in AWS of which nobody could tell whether it went out (ENV=prod COMPANY=id SEND=id WENT=yes or WENT=no)
	@$(OPERATE) parked $(call given,ENV,env) $(call given,COMPANY,company) $(call given,SEND,send) $(call given,WENT,went) $(call given,REGION,region)

.PHONY: fuzz
fuzz: ## fuzz each parser for a while (FUZZTIME=60s)
	@for target in $$(grep -rlE '^func Fuzz' --include=*_test.go internal functions | xargs -n1 dirname | sort -u); do \
	  for name in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$target/*_test.go | sed 's/func //'); do \
	    echo "$$target $$name"; go test ./$$target -run '^$$' -fuzz "^$$name$$" -fuzztime $${FUZZTIME:-60s} -fuzzminimizetime 200x || exit 1; done; done

.PHONY: conformance
conformance: ## run the contracts against moto and DynamoDB Local, and report what differs
	@internal/testkit/conformance/run.sh
