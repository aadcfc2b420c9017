# MiniODB. "make" lists the targets.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
CACHE    := testdata/cache
VENV     := $(CACHE)/venv
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS  := -X github.com/miniodb/miniodb/server.Version=$(VERSION)

# What the tests compare with, pinned.
REQUIREMENTS  := testdata/requirements.txt
VEGA_DATASETS := 3.2.1
GOLANGCI_LINT := v2.15.0
PGJDBC        := 42.7.14
DRIVER_VENVS  := duckdb sqlalchemy14 dbt
MINIO         := v0.0.0-20260212201848-7aac2a2c5b7c

TEST_TIMEOUT ?= 40m
FUZZ_TIME    ?= 10s

.PHONY: help deps build run test race lint fuzz bench proto docs demo e2e clean

help: ## list the targets
	@grep -hE '^[a-z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9_-]+):.*## (.*)/  \1\t\2/' | expand -t 12

deps: $(CACHE)/.system $(CACHE)/.venv $(CACHE)/.datasets $(CACHE)/.go $(CACHE)/.minio-$(MINIO) $(CACHE)/.drivers-node $(CACHE)/.drivers-java $(DRIVER_VENVS:%=$(CACHE)/.drivers-%) ## install what tests and demo need, once (testdata/cache)

$(CACHE)/.system: testdata/system-packages.sh
	@mkdir -p $(CACHE)
	bash testdata/system-packages.sh
	@touch $@

$(CACHE)/.venv: $(REQUIREMENTS) | $(CACHE)/.system
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@touch $@

$(CACHE)/.datasets: Makefile | $(CACHE)/.system
	cd $(CACHE) && npm pack --silent vega-datasets@$(VEGA_DATASETS) >/dev/null
	tar -xzf $(CACHE)/vega-datasets-$(VEGA_DATASETS).tgz -C $(CACHE) --strip-components=2 \
		package/data/flights-3m.parquet package/data/airports.csv
	rm $(CACHE)/vega-datasets-$(VEGA_DATASETS).tgz
	@touch $@

$(CACHE)/.go: go.mod go.sum
	@mkdir -p $(CACHE)
	$(GO) mod download
	@touch $@

$(CACHE)/.minio-$(MINIO):
	@mkdir -p $(CACHE)/bin
	GOBIN=$(CURDIR)/$(CACHE)/bin $(GO) install github.com/minio/minio@$(MINIO)
	@touch $@

# Drivers of server/drivers that neither Go nor the tests' Python has. npm ci installs what the lock file says.
$(CACHE)/.drivers-node: testdata/drivers/node/package.json testdata/drivers/node/package-lock.json | $(CACHE)/.system
	@mkdir -p $(CACHE)/drivers/node
	cp $^ $(CACHE)/drivers/node/
	cd $(CACHE)/drivers/node && npm ci --silent --no-audit --no-fund
	@touch $@

$(CACHE)/.drivers-java: Makefile | $(CACHE)/.system
	@mkdir -p $(CACHE)/drivers/java
	rm -f $(CACHE)/drivers/java/*.jar
	mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
		-Dartifact=org.postgresql:postgresql:$(PGJDBC) -DoutputDirectory=$(CURDIR)/$(CACHE)/drivers/java
	@touch $@

# Each beside the tests' own packages, as they need other versions of them.
$(DRIVER_VENVS:%=$(CACHE)/.drivers-%): $(CACHE)/.drivers-%: testdata/drivers/%/requirements.txt | $(CACHE)/.system
	@mkdir -p $(CACHE)/drivers
	python3 -m venv --clear $(CACHE)/drivers/$*
	$(CACHE)/drivers/$*/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Large, and needed by one test of make e2e alone.
$(CACHE)/.superset: testdata/superset/requirements.txt | $(CACHE)/.system
	python3 -m venv --clear $(CACHE)/superset
	$(CACHE)/superset/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

LINTER := $(CACHE)/bin/golangci-lint-$(GOLANGCI_LINT)

$(LINTER):
	@mkdir -p $(CACHE)/bin
	GOBIN=$(CURDIR)/$(CACHE)/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	mv $(CACHE)/bin/golangci-lint $@

build: ## build bin/miniodb
	@mkdir -p bin
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/miniodb ./cmd/miniodb

run: build ## build and start a server on 127.0.0.1:5432 that keeps its data in ./miniodb-data
	bin/miniodb server

test: deps ## vet and run every test, those of the server on both kinds of store
	$(GO) vet ./...
	$(GO) test -timeout $(TEST_TIMEOUT) ./...
	MINIODB_TEST_BACKING=shared $(GO) test -timeout $(TEST_TIMEOUT) ./server ./server/e2e

race: deps ## run the tests under the race detector, without the long ones
	$(GO) test -race -short -timeout $(TEST_TIMEOUT) ./...

e2e: deps $(CACHE)/.superset ## run the end-to-end tests alone, verbosely, and Apache Superset, which make test leaves out
	MINIODB_TEST_SUPERSET=1 $(GO) test -v -count=1 -timeout $(TEST_TIMEOUT) ./server/e2e

lint: $(CACHE)/.system $(LINTER) ## check formatting and run the linters
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:" >&2; echo "$$unformatted" >&2; exit 1; fi
	$(LINTER) run --timeout 15m ./...

fuzz: $(CACHE)/.system ## run each fuzz target for FUZZ_TIME (10s)
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "fuzz $$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) $$pkg; \
		done; \
	done

bench: deps ## run the benchmarks, each beside its reference
	$(GO) test -run '^$$' -bench . -benchtime 3x -timeout $(TEST_TIMEOUT) ./...

proto: ## generate gRPC code (there is none yet)
	@echo "no .proto files yet"

docs: build ## write docs/configuration.md
	bin/miniodb config reference > docs/configuration.md

demo: build deps ## import three million flights into a temporary server and query them
	bash testdata/demo/run.sh

clean: ## remove what was built; make deps installs testdata/cache again
	rm -rf bin $(CACHE)
