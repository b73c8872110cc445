// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Events that perf counts
 *
 *   perf_hooks TRACEPOINT FUNCTION
 *
 * Counts a tracepoint, by its number, and a probe of its own in a function of the kernel,
 * until it is killed.  Says so when both are in place.
 */

#include <err.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TYPE	"/sys/bus/event_source/devices/kprobe/type"

static void count(struct perf_event_attr attr, const char *what)
{
	attr.size = sizeof(attr);
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC) < 0)
		err(1, "%s", what);
}

int main(int argc, char **argv)
{
	unsigned int type;
	FILE *file;

	if (argc != 3)
		errx(1, "usage: perf_hooks TRACEPOINT FUNCTION");
	file = fopen(TYPE, "r");
	if (!file || fscanf(file, "%u", &type) != 1)
		err(1, TYPE);
	count((struct perf_event_attr){
		.type = PERF_TYPE_TRACEPOINT,
		.config = strtoul(argv[1], NULL, 10),
	}, "tracepoint");
	count((struct perf_event_attr){
		.type = type,
		.kprobe_func = (uintptr_t)argv[2],
	}, "probe");
	puts("in place");
	fflush(stdout);
	for (;;)
		pause();
}
