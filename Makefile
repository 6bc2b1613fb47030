# Keyway: the targets.
#
#   make run         install what is missing, build, initialise and serve on 127.0.0.1:8480
#   make test        build and run every test: the Swift suites, then the server end to end
#   make test-long   the same with all that does not fit whole: more kills, starts and stops, acts (hours)
#   make lint        check layout, warnings, imports, names, comments, generated files and the Python code
#   make format      let the formatters settle the layout
#   make build       build the server as it ships: .build/release/keyway
#   make bench       measure the server beside nginx and etcd, and the SDK beside the Python client (seventeen minutes);
#                    PARTS="nodes acts" measures these alone
#   make instructions  count the instructions of an act, a create and a GET; OTHER=path counts another build beside
#   make deb         make the Debian package of it in .build/deb, which scripts/try-deb tries
#   make image       make an OCI image of it in .build/image, which scripts/try-image tries
#   make bootstrap   install what any of these needs, and nothing that is there already
#   make clean       remove what was built; .keyway (keys and data of `make run`) stays
#
# LISTEN=127.0.0.1:9000 moves `make run` to another address.

LISTEN ?= 127.0.0.1:8480

# One set of flags for lint and test, so that they share one build. Two notes. Swift 6.1 cannot say in the
# manifest that warnings are errors. And --disable-index-store saves nothing here: finding the tests needs the index.
DEBUG_FLAGS = --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors
# Static, so that the binary runs where no Swift is installed.
RELEASE = -c release --static-swift-stdlib
RELEASE_FLAGS = $(RELEASE) --product keyway
PYTHON_CODE = Tests/EndToEnd Benchmarks scripts

.PHONY: run test test-long lint format build deb image bench instructions bootstrap clean toolchain
.DEFAULT_GOAL := build

run: build
	@scripts/run $(LISTEN)

test: toolchain .venv/ready
	@scripts/bootstrap shells
	swift build --build-tests $(DEBUG_FLAGS)
	swift build $(RELEASE_FLAGS)
	@.venv/bin/python scripts/run_tests.py $(DEBUG_FLAGS)

test-long:
	KEYWAY_LONG=1 $(MAKE) test

lint: toolchain .venv/ready
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Examples Benchmarks
	swift build --build-tests $(DEBUG_FLAGS)
	.venv/bin/python scripts/check_imports.py
	.venv/bin/python scripts/check_names.py
	.venv/bin/python scripts/check_comments.py
	scripts/check-generated
	.venv/bin/ruff check $(PYTHON_CODE)
	.venv/bin/ruff format --check $(PYTHON_CODE)

format: toolchain .venv/ready
	swift format --in-place --parallel --recursive Package.swift Sources Tests Examples Benchmarks
	.venv/bin/ruff check --fix $(PYTHON_CODE)
	.venv/bin/ruff format $(PYTHON_CODE)

build: toolchain
	swift build $(RELEASE_FLAGS)

deb: build
	@scripts/bootstrap packages
	@scripts/make-deb

image: build
	@scripts/bootstrap packages
	@scripts/make-image

bench: build .venv/ready
	@scripts/bootstrap bench
	swift build $(RELEASE) --product BenchmarkDatadogClient
	swift build $(RELEASE) --product BenchmarkMasking
	@.venv/bin/python Benchmarks/bench.py $(PARTS)

instructions: build .venv/ready
	@scripts/bootstrap instructions
	@.venv/bin/python Benchmarks/instructions.py $(OTHER)

bootstrap: toolchain .venv/ready
	@scripts/bootstrap shells

toolchain:
	@scripts/bootstrap build

# The Python tools of lint, test and bench, in versions of our choosing.
.venv/ready: requirements.txt
	@scripts/bootstrap python
	@test -x .venv/bin/pip || python3 -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

clean:
	rm -rf .build .venv .pytest_cache .ruff_cache .hypothesis
