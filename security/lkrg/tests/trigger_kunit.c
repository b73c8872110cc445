// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Unit tests of what asks for a pass
 *
 * How often, which in a running system takes too many events to see.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/prandom.h>

#include "../trigger.h"

#define EVENTS 1000000

/* Of a million events */
static const u32 rates[] = {
	[LKRG_TRIGGER_WRITTEN] = EVENTS,
	[LKRG_TRIGGER_HOOK] = EVENTS,
	[LKRG_TRIGGER_MODULE] = EVENTS,
	[LKRG_TRIGGER_HOTPLUG] = EVENTS,
	[LKRG_TRIGGER_RESUME] = EVENTS,
	[LKRG_TRIGGER_IDLE] = 50,
	[LKRG_TRIGGER_CPUFREQ] = 10000,
	[LKRG_TRIGGER_CPU_PM] = 100000,
	[LKRG_TRIGGER_NETDEVICE] = 10000,
	[LKRG_TRIGGER_NETEVENT] = 50000,
	[LKRG_TRIGGER_ADDRESS] = EVENTS,
	[LKRG_TRIGGER_USB] = 500000,
	[LKRG_TRIGGER_ACPI] = EVENTS,
	[LKRG_TRIGGER_EXIT] = 100,
	[LKRG_TRIGGER_MUNMAP] = 50,
};

static_assert(ARRAY_SIZE(rates) == LKRG_NR_TRIGGERS);

/* Within five times the standard deviation, which with this seed is always so. */
static void so_many_of_a_million_events_ask(struct kunit *test)
{
	struct rnd_state random;
	enum lkrg_trigger what;

	prandom_seed_state(&random, 6120117);
	for (what = 0; what < LKRG_NR_TRIGGERS; what++) {
		s64 difference = -(s64)rates[what];
		u64 variance = (u64)rates[what] * (EVENTS - rates[what]) / EVENTS;
		int i;

		for (i = 0; i < EVENTS; i++)
			difference += lkrg_trigger_asks(what, &random);
		KUNIT_EXPECT_LE_MSG(test, (u64)(difference * difference),
				    25 * variance, "trigger %d: %lld too many", what,
				    difference);
	}
}

static struct kunit_case trigger_cases[] = {
	KUNIT_CASE_SLOW(so_many_of_a_million_events_ask),
	{ }
};

static struct kunit_suite trigger_suite = {
	.name = "lkrg_trigger",
	.test_cases = trigger_cases,
};

kunit_test_suite(trigger_suite);
