# make run     builds in release mode and starts the dashboard with a sample job
# make test    runs every test: Swift, Node, Chromium
# make hooks   installs the pre-commit hook for those without the pre-commit tool
# make format  formats the Swift sources

SWIFT_BUILD_FLAGS = --explicit-target-dependency-import-check error
PORT ?= 8000

.PHONY: run build test test-swift test-web test-browser lint format hooks setup clean

run: build
	.build/release/telltale serve --demo --port $(PORT)

build: setup
	swift build -c release --product telltale --static-swift-stdlib

setup:
	@Tests/scripts/setup.sh build

test: lint test-swift test-web test-browser
	@echo "Every test passed."

lint:
	swift format lint --strict --recursive Package.swift Sources Stories Tests
	Tests/scripts/check-web.sh

test-swift:
	@Tests/scripts/setup.sh build
	@Tests/scripts/setup.sh pictures
	@Tests/scripts/setup.sh metrics
	Tests/scripts/test-swift.sh $(SWIFT_BUILD_FLAGS)

test-web:
	Tests/scripts/test-web.sh

test-browser: build
	Tests/scripts/test-browser.sh

format:
	swift format --in-place --recursive Package.swift Sources Stories Tests

hooks:
	git config core.hooksPath .githooks
	@echo "Commits now check the format and run the quick tests first."

clean:
	rm -rf .build data
