// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast this machine computes tags and takes baselines, with the guard's own code:
 * built with the kernel's flags and "-include native.h", which stands for its headers.
 *
 *	native PERCENT MILLISECONDS
 *
 * The status is 1 if a tag has less than PERCENT of the speed of merely reading, or a
 * baseline of 16 MiB takes longer than MILLISECONDS.
 */
#include "../../security/lkrg/tag.c"

#define PAGES 4096
#define ROUNDS 15

static u64 memory[PAGES][PAGE_SIZE / sizeof(u64)] __attribute__((aligned(PAGE_SIZE)));
static struct lkrg_page pages[PAGES];

/* So that nothing is left out. */
static volatile u64 result;

static void read_all(void)
{
	u64 sum = 0;
	size_t i, j;

	for (i = 0; i < PAGES; i++) {
#pragma GCC unroll 16
		for (j = 0; j < ARRAY_SIZE(memory[i]); j++)
			sum += memory[i][j];
	}
	result = sum;
}

static void tag_all(void)
{
	u128 sum = 0;
	size_t i;

	for (i = 0; i < PAGES; i++)
		sum ^= lkrg_page_tag(memory[i], i);
	result = sum ^ sum >> 64;
}

static void take_all(void)
{
	size_t i;

	for (i = 0; i < PAGES; i++) {
		pages[i].tag = lkrg_page_tag(memory[i], i);
		lkrg_sums_take(&pages[i], (const u32 *)memory[i]);
	}
}

/* Of several rounds the fastest: the machine may have had something else to do. */
static u64 fastest(void (*work)(void))
{
	u64 best = ~0ULL;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		struct timespec start, end;
		u64 ns;

		clock_gettime(CLOCK_MONOTONIC, &start);
		work();
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (end.tv_sec - start.tv_sec) * 1000000000ULL +
		     end.tv_nsec - start.tv_nsec;
		if (ns < best)
			best = ns;
	}
	return best;
}

int main(int argc, char **argv)
{
	u64 reading, tagging, baseline, percent;

	if (argc != 3)
		return 2;
	lkrg_tag_init();
	get_random_bytes(memory, sizeof(memory));
	take_all();
	reading = fastest(read_all);
	tagging = fastest(tag_all);
	baseline = fastest(take_all);
	percent = 100 * reading / tagging;
	printf("16 MiB, this machine: read in %llu us, tags in %llu us (%llu %% of the speed), baseline in %llu us\n",
	       reading / 1000, tagging / 1000, percent, baseline / 1000);
	return percent < strtoull(argv[1], NULL, 10) ||
	       baseline > 1000000 * strtoull(argv[2], NULL, 10);
}
