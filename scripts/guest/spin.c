// SPDX-License-Identifier: GPL-2.0-only
/*
 * spin fifo|other: ask for a pass, keep the CPU busy for two seconds as a task of
 * that policy, and say how many passes ended meanwhile.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATS "/sys/kernel/security/lkrg/stats"
#define TRIGGER "/proc/sys/lkrg/trigger"

static long passes(void)
{
	FILE *stats = fopen(STATS, "r");
	char line[128];
	long done = -1;

	while (stats && done < 0 && fgets(line, sizeof(line), stats))
		sscanf(line, "passes_done %ld", &done);
	if (done < 0) {
		perror(STATS);
		exit(2);
	}
	fclose(stats);
	return done;
}

static void ask(void)
{
	FILE *trigger = fopen(TRIGGER, "w");

	if (!trigger || fputs("1\n", trigger) < 0 || fclose(trigger)) {
		perror(TRIGGER);
		exit(2);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int fifo = argc == 2 && !strcmp(argv[1], "fifo");
	struct sched_param param = { .sched_priority = fifo };
	double end;
	long before;

	if (!fifo && (argc != 2 || strcmp(argv[1], "other"))) {
		fprintf(stderr, "usage: spin fifo|other\n");
		return 2;
	}
	if (sched_setscheduler(0, fifo ? SCHED_FIFO : SCHED_OTHER, &param)) {
		perror("sched_setscheduler");
		return 2;
	}
	before = passes();
	ask();
	for (end = now() + 2; now() < end;)
		;
	printf("%ld\n", passes() - before);
	return 0;
}
