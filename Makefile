# summit_migrate: the extension by PGXS; the program in cli/ has a Makefile of its own.

MODULE_big = summit_migrate
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard extension/*.c)))
EXTENSION = summit_migrate
DATA = extension/summit_migrate--1.0.sql
PG_CPPFLAGS = -I$(srcdir)/extension
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-clobbered -Wno-declaration-after-statement

PG_CONFIG ?= /usr/lib/postgresql/15/bin/pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
