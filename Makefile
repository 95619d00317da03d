# summit_migrate: the module by PGXS; the program in cli/ has a Makefile of its
# own, which this one calls.  "make help" lists the targets.

MODULE_big = summit_migrate
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard extension/*.c)))
EXTENSION = summit_migrate
DATA_built = extension/summit_migrate--1.0.sql

REGRESS = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=summit_migrate --encoding=UTF8
ISOLATION = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=summit_migrate

# The newest server of 15 to 18 whose development files are installed.
PG_CONFIG ?= $(patsubst %/lib/pgxs/src/makefiles/pgxs.mk,%/bin/pg_config,$(lastword $(sort \
	$(wildcard /usr/lib/postgresql/1[5-8]/lib/pgxs/src/makefiles/pgxs.mk))))
ifeq ($(strip $(PG_CONFIG)),)
PG_CONFIG := $(shell command -v pg_config)
endif
# Before anything is installed there is none; what then runs make again finds it.
ifneq ($(strip $(PG_CONFIG)),)
export PG_CONFIG
endif
PGXS := $(if $(PG_CONFIG),$(wildcard $(shell $(PG_CONFIG) --pgxs)))

# The server's headers count as system headers: theirs need no exceptions.  Our
# code has two of the server's habits: parameters that a callback must have and
# does not need, and an int that counts up to lengthof().
PG_CPPFLAGS = -I$(srcdir)/extension $(if $(PGXS),-isystem $(shell $(PG_CONFIG) --includedir-server))
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Werror -MMD -MP
# COVERAGE=1 counts the lines that run, in the module and in the program.
ifdef COVERAGE
PG_CFLAGS += --coverage -O0
SHLIB_LINK += --coverage
export COVERAGE
endif
EXTRA_CLEAN = extension/*.d extension/*.gcno extension/*.gcda build

.DEFAULT_GOAL := all
.PHONY: all install uninstall clean cli install-cli uninstall-cli clean-cli help setup demo test bench \
	coverage run-demo run-test run-bench run-coverage run-matrix format format-check matrix

ifneq ($(PGXS),)
include $(PGXS)
-include $(OBJS:.o=.d)

all: cli
install: install-cli
uninstall: uninstall-cli
clean: clean-cli
# The install script, a part a concern, in the order of their numbers.
extension/summit_migrate--1.0.sql: $(sort $(wildcard extension/install/*.sql))
	cat $^ >$@.new
	mv $@.new $@
# The bitcode is as old as the object: only the latter knows its headers.
$(OBJS:.o=.bc): %.bc: %.o
else
all install uninstall installcheck:
	@echo "No development files of PostgreSQL 15 to 18 found. As root:  test/setup build" >&2
	@echo "Or name a server's pg_config:  make PG_CONFIG=/path/to/pg_config" >&2
	@exit 1
clean: clean-cli
endif

cli:
	$(MAKE) -C cli
install-cli: cli
	$(MAKE) -C cli install
uninstall-cli clean-cli:
	$(MAKE) -C cli $(@:-cli=)

help:
	@echo "make               builds the module and the program"
	@echo "make install       installs both into the server that PG_CONFIG names"
	@echo "                   ($(or $(PG_CONFIG),none found))"
	@echo "make uninstall     removes both"
	@echo "make clean         removes what was built"
	@echo "make demo          installs what is missing, builds, shows a migration on a scratch server"
	@echo "make test          installs what is missing, builds, installs, runs every test"
	@echo "make installcheck  PGXS's own: regression and isolation tests against a running server"
	@echo "make coverage      every test on a build that counts lines; prints the lines covered"
	@echo "make bench         the measurements of test/bench"
	@echo "make matrix        the regression tests on the other majors (debootstrap; needs root)"
	@echo "make format        lays all C files out with clang-format-14"
	@echo "make format-check  fails where make format would change a file"
	@echo "make setup         only installs what is missing for building and testing"

setup:
	test/setup build test

demo:
	test/setup build
	$(again) run-demo
test:
	test/setup build test
	$(again) run-test
bench:
	test/setup build test bench
	$(again) run-bench
coverage:
	test/setup build test coverage
	$(again) run-coverage

# With what setup has installed.
again = $(MAKE) --no-print-directory
run-demo: all
	test/install
	test/demo/run
run-test: all
	test/install
	test/run
run-bench: all
	test/install
	set -e; for run in test/bench/*/run.sh; do $$run; done
run-coverage:
	test/coverage

matrix:
	test/setup build test matrix
	$(again) run-matrix
run-matrix: all
	test/install
	test/matrix/run

format:
	test/setup format
	git ls-files '*.c' '*.h' | xargs clang-format-14 -i

format-check:
	test/setup format
	git ls-files '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror
