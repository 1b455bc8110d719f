# SPDX-License-Identifier: GPL-3.0-or-later
# pnmlab: build, verify, test. `make help` lists the targets: what users need is behind ##,
# what developers need behind ###.

VERSION = 0.3.0
CC = gcc
BUILD = build
PREFIX = /usr/local
THREADS =

# Debian packages that building, testing and verifying need; `make setup` installs them.
PACKAGES = gcc libc6-dev make libgsl-dev libjansson-dev librandom123-dev \
	libcmocka-dev gnuplot-nox bats clang libomp-dev valgrind libopenmpi-dev openmpi-bin
# What `make bench` compares with; `make setup-bench` installs them. All optional.
BENCH_PACKAGES = python3 python3-numpy python3-torch python3-mpmath libslicot-dev
# The suite that `make test-random` feeds; `make setup-random` installs it.
RANDOM_PACKAGES = dieharder
# What `make report`, `explorer`, `notebooks` and `test-docs` need; `make setup-docs` installs them.
DOCS_PACKAGES = python3 mandoc chromium chromium-driver jupyter-nbconvert python3-ipykernel \
	wasi-libc libclang-rt-14-dev-wasm32 lld
# What `make format`, `make lint` and `make fuzz` need; `make setup-lint` installs them.
LINT_PACKAGES = clang-format clang-tidy cppcheck shellcheck libclang-rt-dev llvm

# What --version says besides: of a git checkout itself, not of one that it lies in.
REVISION := $(if $(wildcard .git),$(shell GIT_OPTIONAL_LOCKS=0 git describe --always \
	--dirty --exclude '*' 2>/dev/null))

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
# -ffp-contract=off: the same bits whatever the processor. -fno-math-errno: sqrt in loops.
OPTIMIZE = -O3
DEBUG = -g
CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L $(OPTIMIZE) $(DEBUG) -fopenmp -ffp-contract=off \
	-fno-math-errno $(WARNINGS) -Isim -Ianalysis -DPNM_VERSION='"$(VERSION)"'
# make MPI=1 builds the programs for mpirun, into a folder of their own.
PLACE = $(BUILD)$(if $(MPI),/mpi)
LDLIBS = -Wl,--as-needed -lgsl -lgslcblas -ljansson -lm

# The hot files are compiled once for each instruction set (sim/base/isa.h).
ifneq ($(shell uname -m),x86_64)
ISAS = base
else
ISAS = base v3 v4
endif
MARCH_base =
MARCH_v3 = -march=x86-64-v3
MARCH_v4 = -march=x86-64-v4
ifneq ($(findstring clang,$(CC)),)
HOT_CFLAGS =
RULE_CFLAGS =
MARCH_v4 += -mprefer-vector-width=512
else
# -fno-trapping-math, which is clang's default: nobody reads the flags of exceptions, so both
# sides of a choice may be computed, and AVX2 takes exp and tanh over whole vectors.
HOT_CFLAGS = -funroll-loops -fschedule-insns -fno-trapping-math
# The rules besides, or gcc moves the state of a tile over the stack before and after.
RULE_CFLAGS = -fno-unroll-loops -fno-loop-unroll-and-jam -fno-tree-loop-distribute-patterns
MARCH_v4 += -mprefer-vector-width=512
endif

# Rules and losses are compiled once without an instruction set, which gives their kinds,
# and once for each, which gives their loops.
RULES = $(shell sed -n 's/^ *RULE(\([a-z0-9_]*\)).*/\1/p' sim/rules/list.h)
LOSSES = $(shell sed -n 's/^ *LOSS(\([a-z0-9_]*\)).*/\1/p' sim/losses/list.h)
KINDS = $(RULES:%=sim/rules/%.c) $(LOSSES:%=sim/losses/%.c)
HOT = $(KINDS) $(wildcard sim/*/*_kernel.c) sim/engine/kernels_table.c
# pnmlab is the front door: it runs the others.
PROGRAM_SOURCES = $(wildcard sim/pnm-*.c analysis/pnm-*.c)
PROGRAMS = $(notdir $(PROGRAM_SOURCES:.c=)) pnmlab
LIBRARY = $(KINDS) $(filter-out $(HOT) $(PROGRAM_SOURCES), \
	$(wildcard sim/*/*.c analysis/*.c analysis/*/*.c analysis/*/*/*.c))
LIBRARY_OBJECTS = $(LIBRARY:%.c=$(BUILD)/obj/%.o) \
	$(foreach isa,$(ISAS),$(HOT:%.c=$(BUILD)/obj/$(isa)/%.o))
TEST_SOURCES = $(wildcard tests/sim/*/test_*.c tests/analysis/*/test_*.c)
TESTS = $(TEST_SOURCES:tests/%.c=$(BUILD)/tests/%)
BINARIES = $(PROGRAMS:%=$(PLACE)/bin/%)
MANUAL = $(PROGRAMS:%=$(BUILD)/man/%.1)
COMPLETION_BASH = $(PROGRAMS:%=$(BUILD)/completion/bash/%)
COMPLETION_ZSH = $(PROGRAMS:%=$(BUILD)/completion/zsh/_%)
DOCUMENTS = $(MANUAL) $(COMPLETION_BASH) $(COMPLETION_ZSH)
# Images that are fetched and not ours: they lie outside of build/, so that clean leaves them.
DIGITS = data/digits.csv
# What programs read besides: names under share/pnmlab, as sim/base/data_file.h finds them.
DATA = plots/table.gp plots/looks.gp \
	$(patsubst analysis/%,%,$(wildcard analysis/claims/*.md)) claims/required.txt \
	$(notdir $(wildcard $(DIGITS)))
DATA_FILES = $(DATA:%=$(PLACE)/share/pnmlab/%)

SOURCES = $(wildcard $(foreach folder,sim sim/* analysis analysis/* analysis/*/* plots/* tests tests/* \
	tests/*/*,$(folder)/*.[ch]))
SCRIPTS = $(wildcard sim/*/*.sh tests/*.sh tests/random/*.sh tests/docs/*.sh tests/faults/*.sh tests/fuzz/*.sh plots/*.sh tests/cli/*.bash) .ci/run .ci/setup

.PHONY: all programs unit-tests help setup setup-lint setup-mpi setup-bench \
	setup-random setup-docs verify verify-training tables training-tables plots gallery report explorer docs notebooks \
	test test-unit test-cli \
	test-bits test-faults test-faults-quick test-docs test-docs-man test-docs-readme test-docs-report test-docs-explorer test-docs-python \
	test-docs-notebooks \
	data calibration fuzz test-fuzz test-random test-random-quick mutants mutants-all coverage test-bits-long test-long records vectors new-optimizer bench bench-quick format lint \
	install uninstall clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
# "setup verify" means one after the other. What is compiled is compiled side by side, in
# a make of its own.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
# make V=1 shows each file that is built and each table and figure that is written.
SAY = $(if $(V),echo,:)
SHOWN = $(if $(V),,>/dev/null)
QUIET = $(if $(V),,@)
COMPILE = $(MAKE) --no-print-directory -j$(shell nproc) SIDE_BY_SIDE=1

# No manual with MPI: outside of mpirun a program takes long to start.
all: ### build programs, manual pages and completions (the default)
	@[ ! -t 1 ] || [ -n "$(BUILT)" ] || echo "building the programs (V=1 shows each file)"
	@$(COMPILE) programs

programs: $(BINARIES) $(DATA_FILES) $(if $(MPI),,$(DOCUMENTS))

# Counts the false alarms of verdicts, and checks the file of the counts.
CALIBRATION = $(BUILD)/calibration/calibration

# What a test loads before a program, so that calls and allocations fail.
FAULTS = $(BUILD)/tests/call.so $(BUILD)/tests/allocation.so $(BUILD)/tests/faults/words \
	$(BUILD)/tests/faults/forge

$(BUILD)/tests/%.so: tests/faults/%.c Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

# bench, quality and calibration are not run by make test, but compile with the rest.
unit-tests: $(TESTS) $(FAULTS) $(CALIBRATION) $(BUILD)/bench/bench $(BUILD)/random/quality

help: ### list the targets
	@awk -F ':[^#]*##+ ' '/^[a-z-]+:.* ## / { printf "  make %-20s %s\n", $$1, $$2 } \
	    /^[a-z-]+:.* ### / { more = more sprintf("  make %-20s %s\n", $$1, $$2) } \
	    END { printf "\nFor developers:\n%s", more }' Makefile

setup: ## install the Debian packages that build, verify and test need
	@sh .ci/setup $(PACKAGES)

# What it installed comes with setup by now; the name goes on working.
setup-mpi: setup

setup-bench: ### install the Debian packages that bench compares with
	@sh .ci/setup $(BENCH_PACKAGES)

setup-random: ### install the Debian package that test-random needs
	@sh .ci/setup $(RANDOM_PACKAGES)

setup-lint: ### install the Debian packages that format, lint and fuzz need
	@sh .ci/setup $(LINT_PACKAGES)

setup-docs: ### install the Debian packages of setup, and what report, notebooks and test-docs need
	@sh .ci/setup $(PACKAGES) $(DOCS_PACKAGES)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# Compiled anew when the revision is another one, not with every make.
$(BUILD)/obj/sim/cli/version.o: CFLAGS += $(if $(REVISION),-DPNM_REVISION='"$(REVISION)"')
$(BUILD)/obj/sim/cli/version.o: $(BUILD)/revision

$(BUILD)/revision: FORCE
	@mkdir -p $(@D)
	@echo '$(REVISION)' | cmp -s - $@ || echo '$(REVISION)' >$@

FORCE:

define HOT_RULE
$(BUILD)/obj/$(1)/sim/rules/%.o: HOT_CFLAGS += $(RULE_CFLAGS)

$(BUILD)/obj/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	@$(SAY) "  $$@"
	@$(CC) $(CFLAGS) $$(HOT_CFLAGS) $(MARCH_$(1)) -DISA=$(1) -MMD -MP -c -o $$@ $$<
endef
$(foreach isa,$(ISAS),$(eval $(call HOT_RULE,$(isa))))

$(BUILD)/libpnm.a: $(LIBRARY_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

# With MPI the same objects, but for ranks.c, which alone calls it: what stands before the
# library is taken instead of the library's.
$(BUILD)/obj/mpi/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@mpicc $(CFLAGS) -DPNM_MPI -MMD -MP -c -o $@ $<

# Of the room, the place, the compiler and what stands before the library.
define LINK_RULE
$(2)/bin/%: $(BUILD)/obj/$(1)/%.o $(4) $(BUILD)/libpnm.a
	@mkdir -p $$(@D)
	@$(SAY) "  $$@"
	@$(3) $(CFLAGS) -o $$@ $$^ $(LDLIBS)
endef
$(foreach room,sim analysis,$(eval $(call LINK_RULE,$(room),$(BUILD),$(CC),)))
$(foreach room,sim analysis,$(eval $(call LINK_RULE,$(room),$(BUILD)/mpi,mpicc,$(BUILD)/obj/mpi/sim/base/ranks.o)))

# What unit tests do by themselves is short.
$(BUILD)/obj/tests/%.o: CFLAGS += -Itests
$(BUILD)/obj/tests/sim/%.o $(BUILD)/obj/tests/analysis/%.o: OPTIMIZE = -O1

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(PLACE)/share/pnmlab/claims/%: analysis/claims/%
	@mkdir -p $(@D)
	@cp $< $@

$(PLACE)/share/pnmlab/plots/%: plots/%
	@mkdir -p $(@D)
	@cp $< $@

$(PLACE)/share/pnmlab/digits.csv: $(DIGITS)
	@mkdir -p $(@D)
	@cp $< $@

# Programs print their own manual pages and completions, from the table of their options.
$(BUILD)/man/%.1: $(BUILD)/bin/%
	@mkdir -p $(@D)
	@$< --help=man >$@

$(BUILD)/completion/bash/%: $(BUILD)/bin/%
	@mkdir -p $(@D)
	@$< --help=bash >$@

$(BUILD)/completion/zsh/_%: $(BUILD)/bin/%
	@mkdir -p $(@D)
	@$< --help=zsh >$@

# --- a rule of your own -----------------------------------------------------------------

new-optimizer: ## begin an update rule, NAME=foo: sim/rules/foo.c, listed
	@sh sim/rules/new_rule.sh "$$NAME"

# --- data -----------------------------------------------------------------------------

# Where the programs with MPI are built, too, they find them after their next build.
data: ### fetch 1797 images of digits from Debian's python3-sklearn into data/, which clean leaves
	@sh sim/losses/digits.sh $(DIGITS)
	@$(MAKE) --no-print-directory $(BUILD)/share/pnmlab/digits.csv

# --- verify and figures ---------------------------------------------------------------

# make verify succeeds on exit 0 (every exact verdict holds) and 2 (some are undecided). Of
# the paper on momentum it runs the two claims that its abstract rests on.
verify: all ## run every claim, print what was found, write results/ and the figures
	@mkdir -p results
	@echo "checking the claims"
	@$(BUILD)/bin/pnm-verify $(THREADS:%=--threads %) --paper pnm --claim jl-gdm,jl-history \
	    --output results/ledger.txt,results/ledger.csv,results/ledger.json || [ $$? -eq 2 ]
	@$(MAKE) --no-print-directory BUILT=1 tables plots
	@echo
	@sed -n '/^findings:/,$$p' results/ledger.txt | fold -s -w 79 | sed 's/ *$$//'
	@echo "table:   results/ledger.txt (results/ledger.csv, results/ledger.json)"
	@echo "report:  results/report.html, which make report writes"
	@echo "figures: results/*.svg, results/*.png"

# The analogues take minutes, so make verify leaves them out.
verify-training: all ### train small networks beside figures 4-7 and table 1, some minutes; results/training.*
	@mkdir -p results
	@echo "training the networks"
	@$(BUILD)/bin/pnm-verify $(THREADS:%=--threads %) --paper analogues \
	    --output results/training.txt,results/training.csv,results/training.json || [ $$? -eq 2 ]
	@echo
	@sed -n '/^findings:/,$$p' results/training.txt | fold -s -w 79 | sed 's/ *$$//'
	@echo "table:   results/training.txt (results/training.csv, results/training.json)"
	@echo "report:  results/report.html, which make report writes"

# Data of the figures. Exit 2 means that some points are undecided or not sampled.
tables: all ### compute the tables that the figures show, into results/
	@mkdir -p results
	@echo "computing the tables of the figures"
	@sh plots/tables.sh $(BUILD)/bin results $(SHOWN)

# On the digits if make data has fetched them, else on the teacher task.
training-tables: all ### compute the tables of figures 21 to 23 by trainings, about three minutes
	@mkdir -p results
	@sh plots/training.sh $(BUILD)/bin results

plots: ### render the figures from the tables in results/
	@echo "drawing the figures"
	@sh plots/render.sh results $(SHOWN)

gallery: plots ### refresh the pictures that the README.md files show
	@sh plots/gallery.sh results

# The ledger and figures as they are; make verify makes them anew. The ledgers of the other
# papers follow it; that of the analogues is there if make verify-training has run.
report: results/ledger.json results/momentum.json results/neighbours.json ## write results/report.html, the ledger with its reasons and figures
	@$(PYTHON) -B plots/report.py $^ $(wildcard results/training.json) results results/report.html
	@echo "written: results/report.html"

results/ledger.json: | all
	@$(MAKE) --no-print-directory BUILT=1 verify

results/momentum.json results/neighbours.json: results/%.json: results/ledger.json | all
	@$(BUILD)/bin/pnm-verify $(THREADS:%=--threads %) --paper $* --output $@ || [ $$? -eq 2 ]

# The page to play with: the rules, their theory and the generator, compiled to WebAssembly
# by clang. It has no fma, which wasi-libc computes with integers, and has the same bits.
WASM = $(BUILD)/wasm
WASM_CFLAGS = --target=wasm32-wasi -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -ffp-contract=off \
	-fno-math-errno -fvisibility=hidden $(WARNINGS) -Wno-unknown-pragmas -Wno-shorten-64-to-32 -Isim -Ianalysis \
	-idirafter /usr/include
WASM_RULES = $(RULES:%=sim/rules/%.c)
WASM_THEORY = theory stein noise_filter $(shell sed -n 's/^ *THEORY(\([a-z0-9_]*\)).*/\1/p' analysis/theory/list.h)
WASM_BASE = error isa nearest numbers parse quad_lu quad_matrix random roots text
WASM_SOURCES = $(wildcard plots/explorer/*.c) $(WASM_RULES) sim/engine/plan.c \
	$(filter-out $(KINDS),$(wildcard sim/rules/*.c)) $(WASM_THEORY:%=analysis/theory/%.c) $(WASM_BASE:%=sim/base/%.c)
WASM_HOT = $(WASM_RULES) $(wildcard sim/base/*_kernel.c)
WASM_OBJECTS = $(WASM_SOURCES:%.c=$(WASM)/obj/%.o) $(WASM_HOT:%.c=$(WASM)/obj/base/%.o)

$(WASM)/obj/base/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@clang $(WASM_CFLAGS) -DISA=base -MMD -MP -c -o $@ $<

$(WASM)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@clang $(WASM_CFLAGS) -MMD -MP -c -o $@ $<

# Random123 refuses processors that it was not tried on; tests/docs/explorer.bats tries this one.
$(WASM)/obj/sim/base/random.o: WASM_CFLAGS += -D__riscv -DR123_USE_MULHILO64_C99=1

$(WASM)/explorer.wasm: $(WASM_OBJECTS)
	@$(SAY) "  $@"
	@clang --target=wasm32-wasi -mexec-model=reactor -Wl,--export-dynamic,--gc-sections,--strip-all,-z,stack-size=1048576 -o $@ $^

# A page for a browser, from disk and without a network; the report links to it.
explorer: ## write results/explorer.html, a page with sliders (setup-docs)
	@[ -f /usr/include/wasm32-wasi/stdio.h ] && command -v clang >/dev/null && command -v wasm-ld >/dev/null || \
	    { echo "make explorer needs clang, lld and wasi-libc: make setup-docs" >&2; exit 1; }
	@$(COMPILE) $(WASM)/explorer.wasm
	@mkdir -p results
	@$(PYTHON) -B plots/explorer/explorer.py $(WASM)/explorer.wasm "$(VERSION)$(REVISION:%= (%))" results/explorer.html
	@echo "written: results/explorer.html"

docs: all ### write the tables of the README.md files anew, about a minute
	@PNM_BIN=$(abspath $(BUILD)/bin) sh tests/docs/generate.sh

notebooks: all ## execute the notebooks anew and compare with what is committed
	@$(PYTHON) -B notebooks/run.py

# --- tests ----------------------------------------------------------------------------

# Tests run side by side: threads that wait for others leave the processor to them.
test-unit test-cli test-faults test-faults-quick: export OMP_WAIT_POLICY = passive

# make test = unit tests, programs, the same bits from both compilers, the corpora of the
# readers, a share of the faults.
test: all ## run all tests
	@$(MAKE) --no-print-directory test-unit test-cli test-bits test-fuzz test-faults-quick

# Of the files in $(2), those that take long, $(1), before the others: both processors are
# busy to the end.
long_first = $(filter $(1),$(2)) $(filter-out $(1),$(2))

# What runs leaves its counts with those of its test (make coverage).
COUNTED = $(if $(COUNTS),export GCOV_PREFIX=$(COUNTS)/$(1);)

# One at a time on each processor; what a test program prints stays together.
test-unit: ### run the unit tests (cmocka)
	@$(COMPILE) unit-tests
	@printf '%s\n' $(call long_first,%/test_ledger %/test_ensemble %/test_errors,$(TESTS)) | xargs -P $(shell nproc) -I TEST sh -c \
	    '$(call COUNTED,TEST) TEST >TEST.log 2>&1; status=$$?; cat TEST.log; exit $$status'

# As many files side by side as there are processors.
LONG_CLI = plots verify manual long_runs added_once mpi many_rules bound network
test-cli: all $(FAULTS) $(CALIBRATION) ### run the tests of the programs (bats)
	@if command -v mpicc >/dev/null; then $(MAKE) --no-print-directory all MPI=1; fi
	@mkdir -p $(BUILD)/tests/cli
	@printf '%s\n' $(call long_first,$(LONG_CLI:%=tests/cli/%.bats),$(wildcard tests/cli/*.bats)) | PNM_BIN=$(abspath $(BUILD)/bin) PNM_MPI_BIN=$(abspath $(BUILD)/mpi/bin) \
	    xargs -P $(shell nproc) -I TEST sh -c \
	    '$(call COUNTED,TEST) log=$(BUILD)/TEST.log; bats TEST >$$log 2>&1; status=$$?; cat $$log; exit $$status'

# The same bits from gcc and clang: both builds' results are compared byte for byte.
test-bits: all ### compare the results of a gcc and a clang build
	@$(MAKE) --no-print-directory all CC=clang BUILD=$(BUILD)/clang DEBUG=
	@sh tests/same_bits.sh $(BUILD)/bin $(BUILD)/clang/bin

# Each of the faults that programs meet, about half an hour; a share of them is part of make test.
test-faults: all $(FAULTS) ### let memory, calls and programs fail, one by one
	@bash tests/faults/faults.sh $(BUILD)/bin $(BUILD)/tests long

test-faults-quick: all $(FAULTS) ### the same in a minute
	@$(call COUNTED,faults) bash tests/faults/faults.sh $(BUILD)/bin $(BUILD)/tests short

# What needs tools for documents, or is too long for make test.
test-docs: test-docs-man test-docs-readme test-docs-report test-docs-explorer test-docs-python test-docs-notebooks ### test what is written about the programs

test-docs-man: all ### look over the manual pages with mandoc
	@sh tests/docs/man.sh

# make test runs the short commands of the README.md files, here are the others.
test-docs-readme: all ### run commands of README.md files that take longer than a few seconds
	@sh tests/docs/readme.sh --long

test-docs-report: all ### test the report, in a browser too
	@PNM_BIN=$(abspath $(BUILD)/bin) PYTHON=$(PYTHON) bats tests/docs/report.bats

test-docs-explorer: all explorer ### test the page to play with, in a browser too
	@PNM_BIN=$(abspath $(BUILD)/bin) PYTHON=$(PYTHON) bats tests/docs/explorer.bats

test-docs-python: all ### test the module pnmlab of Python
	@PNM_BIN=$(abspath $(BUILD)/bin) PYTHON=$(PYTHON) bats tests/docs/python.bats

test-docs-notebooks: notebooks ### execute the notebooks, and test that what goes stale is noticed
	@PYTHON=$(PYTHON) bats tests/docs/notebooks.bats

# The random numbers themselves: long, and no part of make test.
QUALITY_OBJECTS = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %/words.c,$(wildcard tests/random/*.c)))

$(BUILD)/random/quality: $(QUALITY_OBJECTS) $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/random/words: $(BUILD)/obj/tests/random/words.o $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

# Readers of what users give, fed with any bytes: one program of all targets, with libFuzzer's
# bytes or those of the corpora. The programs' main functions get other names, MAINS, because
# fuzz.c has one of its own.
MAINS = -D"PROGRAM_MAINS(M)=$(foreach program,$(subst -,_,$(notdir $(PROGRAM_SOURCES:.c=))),M($(program)))"
FUZZ_SHARED = $(filter-out %/replay.c %/libfuzzer.c,$(wildcard tests/fuzz/*.c))
FUZZ_OBJECTS = $(FUZZ_SHARED:%.c=$(BUILD)/obj/%.o) $(PROGRAM_SOURCES:%.c=$(BUILD)/obj/tests/fuzz/%.o)
FUZZ_CFLAGS = -Itests/fuzz $(MAINS)
FUZZ_SECONDS = 120

$(BUILD)/obj/tests/fuzz/%.o: CFLAGS += $(FUZZ_CFLAGS)

define FUZZ_MAIN_RULE
$(BUILD)/obj/tests/fuzz/$(1:.c=.o): $(1) Makefile
	@mkdir -p $$(@D)
	@$(SAY) "  $$@"
	@$(CC) $(CFLAGS) -Dmain=main_$(subst -,_,$(notdir $(1:.c=))) -MMD -MP -c -o $$@ $$<
endef
$(foreach source,$(PROGRAM_SOURCES),$(eval $(call FUZZ_MAIN_RULE,$(source))))

# A test that runs programs, too.
$(BUILD)/obj/tests/analysis/compare/test_programs.o: CFLAGS += $(MAINS)
$(BUILD)/tests/analysis/compare/test_programs: $(PROGRAM_SOURCES:%.c=$(BUILD)/obj/tests/fuzz/%.o)
$(BUILD)/tests/analysis/compare/test_programs: LDLIBS := $(BUILD)/libpnm.a $(LDLIBS)

$(BUILD)/tests/fuzz/replay: $(BUILD)/obj/tests/fuzz/replay.o $(FUZZ_OBJECTS) $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/fuzz/libfuzzer: $(BUILD)/obj/tests/fuzz/libfuzzer.o $(FUZZ_OBJECTS) $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

test-fuzz: ### feed every reader with what is kept of tests/fuzz/corpus, a second
	@$(COMPILE) $(BUILD)/tests/fuzz/replay
	@$(BUILD)/tests/fuzz/replay tests/fuzz/corpus

fuzz: ### feed every reader with bytes of libFuzzer's, two minutes each (FUZZ_SECONDS=120)
	@sh tests/fuzz/fuzz.sh $(BUILD)/fuzz $(FUZZ_SECONDS)

test-random: $(BUILD)/random/quality $(BUILD)/random/words ### test 10^10 random numbers, about 20 minutes
	@sh tests/random/random.sh $^

test-random-quick: $(BUILD)/random/quality $(BUILD)/random/words ### the same in about two minutes
	@sh tests/random/random.sh $^ --quick

# 10000 seeds of small runs of every program that judges, about five minutes of processor
# time. The file names the commit that last changed what is measured and judged. Other
# numbers of seeds leave it as it is.
SEEDS = 10000

$(CALIBRATION): $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/calibration/*.c)) $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

calibration: ### count false alarms and misses of all verdicts over SEEDS=10000 seeds, about five minutes; tests/calibration/calibration.txt
	@$(COMPILE) $(CALIBRATION)
	@$(CALIBRATION) $(SEEDS) "$$(git log -1 --format=%h -- sim analysis)$$(git diff --quiet HEAD -- sim analysis || echo -dirty)" \
	    >$(BUILD)/calibration/calibration.txt || { cat $(BUILD)/calibration/calibration.txt; exit 1; }
	@[ $(SEEDS) -ne 10000 ] || cp $(BUILD)/calibration/calibration.txt tests/calibration/calibration.txt

records: all ### record what the programs print anew in tests/records; look at what git diff shows
	@bash tests/records.sh $(BUILD)/bin tests/records

vectors: ### record PyTorch's steps and exact values to 50 digits anew in tests/vectors
	@$(PYTHON) tests/torch_vectors.py
	@$(PYTHON) tests/exact_vectors.py
	@$(PYTHON) tests/stability_vectors.py >tests/vectors/stability.txt
	@$(PYTHON) tests/perceptron_vectors.py >tests/vectors/perceptron.txt

mutants: ### break every rule, theory file and standard error in a copy and show what notices
	@sh tests/mutants.sh

# Goes on where it was interrupted, as long as the commit is the same.
mutants-all: ### try 300 small changes drawn by a seed, hours; results/mutants.csv
	@mkdir -p results
	@$(PYTHON) -B tests/drawn_mutants.py --count 300 --table results/mutants.csv

# A build that counts what runs, and all tests with it, each with counts of its own. The threads of a
# program share its counters, so each program is kept on one core: on two it takes thirty times as long.
COVERAGE = BUILD=$(BUILD)/coverage OPTIMIZE="-O2 -fno-early-inlining" DEBUG="--coverage -fprofile-update=single" \
	COUNTS=$(abspath $(BUILD))/coverage/counts
coverage: ### run the tests and tell which lines and branches did not run, a quarter of an hour
	@$(COMPILE) programs unit-tests $(COVERAGE)
	@$(COMPILE) programs MPI=1 $(COVERAGE)
	@rm -rf $(BUILD)/coverage/counts $(BUILD)/coverage/tests.json
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@printf '%s\n' test-cli test-unit test-faults-quick | xargs -P $(shell nproc) --process-slot-var=CORE -I TESTS sh -c \
	    'taskset -c $$CORE $(MAKE) --no-print-directory TESTS $(COVERAGE)' || failed=1; \
	    $(PYTHON) tests/coverage.py $(BUILD)/coverage --tests $(BUILD)/coverage/tests.json || failed=1; exit $${failed:-0}

test-bits-long: all $(FAULTS) ### compare the bytes of 55 commands from compilers, threads, ranks and cut runs
	@bash tests/faults/faults.sh $(BUILD)/bin $(BUILD)/tests long bits

# What its parts need besides is installed first.
test-long: ### what is too long for make test: lint, coverage, mutants, fuzzing, calibration, bits; an hour
	@sh .ci/setup $(PACKAGES) $(LINT_PACKAGES) python3
	@$(MAKE) --no-print-directory all
	@sh tests/long.sh

# --- speed ----------------------------------------------------------------------------

PYTHON = /usr/bin/python3
SLICOT = $(wildcard /usr/lib/*/libslicot.so /usr/lib/libslicot.so)
BENCH = $(BUILD)/bench/bench
# floor.c is compiled once for each instruction set, like the kernels.
BENCH_SOURCES = $(filter-out tests/bench/floor.c,$(wildcard tests/bench/*.c))
BENCH_OBJECTS = $(BENCH_SOURCES:%.c=$(BUILD)/obj/%.o) \
	$(foreach isa,$(ISAS),$(BUILD)/obj/$(isa)/tests/bench/floor.o)
BENCH_RUN = $(BENCH) --python $(PYTHON) --peers tests/bench/peers.py

$(BUILD)/obj/tests/bench/exact.o: CFLAGS += $(if $(SLICOT),-DHAVE_SLICOT)

$(BENCH): $(BENCH_OBJECTS) $(BUILD)/libpnm.a
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(if $(SLICOT),-lslicot) $(LDLIBS)

bench: $(BENCH) ### time the simulation beside others, about six minutes; results/bench.csv
	@mkdir -p results
	@$(BENCH_RUN) --csv results/bench.csv

bench-quick: $(BENCH) ### the same in less than a minute; results/bench-quick.csv
	@mkdir -p results
	@$(BENCH_RUN) --csv results/bench-quick.csv --quick

# --- keeping house --------------------------------------------------------------------

format: ### format the sources
	clang-format -i $(SOURCES)

lint: ### check format and run clang-tidy, cppcheck, gcc's analyzer and shellcheck
	clang-format --dry-run --Werror $(SOURCES)
	cppcheck --quiet -j $(shell nproc) --error-exitcode=1 --inline-suppr --suppress=ctuuninitvar --std=c11 \
	    --enable=warning,performance,portability -DISA=base -DPNM_VERSION='"x"' \
	    -Isim -Ianalysis sim analysis tests/bench tests/random
	printf '%s\n' $(filter-out tests/sim/% tests/analysis/%,$(filter %.c,$(SOURCES))) | xargs -P $(shell nproc) -n 16 sh -c \
	    'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- -std=c11 -fopenmp -D_POSIX_C_SOURCE=200809L -DISA=base \
	    -DPNM_VERSION="\"x\"" -Isim -Ianalysis $(FUZZ_CFLAGS)' clang-tidy
	sh tests/analyzer.sh
	shellcheck $(SCRIPTS)

TO = $(DESTDIR)$(PREFIX)
TO_DATA = share/pnmlab
TO_PYTHON = $(TO_DATA)/python
TO_MAN = share/man/man1
TO_BASH = share/bash-completion/completions
TO_ZSH = share/zsh/site-functions

install: all $(DOCUMENTS) ## install programs, what they read, manual pages and completions into PREFIX
	$(QUIET)install -d $(TO)/bin $(TO)/$(TO_MAN) $(TO)/$(TO_BASH) $(TO)/$(TO_ZSH)
	$(QUIET)install $(BINARIES) $(TO)/bin
	$(QUIET)install -m 644 $(MANUAL) $(TO)/$(TO_MAN)
	$(QUIET)install -m 644 $(COMPLETION_BASH) $(TO)/$(TO_BASH)
	$(QUIET)install -m 644 $(COMPLETION_ZSH) $(TO)/$(TO_ZSH)
	$(QUIET)install -D -m 644 notebooks/pnmlab.py $(TO)/$(TO_PYTHON)/pnmlab.py
	$(QUIET)for name in $(DATA); do \
	    install -D -m 644 $(PLACE)/share/pnmlab/$$name $(TO)/$(TO_DATA)/$$name || exit 1; done
	@echo "installed programs into $(TO)/bin and what they read, manual pages and completions into $(TO)/share"

uninstall: ### remove what install puts into PREFIX
	$(QUIET)rm -f $(PROGRAMS:%=$(TO)/bin/%) $(PROGRAMS:%=$(TO)/$(TO_MAN)/%.1) \
	    $(PROGRAMS:%=$(TO)/$(TO_BASH)/%) $(PROGRAMS:%=$(TO)/$(TO_ZSH)/_%) \
	    $(TO)/$(TO_PYTHON)/pnmlab.py $(addprefix $(TO)/$(TO_DATA)/,$(DATA) $(notdir $(DIGITS)))

clean: ### remove build/ and results/, but not data/
	rm -rf $(BUILD) results

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
