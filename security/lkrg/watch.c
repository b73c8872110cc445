// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The second clock
 *
 * Who stops the passes has stopped the guard: deletes their timer, takes the work
 * item out of its queue, or blocks the worker.  So there is a clock that has
 * nothing of these: a high-resolution timer, which looks whether passes advance.
 * Each pass looks whether that one does.
 *
 * It counts its own ticks and not the time, so that a machine that was paused or
 * asleep has nothing to explain.
 *
 * Locking: watch_lock serialises start and stop.  The tick takes that of the numbers
 * in scan.c, and what nests inside.
 */

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/lkrg.h>
#include <linux/mutex.h>

#include "image.h"
#include "param.h"
#include "report.h"
#include "scan.h"
#include "watch.h"

/*
 * A pass comes after an interval.  When none has come after one and a half, that
 * is reported, which is before the second one is over.
 */
#define TICKS_PER_INTERVAL 4
#define TICKS_ALLOWED (TICKS_PER_INTERVAL + TICKS_PER_INTERVAL / 2)

/*
 * A pass that goes round and round advances all the time.  One that takes so many
 * intervals is at least worth a line.
 */
#define TICKS_OF_A_PASS (6 * TICKS_PER_INTERVAL)

static struct hrtimer watch_timer;
static DEFINE_MUTEX(watch_lock);
static bool running;
/* What it was started with */
static ktime_t period_now;

static unsigned long ticks;

/* Of the tick alone */
static unsigned long seen, pass;
static unsigned int waited, lasted;
/* The next pass was nowhere: look again soon. */
static bool lost;

#define SOON (NSEC_PER_SEC / 10)

static ktime_t period(void)
{
	return ms_to_ktime(lkrg_knob(interval) * MSEC_PER_SEC /
			   TICKS_PER_INTERVAL);
}

static void report(const char *how, enum lkrg_done done)
{
	const struct lkrg_report report = {
		.what = LKRG_PASSES_STOPPED,
		.done = done,
		.passes = { .number = lkrg_scan_stats().started, .how = how },
	};

	lkrg_report(&report);
}

/*
 * A machine that is too busy, or a lock that is held for too long, stops passes as
 * well: that is said, and is no reason to panic.
 */
static void passes_do_not_advance(void)
{
	const bool again = lost;

	lost = false;
	switch (lkrg_scan_state()) {
	case LKRG_SCAN_LOST:
		/* It may be on its way from one place to the next. */
		if (!again) {
			lost = true;
			break;
		}
		report("the next one was taken away", lkrg_image_stops() ?
		       LKRG_DID_PANIC : LKRG_DID_RESTORE);
		lkrg_scan_restart();
		break;
	case LKRG_SCAN_RUNNING:
		if (!again)
			report(lkrg_scan_waits() ? "one waits for a lock" :
						   "one does not end", LKRG_DID_LOG);
		break;
	case LKRG_SCAN_WAITING:
		if (!again)
			report("the next one does not begin", LKRG_DID_LOG);
		break;
	}
}

static void look_at_pass(void)
{
	const unsigned long started = lkrg_scan_stats().started;

	if (started != pass || lkrg_scan_state() != LKRG_SCAN_RUNNING) {
		pass = started;
		lasted = 0;
	} else if (++lasted % TICKS_OF_A_PASS == 0) {
		report("one does not end", LKRG_DID_LOG);
	}
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	unsigned long progress = lkrg_scan_progress();

	WRITE_ONCE(ticks, ticks + 1);
	if (progress != seen || !lkrg_scan_is_expected()) {
		seen = progress;
		waited = 0;
		lost = false;
		look_at_pass();
	} else if (lost || ++waited % TICKS_ALLOWED == 0) {
		passes_do_not_advance();
	}
	hrtimer_forward_now(timer, lost ? SOON : period());
	return HRTIMER_RESTART;
}

/**
 * lkrg_watch_start - Start the clock, or let another interval take effect
 *
 * Context: task context, may sleep.
 */
void lkrg_watch_start(void)
{
	/* Boot parameters come before there is a clock. */
	if (!watch_timer.function)
		return;
	guard(mutex)(&watch_lock);
	/* Whoever only changes other settings does not make it begin again. */
	if (running && period_now == period())
		return;
	hrtimer_cancel(&watch_timer);
	waited = 0;
	period_now = period();
	WRITE_ONCE(running, true);
	hrtimer_start(&watch_timer, period_now, HRTIMER_MODE_REL);
}

/**
 * lkrg_watch_stop - Stop the clock before the machine sleeps
 *
 * Context: task context, may sleep.
 */
void lkrg_watch_stop(void)
{
	mutex_lock(&watch_lock);
	WRITE_ONCE(running, false);
	hrtimer_cancel(&watch_timer);
	mutex_unlock(&watch_lock);
}

/**
 * lkrg_watch_verify - Verify that the clock runs
 *
 * One that nobody waits for any more was stopped.  One that is only late may be so on
 * a machine that has too much to do: it is started again.
 *
 * Context: the worker; what two passes in a row have seen counts.
 */
void lkrg_watch_verify(void)
{
	static unsigned long ticks_before;
	static bool suspected;
	unsigned long now = READ_ONCE(ticks);
	bool stopped, late;

	if (!mutex_trylock(&watch_lock))
		return;
	stopped = !hrtimer_active(&watch_timer) || watch_timer.function != tick;
	late = ktime_after(ktime_get(), ktime_add(hrtimer_get_expires(&watch_timer),
						  2 * period()));
	stopped &= READ_ONCE(running);
	late &= READ_ONCE(running);
	if ((stopped || late) && suspected && now == ticks_before) {
		report("the second clock stands still", !stopped ? LKRG_DID_LOG :
		       lkrg_image_stops() ? LKRG_DID_PANIC : LKRG_DID_RESTORE);
		hrtimer_cancel(&watch_timer);
		watch_timer.function = tick;
		hrtimer_start(&watch_timer, period(), HRTIMER_MODE_REL);
		stopped = false;
		late = false;
	}
	suspected = stopped || late;
	ticks_before = now;
	mutex_unlock(&watch_lock);
}

/**
 * lkrg_watch_ticks - How often the clock has ticked
 *
 * Return: the number.
 */
unsigned long lkrg_watch_ticks(void)
{
	return READ_ONCE(ticks);
}

static int __init lkrg_init_watch(void)
{
	if (!static_key_enabled(&lkrg_enabled))
		return 0;
	hrtimer_init(&watch_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	watch_timer.function = tick;
	return 0;
}
core_initcall(lkrg_init_watch);
