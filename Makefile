# make run     builds in release mode and starts the dashboard with a sample job; PORT=9000 DATA=/tmp/second for another one
# make test    runs every test: Swift, Node, Chromium, Autobahn, kill -9; where CI=true also the address sanitizer and a minute
#              of each fuzz target
# make nightly runs what takes too long for that: all of Autobahn, every suite under both sanitizers, ten minutes of each target
# make hooks   installs the pre-commit hook for those without the pre-commit tool
# make format  formats the Swift sources

SWIFT_BUILD_FLAGS = --explicit-target-dependency-import-check error
PORT ?= 8000
DATA ?= ./data
FUZZ_SECONDS ?= 60

# One after another: the browser's tests measure time, and nothing else may run beside them.
TEST_STEPS = lint test-swift test-web test-browser test-autobahn test-proof
ifeq ($(CI),true)
# Autobahn and the proof wait more than they compute: what the last two steps need is built beside them.
TEST_STEPS = lint test-swift test-web test-browser build-ahead test-autobahn test-proof test-address test-fuzz
endif

.PHONY: run build test test-swift test-web test-browser test-autobahn test-proof test-address test-thread test-fuzz \
  build-ahead nightly lint format hooks setup clean

run: build
	.build/release/telltale serve --demo --port $(PORT) --data $(DATA)

build: setup
	swift build -c release --product telltale --static-swift-stdlib

setup:
	@Tests/scripts/setup.sh build

test:
	@for step in $(TEST_STEPS); do \
	  began=$$(date +%s); \
	  $(MAKE) --no-print-directory $$step || exit 1; \
	  echo "== $$step took $$(($$(date +%s) - began)) s"; \
	done
	@echo "Every test passed."

nightly: build
	Tests/scripts/test-proof.sh worlds 1000000
	Tests/scripts/test-autobahn.sh all
	Tests/scripts/test-sanitizers.sh address all
	Tests/scripts/test-sanitizers.sh thread all
	Tests/Fuzz/run.sh 600

lint:
	swift format lint --strict --recursive Package.swift Sources Stories Tests
	Tests/scripts/check-web.sh

# What comes over the network comes while the compiler works.
test-swift: setup
	@(Tests/scripts/setup.sh pictures && Tests/scripts/setup.sh metrics && Tests/scripts/setup.sh redis) & fetching=$$!; \
	  swift build --build-tests $(SWIFT_BUILD_FLAGS) && wait $$fetching
	Tests/scripts/test-swift.sh $(SWIFT_BUILD_FLAGS)

test-web:
	Tests/scripts/test-web.sh

test-browser: build
	Tests/scripts/test-browser.sh

test-autobahn: build
	Tests/scripts/test-autobahn.sh

test-proof: build
	Tests/scripts/test-proof.sh

build-ahead: setup
	@Tests/scripts/build-ahead.sh start

test-address test-thread: setup
	@Tests/scripts/build-ahead.sh wait $(@:test-%=%)
	Tests/scripts/test-sanitizers.sh $(@:test-%=%)

test-fuzz: setup
	@Tests/scripts/build-ahead.sh wait fuzz
	Tests/Fuzz/run.sh $(FUZZ_SECONDS)

format:
	swift format --in-place --recursive Package.swift Sources Stories Tests

hooks:
	git config core.hooksPath .githooks
	@echo "Commits now check the format and run the quick tests first."

clean:
	rm -rf .build .build-address .build-thread data
