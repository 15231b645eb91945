# Everything that a developer types. "make" alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
CHROMIUM ?= /usr/bin/chromium
CHROMIUM_SHELL ?= /usr/bin/chromium-headless-shell
export CHROMIUM CHROMIUM_SHELL

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/tributary
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/tributary ./collector

demo: ## Run everything on this machine, with pages to try
	go run ./collector demo

test: tools test-go test-web ## Install what the tests need and run all of them

test-go: ## Go: format, vet, staticcheck, tests with the race detector
	@test -z "$$(gofmt -l collector internal snippet web | tee /dev/stderr)" || { echo "run gofmt -w on the files above"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go test -race -timeout 25m ./...

test-web: build ## Browser side: types, lint, unit tests, all in Chromium, the core in Firefox and WebKit, too
	npm run --silent types
	npm run --silent lint
	npm run --silent unit
	npm run --silent browser
	npm run --silent engines

soak: build ## Kill the program 200 times under load, and let 500 opt-ins meet each fault of Keap (minutes)
	TRIBUTARY_KILLS=200 go test -count=1 -timeout 60m -run TestKill ./collector
	TRIBUTARY_FAULTS=500 go test -count=1 -timeout 60m -run 'TestFaults|TestHoursWithoutKeap' ./internal/credit

bench: ## Durable events/s against a bare handler, script sizes, memory, bytes on disk, cost on the page (minutes)
	go run ./internal/bench/run
	@if command -v npm >/dev/null && test -d node_modules; then echo; echo "What the script costs a page, in Chromium, beside a bare script; medians"; npm run --silent cost; \
	else echo "What the script costs a page was not measured: that needs npm and make tools"; fi

bench-scale: ## Open every page of an account with 10,000 affiliates, 1 M opt-ins and 10 M clicks (a quarter of an hour)
	go run ./internal/bench/run -scale

tools: ## Install the browsers (Debian) and the npm packages, where they are missing
	@command -v $(CHROMIUM) $(CHROMIUM_SHELL) firefox-esr WebKitWebDriver xvfb-run | wc -l | grep -q 5 || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-headless-shell firefox-esr webkit2gtk-driver xvfb; }
	@test node_modules/.installed -nt package.json || { npm install --no-audit --no-fund --loglevel=error && touch node_modules/.installed; }

clean: ## Remove what was built
	rm -rf bin test-results playwright-report

.PHONY: help build demo test test-go test-web soak bench bench-scale tools clean
