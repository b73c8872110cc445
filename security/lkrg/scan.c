// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Passes over everything that is guarded
 *
 * One pass is one run of one work item.  The workqueue gives what a scheduler of
 * passes needs: an item runs once at a time and is queued once at most, so there is
 * one pass running and one pending, however many triggers there are.  A timer
 * queues it: when the next interval is over, or for a trigger.
 *
 * A pass is a list of checks.  Each works in pieces of LKRG_PIECE_NS, with
 * scheduling points between them; a check that finds its lock taken is asked
 * again after the others.  A second without progress gives the pass the right to wait
 * for text_mutex.
 *
 * Triggers cannot make the machine do nothing but passes: see delay().
 *
 * Locking: stats_lock protects the numbers and what is queued because of them;
 * locks of the workqueue and of timers nest inside.
 */

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/lkrg.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/isolation.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tick.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "execmem.h"
#include "hook.h"
#include "image.h"
#include "inventory.h"
#include "module.h"
#include "param.h"
#include "publish.h"
#include "report.h"
#include "rodata.h"
#include "scan.h"
#include "sites.h"
#include "text.h"
#include "variable.h"
#include "watch.h"
#include "x86.h"

static enum lkrg_step (*const checks[])(struct lkrg_cursor *cursor) = {
	lkrg_inventory_step,
	lkrg_param_step,
	lkrg_cpu_step,
	lkrg_text_step,
	lkrg_rodata_step,
	lkrg_sites_step,
	lkrg_module_step,
	lkrg_execmem_step,
	lkrg_variable_step,
	lkrg_hook_step,
};

static struct workqueue_struct *queue __ro_after_init;

static void run_pass(struct work_struct *work);
static DECLARE_WORK(pass_work, run_pass);

static void queue_pass(struct timer_list *timer);
static DEFINE_TIMER(pass_timer, queue_pass);

/* Nobody sets a timer for so long after an interval. */
#define TOO_EARLY (5 * HZ)

static DEFINE_SPINLOCK(stats_lock);
static struct lkrg_scan_stats stats;
/* When the last pass started and the one before, in jiffies; whether it is under way */
static unsigned long last_start, start_before;
/* When it ended */
static unsigned long last_end;
static bool running;

static atomic_long_t waits;

/* Pieces since boot, and whether the next one has to wait: for the second clock */
static unsigned long progress;
static bool waiting;
/* When the pass under way has last advanced, in jiffies */
static unsigned long last_progress;

/* Who makes the machine seem to boot again does not stop what has begun. */
static bool is_ready(void)
{
	/* Once there was one it does not become 0 again. */
	return lkrg_is_booted() || data_race(stats.started);
}

/* Each of them lengthens the piece that it hits. */
static u64 interrupts(void)
{
	unsigned int cpu = raw_smp_processor_id();

	return kstat_cpu_irqs_sum(cpu) + arch_irq_stat_cpu(cpu);
}

/*
 * One piece of each check that is not done, and again, until all are.  Tasks come
 * first, the others are about the kernel.
 */
static unsigned long verify_everything(bool asked_for, unsigned long *changed,
				       unsigned long *known,
				       unsigned long *bytes, u64 *longest,
				       u64 *used_in_all)
{
	/* Too many for the stack, and there is one pass at a time. */
	static struct lkrg_cursor cursors[ARRAY_SIZE(checks)];
	bool done[ARRAY_SIZE(checks)] = { };
	/* Who sets it to something else meanwhile gets another pass. */
	const int validate = lkrg_knob(kint_validate);
	const bool of_kernel = validate > 1 || (validate && asked_for);
	bool left, moved, queues = false;
	size_t i;

	last_progress = jiffies;
	memset(cursors, 0, sizeof(cursors));
	do {
		left = false;
		moved = false;
		for (i = 0; i < ARRAY_SIZE(checks); i++) {
			enum lkrg_step step;
			u64 hits, used;

			if (done[i])
				continue;
			hits = interrupts();
			/* Others may run in between. */
			used = task_sched_runtime(current);
			cursors[i].of_kernel = of_kernel;
			cursors[i].asked_for = asked_for;
			cursors[i].queues = queues;
			lkrg_piece_begin(&cursors[i]);
			step = checks[i](&cursors[i]);
			used = task_sched_runtime(current) - used;
			*used_in_all += used;
			/* Who had to wait may go on for several pieces. */
			if (interrupts() == hits && !queues)
				*longest = max(*longest, used);
			done[i] = step == LKRG_STEP_DONE;
			left |= !done[i];
			moved |= step != LKRG_STEP_BUSY;
			if (step != LKRG_STEP_BUSY)
				lkrg_scan_advance();
			cond_resched_tasks_rcu_qs();
		}
		if (left && !moved) {
			lkrg_scan_wait();
			queues |= time_after(jiffies, last_progress + HZ);
			usleep_range(500, 2000);
		}
	} while (left);

	*bytes = 0;
	for (i = 0; i < ARRAY_SIZE(checks); i++)
		*bytes += cursors[i].bytes;
	if (!of_kernel)
		return cursors[0].violations;
	*changed = 0;
	for (i = 1; i < ARRAY_SIZE(checks); i++) {
		*changed += cursors[i].violations;
		*known += cursors[i].known;
	}
	return cursors[0].violations + *changed;
}

static void queue_pass(struct timer_list *timer)
{
	queue_work(queue, &pass_work);
}

static bool are_periodic(void)
{
	return lkrg_knob(kint_validate) >= 2 ||
	       lkrg_knob(pint_validate);
}

/* Where timers belong: a CPU that is not to be disturbed has no use for it. */
static void set_timer(unsigned long wait)
{
	if (!tick_nohz_full_enabled()) {
		mod_timer(&pass_timer, jiffies + wait);
		return;
	}
	timer_delete(&pass_timer);
	pass_timer.expires = jiffies + wait;
	add_timer_on(&pass_timer, housekeeping_any_cpu(HK_TYPE_TIMER));
}

/*
 * The next pass comes an interval after the last one, unless somebody waits for it.  Who
 * changes a setting again and again does not put it off.
 */
static void reschedule(void)
{
	unsigned long when = last_end + lkrg_knob(interval) * HZ, now = jiffies;

	lockdep_assert_held(&stats_lock);
	if (stats.requested > stats.started)
		return;
	/* The first one takes the location sums. */
	if (are_periodic())
		set_timer(stats.started && time_after(when, now) ? when - now : 0);
	else
		timer_delete(&pass_timer);
}

/* A pass begins. */
static unsigned long begin(bool *asked_for, unsigned long *changed)
{
	unsigned long number, flags;

	spin_lock_irqsave(&stats_lock, flags);
	number = ++stats.started;
	*asked_for = number <= stats.demanded;
	*changed = stats.changed;
	start_before = last_start;
	last_start = jiffies;
	running = true;
	spin_unlock_irqrestore(&stats_lock, flags);
	return number;
}

static void run_pass(struct work_struct *work)
{
	ktime_t start = ktime_get();
	unsigned long violations, changed, known = 0, bytes, number, flags;
	u64 longest = 0, used = 0;
	bool asked_for;

	number = begin(&asked_for, &changed);
	violations = verify_everything(asked_for, &changed, &known, &bytes,
				       &longest, &used);
	lkrg_watch_verify();
	lkrg_report_flush();
	/* Who waits for the end of a pass is to find in the log what it has to say. */
	if (known && lkrg_knob(kint_enforce) == 1)
		lkrg_say_still_changed(known);

	spin_lock_irqsave(&stats_lock, flags);
	stats.last_violations = violations;
	stats.changed = changed;
	stats.last_us = ktime_us_delta(ktime_get(), start);
	stats.last_cpu_us = used / NSEC_PER_USEC;
	stats.last_end_ms = ktime_get_boottime_ns() / NSEC_PER_MSEC;
	stats.longest_us = max(stats.longest_us, stats.last_us);
	stats.piece_ns = max_t(u64, stats.piece_ns, longest);
	stats.last_bytes = bytes;
	stats.bytes += bytes;
	stats.done = number;
	last_end = jiffies;
	running = false;
	reschedule();
	spin_unlock_irqrestore(&stats_lock, flags);

	if (violations || changed)
		return;
	/* Until IMA has a policy. */
	lkrg_publish_baseline();
	if (lkrg_knob(heartbeat))
		lkrg_say_clean(number);
}

/**
 * lkrg_scan_reschedule - Let interval and what is to be verified take effect
 *
 * Context: any but NMI.
 */
void lkrg_scan_reschedule(void)
{
	unsigned long flags;

	if (!is_ready())
		return;
	spin_lock_irqsave(&stats_lock, flags);
	if (!running)
		reschedule();
	spin_unlock_irqrestore(&stats_lock, flags);
}

/*
 * How long has the pass to wait that a trigger asks for, in jiffies?  If it was
 * asked for during the last one, or that one came soon after the one before, there
 * are many: then there is one pass a second.  Else there may be some, so that who
 * asks, waits and asks again is served soon, as is root always.
 */
static unsigned long delay(bool demanded)
{
	bool many = running || (!demanded && last_start - start_before < HZ);
	unsigned long when = last_start + (many ? HZ : HZ / 4), now = jiffies;

	return stats.started && time_after(when, now) ? when - now : 0;
}

/**
 * lkrg_scan_trigger - Ask for a pass that starts after this call
 * @demanded: somebody has written to lkrg.trigger
 *
 * Context: any but NMI, no lock of the scheduler or of a workqueue held.
 * Returns at once.
 */
void lkrg_scan_trigger(bool demanded)
{
	unsigned long wait, flags;

	if (!is_ready() ||
	    (!lkrg_knob(kint_validate) && !lkrg_knob(pint_validate)))
		return;
	spin_lock_irqsave(&stats_lock, flags);
	if (demanded)
		stats.demanded = stats.started + 1;
	if (stats.requested > stats.started) {
		stats.coalesced++;
	} else {
		stats.requested = stats.started + 1;
		wait = delay(demanded);
		if (wait)
			set_timer(wait);
		else
			queue_work(queue, &pass_work);
	}
	spin_unlock_irqrestore(&stats_lock, flags);
}

static void trigger_work(struct irq_work *work)
{
	lkrg_scan_trigger(false);
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

/* Is it where timers are called?  One that was taken out by hand is pending for ever. */
static bool is_linked(const struct timer_list *timer)
{
	/* Who asks does so again if it seems to be lost. */
	struct hlist_node **const place = data_race(timer->entry.pprev);
	struct hlist_node *there;

	return lkrg_read(&there, place, sizeof(there)) && there == &timer->entry;
}

/**
 * lkrg_scan_state - Where the passes are
 *
 * Locks of the workqueue are not for others: while the state changes an old one
 * may be returned, which is why those who ask do so again.
 *
 * Context: any.
 * Return: see enum lkrg_scan_state.
 */
enum lkrg_scan_state lkrg_scan_state(void)
{
	unsigned long expires;

	/* See above. */
	if (data_race(running))
		return LKRG_SCAN_RUNNING;
	/* See above. */
	if (data_race(!list_empty(&pass_work.entry)))
		return LKRG_SCAN_WAITING;
	/* See above. */
	expires = data_race(pass_timer.expires);
	return is_linked(&pass_timer) && READ_ONCE(pass_timer.function) == queue_pass &&
	       time_before(expires, jiffies + lkrg_knob(interval) * HZ + TOO_EARLY) ?
		LKRG_SCAN_WAITING : LKRG_SCAN_LOST;
}

/**
 * lkrg_scan_progress - How far the passes are
 *
 * Return: a number that has changed if they have advanced.
 */
unsigned long lkrg_scan_progress(void)
{
	return READ_ONCE(progress);
}

/**
 * lkrg_scan_advance - The pass under way has done one piece
 *
 * Context: the worker.
 */
void lkrg_scan_advance(void)
{
	WRITE_ONCE(progress, progress + 1);
	WRITE_ONCE(waiting, false);
	last_progress = jiffies;
}

/**
 * lkrg_scan_wait - The pass under way has to wait for a lock
 *
 * Context: the worker.
 */
void lkrg_scan_wait(void)
{
	atomic_long_inc(&waits);
	WRITE_ONCE(waiting, true);
}

/**
 * lkrg_scan_lock - Get a lock for a check
 * @cursor: where it is
 * @lock: a lock that others may hold for grace periods, of many seconds where the machine
 *	is busy, and take again at once
 *
 * A pass that has not advanced for a while waits for its turn.
 *
 * Context: the worker.
 * Return: whether the lock is held now.
 */
bool lkrg_scan_lock(struct lkrg_cursor *cursor, struct mutex *lock)
{
	if (mutex_trylock(lock))
		return true;
	if (!cursor->queues)
		return false;
	lkrg_scan_wait();
	/* That may last, and is no hung task; nobody kills a worker. */
	if (mutex_lock_killable(lock))
		return false;
	lkrg_piece_begin(cursor);
	return true;
}

/**
 * lkrg_scan_waits - Does the pass under way wait for locks?
 *
 * Return: whether it does since its last piece.
 */
bool lkrg_scan_waits(void)
{
	return READ_ONCE(waiting);
}

/**
 * lkrg_scan_is_expected - Are passes to advance?
 *
 * Return: whether they are.
 */
bool lkrg_scan_is_expected(void)
{
	/* An old answer is as good: it is for the time of several ticks. */
	bool awaited = data_race(running || stats.requested > stats.started);

	return is_ready() && (are_periodic() || awaited);
}

/**
 * lkrg_scan_restart - Passes were lost: begin again
 *
 * Context: any but NMI.  For longer than an interval no pass has made progress.
 */
void lkrg_scan_restart(void)
{
	unsigned long flags;

	spin_lock_irqsave(&stats_lock, flags);
	if (lkrg_scan_state() == LKRG_SCAN_LOST) {
		INIT_WORK(&pass_work, run_pass);
		/* It may be pending, for a time that never comes. */
		if (is_linked(&pass_timer))
			timer_delete(&pass_timer);
		timer_setup(&pass_timer, queue_pass, 0);
		set_timer(0);
	}
	spin_unlock_irqrestore(&stats_lock, flags);
}

void __lkrg_kernel_is_readonly(void)
{
	char settings[LKRG_SETTINGS_SIZE];

	/* kgdb would write to text without saying so. */
	if (rodata_enabled) {
		lkrg_text_baseline();
		lkrg_rodata_baseline();
		lkrg_execmem_baseline();
	} else {
		lkrg_say_no_image();
	}
	/* Before there is a pass that might do so as well */
	lkrg_publish_baseline();
	lkrg_variable_baseline();
	lkrg_param_protect();
	/* From here on each change of them is logged. */
	lkrg_param_format(settings, sizeof(settings));
	lkrg_say_alive(settings);
	lkrg_scan_reschedule();
	lkrg_watch_start();
}

static int __init lkrg_init_scan(void)
{
	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	/* One item has one worker.  Who takes it off a list must not leave a full queue. */
	queue = alloc_workqueue("lkrg", WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!queue)
		lkrg_panic_no_memory("the workqueue");
	if (rodata_enabled && (lkrg_text_init() || lkrg_rodata_init()))
		lkrg_panic_no_memory("the baseline");
	if (lkrg_variable_init())
		lkrg_panic_no_memory("the records of variables");
	return 0;
}
late_initcall(lkrg_init_scan);
