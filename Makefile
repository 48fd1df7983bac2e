# make run     builds in release mode and starts the dashboard with a sample job; PORT=9000 DATA=/tmp/second for another one
# make check   for every day, in minutes: the linters, the Swift tests and the Node tests
# make test    runs every test: those, Chromium, Autobahn, kill -9; where CI=true also the address sanitizer and a minute
#              of each fuzz target
# make nightly runs what takes too long for that: all of Autobahn, every suite under both sanitizers, ten minutes of each target
# make hooks   installs the pre-commit hook for those without the pre-commit tool
# make format  formats the Swift sources

SWIFT_BUILD_FLAGS = --explicit-target-dependency-import-check error
PORT ?= 8000
DATA ?= ./data
FUZZ_SECONDS ?= 60

# A step start-… begins work that goes on beside the steps after it, up to its step wait-…. Nothing runs beside the
# browser's tests, which measure time. The proof waits more than it computes, and Autobahn's clients may take their time.
BESIDE = Tests/scripts/beside.sh
CHECK_STEPS = lint start-web test-swift wait-web
TEST_STEPS = $(CHECK_STEPS) test-browser start-proof test-autobahn wait-proof
ifeq ($(CI),true)
# What comes over the network, and the Node tests, run while the compiler works. The builds for the last two steps run beside
# Autobahn and the proof, which wait more than they compute.
TEST_STEPS = lint start-fetch build-tests wait-fetch test-swift start-web build wait-web test-browser start-builds start-proof \
  test-autobahn wait-proof wait-builds test-address test-fuzz
endif

.PHONY: run build build-tests check test test-swift test-web test-browser test-autobahn test-proof test-address test-thread \
  test-fuzz start-fetch wait-fetch start-web wait-web start-builds wait-builds ahead start-proof \
  wait-proof nightly lint format hooks setup clean

run: build
	.build/release/telltale serve --demo --port $(PORT) --data $(DATA)

build: setup
	swift build -c release --product telltale --static-swift-stdlib

setup:
	@Tests/scripts/setup.sh build

# $(call run_steps,STEPS): one after another, each with its time. What runs beside them ends with them.
define run_steps
@trap '$(BESIDE) stop' EXIT; trap 'exit 1' INT TERM; \
for step in $(1); do \
  began=$$(date +%s); \
  $(MAKE) --no-print-directory $$step || exit 1; \
  echo "== $$step took $$(($$(date +%s) - began)) s"; \
done
endef

check:
	$(call run_steps,$(CHECK_STEPS))
	@echo "Every quick test passed. make test has all of them."

test:
	$(call run_steps,$(TEST_STEPS))
	@echo "Every test passed."

nightly: build
	Tests/scripts/test-proof.sh worlds 1000000
	Tests/scripts/test-autobahn.sh all
	Tests/scripts/test-sanitizers.sh address all
	Tests/scripts/test-sanitizers.sh thread all
	Tests/Fuzz/run.sh 600

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Stories Tests
	Tests/scripts/check-web.sh

build-tests: setup
	swift build --build-tests $(SWIFT_BUILD_FLAGS)

# What comes over the network comes while the compiler works.
test-swift: setup
	@$(BESIDE) start sources sh -c 'for each in pictures metrics redis; do Tests/scripts/setup.sh $$each || exit 1; done'
	@$(MAKE) --no-print-directory build-tests && $(BESIDE) wait sources
	Tests/scripts/test-swift.sh $(SWIFT_BUILD_FLAGS)

test-web:
	Tests/scripts/test-web.sh

test-browser: build
	Tests/scripts/test-browser.sh

test-autobahn: build
	Tests/scripts/test-autobahn.sh

test-proof: build
	Tests/scripts/test-proof.sh

test-address test-thread: setup
	Tests/scripts/test-sanitizers.sh $(@:test-%=%)

test-fuzz: setup
	Tests/Fuzz/run.sh $(FUZZ_SECONDS)

# The steps that need these build them again if that is not all, and report the errors.
ahead: setup
	-Tests/scripts/test-sanitizers.sh address build
	-Tests/Fuzz/run.sh 0

start-fetch: setup
	@$(BESIDE) start fetch Tests/scripts/setup.sh all

# The Node tests have clocks of their own, so neither they nor builds mind to have the lowest priority.
start-web:
	@$(BESIDE) start web nice -n 19 Tests/scripts/test-web.sh

start-builds: setup
	@$(BESIDE) start builds nice -n 19 $(MAKE) --no-print-directory ahead

start-proof: build
	@$(BESIDE) start proof Tests/scripts/test-proof.sh

wait-fetch wait-web wait-builds wait-proof:
	@$(BESIDE) wait $(@:wait-%=%)

format:
	swift format --in-place --recursive Package.swift Sources Stories Tests

hooks:
	git config core.hooksPath .githooks
	@echo "Commits now check the format and run the quick tests first."

clean:
	rm -rf .build .build-address .build-thread data
