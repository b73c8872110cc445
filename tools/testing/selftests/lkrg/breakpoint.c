// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch an address of the kernel and one of its own with hardware breakpoints of
 * perf, until it is killed.  Argument: the address.
 */

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int watched;

static int watch(unsigned long address, int cpu, pid_t pid)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = address,
		.bp_len = HW_BREAKPOINT_LEN_4,
	};

	return syscall(SYS_perf_event_open, &attr, pid, cpu, -1, 0);
}

int main(int argc, char *argv[])
{
	unsigned long address = argc == 2 ? strtoul(argv[1], NULL, 0) : 0;
	int cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (cpu = 0; cpu < cpus; cpu++) {
		if (watch(address, cpu, -1) < 0) {
			printf("cpu%d: %s\n", cpu, strerror(errno));
			return 1;
		}
	}
	if (watch((unsigned long)&watched, -1, 0) < 0) {
		printf("own memory: %s\n", strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		__atomic_add_fetch(&watched, 1, __ATOMIC_SEQ_CST);
}
