// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Passes over everything that is guarded
 *
 * One pass is one run of one delayed work item.  The workqueue gives what a
 * scheduler of passes needs: an item runs once at a time and is queued once at
 * most, so there is one pass running and one pending, however many triggers
 * there are.  The item queues itself for the next interval at its end; that
 * does nothing if a trigger queued it before.
 *
 * A pass is a list of checks.  Each works in pieces of LKRG_PIECE_NS, with
 * scheduling points between them; a check that finds its lock taken is asked
 * again after the others.
 *
 * Locking: stats_lock protects the numbers and what is queued because of them;
 * locks of the workqueue nest inside.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lkrg.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "image.h"
#include "inventory.h"
#include "module.h"
#include "param.h"
#include "report.h"
#include "rodata.h"
#include "scan.h"
#include "sites.h"
#include "text.h"

static enum lkrg_step (*const checks[])(struct lkrg_cursor *cursor) = {
	lkrg_inventory_step,
	lkrg_text_step,
	lkrg_rodata_step,
	lkrg_sites_step,
	lkrg_module_step,
};

static struct workqueue_struct *queue __ro_after_init;

/* There is what passes compare with. */
static bool ready;

static void run_pass(struct work_struct *work);
static DECLARE_DELAYED_WORK(pass, run_pass);

static DEFINE_SPINLOCK(stats_lock);
static struct lkrg_scan_stats stats;
static atomic_long_t waits;

/*
 * One piece of each check that is not done, and again, until all are.  Tasks come
 * first, the others are about the kernel.
 */
static unsigned long verify_everything(bool asked_for, unsigned long *changed,
				       unsigned long *known)
{
	struct lkrg_cursor cursors[ARRAY_SIZE(checks)] = { };
	bool done[ARRAY_SIZE(checks)] = { };
	bool left, moved;
	size_t i;

	do {
		left = false;
		moved = false;
		for (i = 0; i < ARRAY_SIZE(checks); i++) {
			enum lkrg_step step;

			if (done[i])
				continue;
			cursors[i].asked_for = asked_for;
			cursors[i].piece_end = local_clock() + LKRG_PIECE_NS;
			step = checks[i](&cursors[i]);
			done[i] = step == LKRG_STEP_DONE;
			left |= !done[i];
			moved |= step != LKRG_STEP_BUSY;
			cond_resched_tasks_rcu_qs();
		}
		if (left && !moved) {
			atomic_long_inc(&waits);
			usleep_range(500, 2000);
		}
	} while (left);

	if (!lkrg_image_is_wanted(&cursors[0]))
		return cursors[0].violations;
	*changed = 0;
	for (i = 1; i < ARRAY_SIZE(checks); i++) {
		*changed += cursors[i].violations;
		*known += cursors[i].known;
	}
	return cursors[0].violations + *changed;
}

static void run_pass(struct work_struct *work)
{
	ktime_t start = ktime_get();
	unsigned long violations, changed, known = 0, number, flags;
	bool asked_for;

	spin_lock_irqsave(&stats_lock, flags);
	number = ++stats.started;
	asked_for = number <= stats.requested;
	changed = stats.changed;
	spin_unlock_irqrestore(&stats_lock, flags);

	violations = verify_everything(asked_for, &changed, &known);

	spin_lock_irqsave(&stats_lock, flags);
	stats.last_violations = violations;
	stats.changed = changed;
	stats.last_us = ktime_us_delta(ktime_get(), start);
	stats.done = number;
	spin_unlock_irqrestore(&stats_lock, flags);

	if (known && READ_ONCE(lkrg_knob.kint_enforce) == 1)
		lkrg_say_still_changed(known);
	if (!violations && !changed && READ_ONCE(lkrg_knob.heartbeat))
		lkrg_say_clean(number);
	lkrg_scan_reschedule();
}

/**
 * lkrg_scan_reschedule - Let interval and what is to be verified take effect
 *
 * Context: any but NMI.
 */
void lkrg_scan_reschedule(void)
{
	unsigned long delay, flags;

	if (!READ_ONCE(ready))
		return;
	spin_lock_irqsave(&stats_lock, flags);
	/* If somebody waits for a pass, it is queued to start at once. */
	if (stats.requested <= stats.started) {
		/* The first one takes the location sums. */
		delay = stats.started ? READ_ONCE(lkrg_knob.interval) * HZ : 0;
		if (READ_ONCE(lkrg_knob.kint_validate) >= 2 ||
		    READ_ONCE(lkrg_knob.pint_validate))
			mod_delayed_work(queue, &pass, delay);
		else
			cancel_delayed_work(&pass);
	}
	spin_unlock_irqrestore(&stats_lock, flags);
}

/**
 * lkrg_scan_trigger - Ask for a pass that starts after this call
 *
 * Context: any but NMI, no lock of the scheduler or of a workqueue held.
 * Returns at once.
 */
void lkrg_scan_trigger(void)
{
	unsigned long flags;

	if (!READ_ONCE(ready) || (!READ_ONCE(lkrg_knob.kint_validate) &&
				  !READ_ONCE(lkrg_knob.pint_validate)))
		return;
	spin_lock_irqsave(&stats_lock, flags);
	stats.requested = stats.started + 1;
	mod_delayed_work(queue, &pass, 0);
	spin_unlock_irqrestore(&stats_lock, flags);
}

static void trigger_work(struct irq_work *work)
{
	lkrg_scan_trigger();
}

static DEFINE_IRQ_WORK(trigger_irq_work, trigger_work);

/**
 * lkrg_scan_trigger_from_hook - Ask for a pass, under whatever locks
 *
 * In an interrupt of this CPU, where none that keeps interrupts off is held.
 *
 * Context: any, NMI included.
 */
void lkrg_scan_trigger_from_hook(void)
{
	irq_work_queue(&trigger_irq_work);
}

/**
 * lkrg_scan_stats - What is known about passes
 *
 * Return: a consistent copy.
 */
struct lkrg_scan_stats lkrg_scan_stats(void)
{
	struct lkrg_scan_stats copy;
	unsigned long flags;

	spin_lock_irqsave(&stats_lock, flags);
	copy = stats;
	spin_unlock_irqrestore(&stats_lock, flags);
	copy.busy = atomic_long_read(&waits);
	return copy;
}

void __lkrg_kernel_is_readonly(void)
{
	char settings[128];

	lkrg_param_format(settings, sizeof(settings));
	lkrg_say_alive(settings);
	/* kgdb would write to text without saying so. */
	if (rodata_enabled) {
		lkrg_text_baseline();
		lkrg_rodata_baseline();
	} else {
		lkrg_say_no_image();
	}
	WRITE_ONCE(ready, true);
	lkrg_scan_reschedule();
}

static int __init lkrg_init_scan(void)
{
	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	queue = alloc_workqueue("lkrg", WQ_UNBOUND | WQ_FREEZABLE, 1);
	if (!queue)
		lkrg_panic_no_memory("the workqueue");
	if (rodata_enabled && (lkrg_text_init() || lkrg_rodata_init()))
		lkrg_panic_no_memory("the baseline");
	return 0;
}
late_initcall(lkrg_init_scan);
