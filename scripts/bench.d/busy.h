/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BUSY_H
#define BUSY_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static inline long must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(1);
	}
	return result;
}

/*
 * With CONFIG_SLUB_TINY the only object of its kind costs a page each time it
 * is made: 850 instructions in each system call with a path, or none if by
 * chance somebody else is in one. So somebody always is: a child that waits
 * for a writer.
 */
static inline void keep_a_path_in_use(void)
{
	const char *fifo = "/fifo";

	must(fifo, mkfifo(fifo, 0600));
	if (!must("fork", fork())) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		open(fifo, O_RDONLY);
		_exit(0);
	}
	usleep(100000);
	must(fifo, unlink(fifo));
}

/* 60 million instructions, which cost QEMU next to nothing. */
static inline void let_rcu_free(void)
{
	int i;

	for (i = 0; i < 150000; i++)
		asm volatile(".rept 398; nop; .endr");
}

/*
 * How long the CPU has been busy with tasks, those of the kernel included, in
 * nanoseconds. A clock would not do: under icount it leaps over idle time, and
 * to unload a module or to stop a tracer is to wait for grace periods.
 *
 * What RCU has yet to free is first given some ticks of the clock, in which it
 * is freed on the account of this task and not of the idle one. The kernel
 * books the time of a task when it leaves the CPU: hence the sleep.
 */
static inline unsigned long long busy(void)
{
	static int fd = -1;
	unsigned long long ns;
	char text[4096], *cpu;
	ssize_t n;

	if (fd < 0)
		fd = must("/proc/schedstat", open("/proc/schedstat", O_RDONLY));
	let_rcu_free();
	usleep(1000);
	n = must("/proc/schedstat", pread(fd, text, sizeof(text) - 1, 0));
	text[n] = '\0';
	cpu = strstr(text, "\ncpu0 ");
	if (!cpu || sscanf(cpu, " cpu0 %*u %*u %*u %*u %*u %*u %llu", &ns) != 1) {
		errno = EPROTO;
		must("/proc/schedstat", -1);
	}
	return ns;
}

#endif
