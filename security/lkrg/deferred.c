// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Functions that are called later
 *
 * A rootkit that has no process comes back by a timer or a work item.  Those that are
 * pending lead to text that belongs to somebody, and so does what a worker is doing.
 *
 * Locking: hook.c holds text_mutex.  Inside of it the kernel takes the lock of a timer
 * base or a pool, which keeps interrupts off, so nothing is reported before it is
 * released.  What was read with it was there, whoever has freed it since.
 */

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/lkrg_pointer.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "deferred.h"
#include "hook.h"
#include "text.h"

/**
 * struct found - What leads to nobody's text
 * @how: what it is
 * @place: where the pointer was
 * @to: where it led
 */
struct found {
	const char *how;
	const void *place;
	unsigned long to;
};

/* More of one visit are found when these are gone. */
struct findings {
	size_t count;
	struct found list[4];
};

static void look_at(struct findings *findings, const char *how, const void *place)
{
	unsigned long to = READ_ONCE(*(const unsigned long *)place);

	if (to && !lkrg_text_is_owned(to) &&
	    findings->count < ARRAY_SIZE(findings->list))
		findings->list[findings->count++] = (struct found){ how, place, to };
}

static void report(struct lkrg_cursor *cursor, const struct findings *findings,
		   unsigned int number)
{
	const struct found *found;

	for (found = findings->list; found < findings->list + findings->count; found++) {
		const struct lkrg_hooked what = {
			found->how, .numbered = true, .number = number
		};
		const struct lkrg_pointer pointer = { "function", found->place };

		lkrg_report_hook(cursor, &what, &pointer, found->to);
	}
}

static void look_at_timer(const struct timer_list *timer, void *findings)
{
	look_at(findings, "timer of CPU", &timer->function);
	if (timer->function == delayed_work_timer_fn)
		look_at(findings, "delayed work of CPU",
			&container_of_const(timer, struct delayed_work, timer)->work.func);
}

/**
 * lkrg_walk_timers - Verify timers and delayed work
 * @cursor: where the pass is
 *
 * Context: text_mutex held, like the following.
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_timers(struct lkrg_cursor *cursor)
{
	while (cursor->position < lkrg_nr_cpus) {
		unsigned int cpu = cursor->position;
		struct findings findings = { };

		cursor->index = cpu_possible(cpu) ?
			lkrg_visit_timers(cpu, cursor->index, look_at_timer,
					  &findings) : 0;
		if (!cursor->index)
			cursor->position++;
		report(cursor, &findings, cpu);
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

static void look_at_hrtimer(const struct hrtimer *timer, void *findings)
{
	look_at(findings, "hrtimer of CPU", &timer->function);
}

/**
 * lkrg_walk_hrtimers - Verify high-resolution timers
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_hrtimers(struct lkrg_cursor *cursor)
{
	while (cursor->position < lkrg_nr_cpus * HRTIMER_MAX_CLOCK_BASES) {
		unsigned int cpu = cursor->position / HRTIMER_MAX_CLOCK_BASES;
		unsigned int clock = cursor->position % HRTIMER_MAX_CLOCK_BASES;
		struct findings findings = { };

		cursor->index = cpu_possible(cpu) ?
			lkrg_visit_hrtimers(cpu, clock, cursor->index, look_at_hrtimer,
					    &findings) : KTIME_MAX;
		if (cursor->index == KTIME_MAX) {
			cursor->position++;
			cursor->index = 0;
		}
		report(cursor, &findings, cpu);
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}

static void look_at_work(const void *function, void *findings)
{
	look_at(findings, "work of pool", function);
}

/**
 * lkrg_walk_works - Verify work items and workers
 * @cursor: where the pass is
 *
 * Return: as lkrg_hook_step().
 */
enum lkrg_step lkrg_walk_works(struct lkrg_cursor *cursor)
{
	struct findings findings = { };
	int pool = cursor->position;

	while (lkrg_visit_works(&pool, look_at_work, &findings)) {
		report(cursor, &findings, pool);
		findings.count = 0;
		cursor->position = ++pool;
		if (lkrg_piece_is_over(cursor))
			return LKRG_STEP_MORE;
	}
	return LKRG_STEP_DONE;
}
