/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Passes over everything that is guarded
 */

#ifndef _SECURITY_LKRG_SCAN_H
#define _SECURITY_LKRG_SCAN_H

#include <linux/minmax.h>
#include <linux/sched/clock.h>
#include <linux/time64.h>
#include <linux/types.h>

struct mutex;
struct task_struct;

/**
 * enum lkrg_step - What a check says after one piece
 * @LKRG_STEP_DONE: everything was verified
 * @LKRG_STEP_MORE: there is more; the cursor tells where
 * @LKRG_STEP_BUSY: nothing was verified because a lock was taken: try later
 */
enum lkrg_step {
	LKRG_STEP_DONE,
	LKRG_STEP_MORE,
	LKRG_STEP_BUSY,
};

/*
 * Longest work in one piece, in ns: its lock is held that long, but for text_mutex when
 * the pass had to wait for it.  With what is before and after it, nobody waits for 50 us.
 */
#define LKRG_PIECE_NS (38 * NSEC_PER_USEC)

/**
 * struct lkrg_cursor - Where a check is in the pass under way
 * @position: the check's own; 0 when the pass starts
 * @stage: the same
 * @index: the same; how much is done of what @position is about
 * @restarts: the same; how often it had to begin again
 * @task: the same, with a reference while the check is not done
 * @violations: what was found in this pass: pages that differ, modules and tasks
 *	that are hidden, kernel threads; other tasks verify themselves
 * @known: how many of them were reported before, of kernel and modules
 * @spoken_for: addresses of the pages that the last report of a mapping was about
 * @of_kernel: kernel, modules and CPUs are verified, not only tasks
 * @asked_for: somebody has written to lkrg.trigger for it
 * @queues: the pass had to wait for locks for long: it may wait for one
 * @bytes: how much was read
 * @piece_end: when the present piece has to be over, local_clock()
 * @unit_start: when its present unit of work began
 * @longest_unit: how long the longest one of the piece took
 */
struct lkrg_cursor {
	unsigned long position;
	unsigned int stage;
	unsigned long index;
	unsigned int restarts;
	struct task_struct *task;
	unsigned long violations;
	unsigned long known;
	struct {
		unsigned long start;
		unsigned long end;
	} spoken_for;
	bool of_kernel;
	bool asked_for;
	bool queues;
	unsigned long bytes;
	u64 piece_end;
	u64 unit_start;
	u64 longest_unit;
};

/**
 * lkrg_piece_begin - A check begins to work
 * @cursor: where it is
 */
static inline void lkrg_piece_begin(struct lkrg_cursor *cursor)
{
	cursor->unit_start = local_clock();
	cursor->piece_end = cursor->unit_start + LKRG_PIECE_NS;
	cursor->longest_unit = 0;
}

/**
 * lkrg_piece_is_over - One unit of work is done
 * @cursor: where the check is
 *
 * Return: whether the piece would take too long with another one.
 */
static inline bool lkrg_piece_is_over(struct lkrg_cursor *cursor)
{
	u64 now = local_clock();

	cursor->longest_unit = max(cursor->longest_unit, now - cursor->unit_start);
	cursor->unit_start = now;
	return now + cursor->longest_unit >= cursor->piece_end;
}

/**
 * struct lkrg_scan_stats - What is known about passes
 * @started: number of the last pass that started; the first is 1
 * @done: number of the last pass that ended
 * @requested: number of the pass that answers the last trigger
 * @demanded: number of the pass that answers the last one that was written
 * @coalesced: how many triggers another one had asked for the same pass before
 * @last_us: how long the last pass took
 * @last_cpu_us: of that, how long it had a CPU
 * @last_end_ms: when it ended, on the clock of CLOCK_BOOTTIME
 * @longest_us: how long the longest one took
 * @piece_ns: the longest piece that no interrupt hit, in time of the CPU, of passes that
 *	did not have to wait for long
 * @last_bytes: how much the last pass has read
 * @bytes: how much all have
 * @last_violations: how much it found, see struct lkrg_cursor
 * @changed: how many the last one that verified the kernel found there
 * @busy: how often a piece had to wait for a lock
 */
struct lkrg_scan_stats {
	unsigned long started;
	unsigned long done;
	unsigned long requested;
	unsigned long demanded;
	unsigned long coalesced;
	unsigned long last_us;
	unsigned long last_cpu_us;
	unsigned long last_end_ms;
	unsigned long longest_us;
	unsigned long piece_ns;
	unsigned long last_bytes;
	unsigned long bytes;
	unsigned long last_violations;
	unsigned long changed;
	unsigned long busy;
};

/**
 * enum lkrg_scan_state - Where the passes are
 * @LKRG_SCAN_WAITING: for their time, or for the worker
 * @LKRG_SCAN_RUNNING: one is under way
 * @LKRG_SCAN_LOST: nothing will ever start the next one, or it is between two places
 */
enum lkrg_scan_state {
	LKRG_SCAN_WAITING,
	LKRG_SCAN_RUNNING,
	LKRG_SCAN_LOST,
};

void lkrg_scan_trigger(bool demanded);
void lkrg_scan_trigger_from_hook(void);
void lkrg_scan_reschedule(void);
struct lkrg_scan_stats lkrg_scan_stats(void);
enum lkrg_scan_state lkrg_scan_state(void);
unsigned long lkrg_scan_progress(void);
void lkrg_scan_advance(void);
void lkrg_scan_wait(void);
bool lkrg_scan_waits(void);
bool lkrg_scan_lock(struct lkrg_cursor *cursor, struct mutex *lock);
bool lkrg_scan_is_expected(void);
void lkrg_scan_restart(void);

#endif /* _SECURITY_LKRG_SCAN_H */
