# SPDX-License-Identifier: GPL-2.0-only
#
# Becomes the Makefile of the C tree that the macro benchmark builds. headers:
# what the compiler of the host reads for it, from where it will be read.

CC := gcc
CFLAGS := -O2 -I.
SOURCES := $(wildcard *.c)

libfdt.a: $(SOURCES:.c=.o)
	ar rcs $@ $^

headers:
	@$(CC) $(CFLAGS) -M $(SOURCES)
