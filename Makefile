# SPDX-License-Identifier: BSD-2-Clause
# The front door; Meson does the work (tools/build). `make help` lists the targets.
BUILD ?= build
WERROR ?= true
PREFIX ?= /usr/local
SUITE ?=
BENCH ?=
FUZZ ?=
# `make build` makes what is for use; WHAT=all makes the tests too.
WHAT ?= products
OPTIONS = -Dwerror=$(WERROR) -Dprefix=$(PREFIX)

.PHONY: help build run test check check-rest bench fuzz docs install format clean
.DEFAULT_GOAL := build

build:
	@tools/packages build
	@tools/build $(BUILD) $(OPTIONS) -- $(WHAT)

run: build
	@./$(BUILD)/tercet serve

test:
	@tools/packages test
	@tools/build $(BUILD) $(OPTIONS)
	@tests/run $(BUILD) $(SUITE)

check:
	@tools/packages check
	@tools/total "$(MAKE) --no-print-directory test" "$(MAKE) --no-print-directory check-rest"

# The sanitizers get a tenth of the seeds and no bulk transfer; the suites read these two variables.
check-rest: export TERCET_SEEDS_DIVISOR ?= 10
check-rest: export TERCET_NO_BULK ?= 1
check-rest:
	@tools/packages check
	@tools/total \
	    "tools/build $(BUILD)-asan -Dwerror=false -Db_sanitize=address,undefined -Db_lundef=false && tests/run $(BUILD)-asan" \
	    tools/lint

bench:
	@tools/packages bench
	@tools/build $(BUILD) $(OPTIONS) -- products
	@if [ -x $(BUILD)/tercet-bench ]; then exec $(BUILD)/tercet-bench $(BENCH); else echo "no bench yet"; fi

fuzz:
	@tools/packages fuzz
	@tools/fuzz $(FUZZ)

docs:
	@tools/packages build
	@tools/build $(BUILD) $(OPTIONS) -- docs
	@echo "$(BUILD)/requirements.md"

install:
	@tools/packages build
	@tools/build $(BUILD) $(OPTIONS) -- products docs
	@meson install -C $(BUILD) --no-rebuild

format:
	@tools/packages check
	@clang-format -i $$(tools/sources 'include/tercet/*.h' 'src/*/*.[ch]' 'bench/*.[ch]' 'bpf/*.[ch]' 'tests/*.h' 'tests/*/*.[ch]')

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-clang $(BUILD)-fuzz

help:
	@echo "make build     build/tercet, build/tercet-bench, build/libtercet.*   (WERROR=false: warnings are no errors)"
	@echo "make run       builds, then serves a page at http://127.0.0.1:8080/"
	@echo "make test      every suite of tests/                               (SUITE=\"tcp wire\": only these)"
	@echo "make check     make test, the same with sanitizers, and the linters"
	@echo "make bench     the tables                                          (BENCH=\"handshake-rst --json\")"
	@echo "make fuzz      each fuzz target for FUZZ_SECONDS=60                (FUZZ=\"stack\": only these)"
	@echo "make docs      the page of requirement tables (doc/rfc), build/requirements.md"
	@echo "make install   under PREFIX=/usr/local; DESTDIR is honoured"
	@echo "make format    clang-format over all C files"
	@echo "make clean     removes the build folders"
