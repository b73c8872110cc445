/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The record of a task
 */

#ifndef _SECURITY_LKRG_TASK_H
#define _SECURITY_LKRG_TASK_H

#include <linux/bit_spinlock.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "setup.h"
#include "tag.h"
#include "violation.h"

struct cred;
struct lkrg_flow;
struct lkrg_task_name;

#define LKRG_PLACE(name) LKRG_AT_##name,
enum lkrg_place {
#include "place_defs.h"
	LKRG_NR_PLACES
};

#undef LKRG_PLACE

/**
 * struct lkrg_cred_ref - A credential as it was when it was recorded
 * @cred: its address, for comparison; no reference is held
 * @serial: its serial, see struct lkrg_cred
 */
struct lkrg_cred_ref {
	const struct cred *cred;
	u64 serial;
};

static_assert(sizeof(struct lkrg_cred_ref) == LKRG_PAIR);

/**
 * struct lkrg_state - What a task should have beside its credentials
 * @nsproxy: address; what is in it is recorded there
 * @fs: address; what is in it is recorded there
 * @ptracer_cred: address
 * @seccomp_filter: address of the innermost filter
 * @seccomp_mode: SECCOMP_MODE_*
 * @seccomp_work: SYSCALL_WORK_SECCOMP, without which the mode means nothing
 * @no_new_privs: whether it is set
 * @flags: LKRG_CONSTANT_FLAGS of the flags
 *
 * There are no holes, and the tag covers it in pairs of 64-bit words.
 */
struct lkrg_state {
	u64 nsproxy;
	u64 fs;
	u64 ptracer_cred;
	u64 seccomp_filter;
	u32 seccomp_mode;
	u32 seccomp_work;
	u32 no_new_privs;
	u32 flags;
};

#define LKRG_STATE_PAIRS (sizeof(struct lkrg_state) / LKRG_PAIR)

/* How many of its members have 64 bits; then come those of 32. */
#define LKRG_STATE_LONGS 4
#define LKRG_STATE_WORDS 4

static_assert(sizeof(struct lkrg_state) ==
	      LKRG_STATE_LONGS * sizeof(u64) + LKRG_STATE_WORDS * sizeof(u32));
static_assert(sizeof(struct lkrg_state) % LKRG_PAIR == 0);

/*
 * How many nested overrides are on record.  Two stacked overlayfs with a
 * replaced override each under nfsd or io_uring need six.  nfsd adds one for
 * each bad file handle in a row; then the oldest are forgotten.
 */
#define LKRG_OVERRIDES 6

static_assert(LKRG_STATE_PAIRS + 1 + LKRG_OVERRIDES < LKRG_RECORD_PAIRS);

/**
 * struct lkrg_task - The record of one task, in its LSM blob
 * @state: what is guarded beside the credentials
 * @cred: @cred[0] is what real_cred should be, @cred[@top] what cred should
 *	be; in between are the credentials that nested overrides put aside
 * @top: number of overrides in effect
 * @flags: %LKRG_CONDEMNED and %LKRG_LISTED
 * @version: counts the changes of the record
 * @tag: keyed tag over the address of the task, @version, @flags, @top, @state
 *	and @cred up to @top
 * @bits: LKRG_LOCK_BIT, LKRG_WORK_BIT and LKRG_DOOMED_BIT
 * @irqs: state of interrupts of whoever holds the lock
 * @suspected: the version with which a pass suspected it, and did not ask it, or asked
 *	one who lives on
 * @reported: the kinds of violations, or fields, that were reported, of who was left
 *	alive
 * @reported_tag: keyed tag over the address of the task and @reported
 * @work: verifies or ends the task on its way back to user mode
 * @doomed: in the list of those whose process is to be killed
 * @mm: then its memory, a reference from mmgrab(), or NULL
 * @helper: a keyed hash of what it is to execute for the kernel
 * @round: the walk through the inventory that saw it, or during which it came
 * @node: in the inventory, under tasklist_lock
 * @task: whose record it is
 *
 * What the tag covers is changed with the lock held.  @cred and @top are changed
 * by the task itself.  So is @state, but for a tracer and for a seccomp filter
 * that another thread synchronizes.  Of @flags, the parent sets %LKRG_LISTED and
 * whoever releases the task clears it; the others are set by the task, by another
 * thread of its process or by a pass, and stay.
 */
struct lkrg_task {
	struct lkrg_state state;
	struct lkrg_cred_ref cred[1 + LKRG_OVERRIDES];
	u16 top;
	u16 flags;
	u32 version;
	struct lkrg_record_tag tag;
	unsigned long bits;
	unsigned long irqs;
	u64 reported;
	u64 reported_tag;
	u32 suspected;
	u32 round;
	struct callback_head work;
	struct llist_node doomed;
	struct mm_struct *mm;
	u64 helper;
	struct list_head node;
	struct task_struct *task;
};

static_assert(offsetof(struct lkrg_task, cred) == sizeof(struct lkrg_state));
static_assert(sizeof(struct lkrg_task) <= 320);

/* Done for: each hook refuses, the next way out of the kernel kills. */
#define LKRG_CONDEMNED	BIT(0)
/* In the inventory. */
#define LKRG_LISTED	BIT(1)

/* The record is being changed, interrupts are off. */
#define LKRG_LOCK_BIT	0
/* @work is queued. */
#define LKRG_WORK_BIT	1
/* @doomed and @mm are in use, and there is a reference on the task. */
#define LKRG_DOOMED_BIT	2

static inline struct lkrg_task *lkrg_task(const struct task_struct *task)
{
	return task->security + lkrg_blob_sizes.lbs_task;
}

static inline void lkrg_task_lock(struct lkrg_task *record)
{
	unsigned long irqs;

	/* Others take it with siglock held, which interrupts wait for. */
	local_irq_save(irqs);
	bit_spin_lock(LKRG_LOCK_BIT, &record->bits);
	record->irqs = irqs;
}

static inline void lkrg_task_unlock(struct lkrg_task *record)
{
	unsigned long irqs = record->irqs;

	bit_spin_unlock(LKRG_LOCK_BIT, &record->bits);
	local_irq_restore(irqs);
}

static __always_inline u64 lkrg_task_version(const struct lkrg_task *record)
{
	return (u64)record->version << 32 | (u64)record->flags << 16 | record->top;
}

/**
 * lkrg_task_open - Before a declared change of a record
 * @task: whose record it is
 * @record: the record, locked
 * @first: the first pair that changes, of @record as an array of pairs
 * @count: how many pairs, perhaps none
 *
 * Until lkrg_task_close() the tag is without them.  Flags, version and top may
 * change in any case.
 */
static __always_inline void lkrg_task_open(const struct task_struct *task,
					   struct lkrg_task *record,
					   size_t first, size_t count)
{
	record->tag = lkrg_record_close(lkrg_record_sum(record->tag) -
			lkrg_record_head(task, lkrg_task_version(record)) -
			lkrg_record_span(record, first, count));
}

/**
 * lkrg_task_close - After a declared change of a record
 * @task: whose record it is
 * @record: the record, locked
 * @first: the first pair that changed
 * @count: how many pairs
 *
 * A record that did not match its tag before lkrg_task_open() does not now.
 */
static __always_inline void lkrg_task_close(const struct task_struct *task,
					    struct lkrg_task *record,
					    size_t first, size_t count)
{
	record->version++;
	record->tag = lkrg_record_close(lkrg_record_sum(record->tag) +
			lkrg_record_head(task, lkrg_task_version(record)) +
			lkrg_record_span(record, first, count));
}

bool lkrg_task_is_authentic(const struct task_struct *task,
			    const struct lkrg_task *record);
int lkrg_task_check(enum lkrg_place at);
int lkrg_task_check_full(enum lkrg_place at);
int lkrg_task_check_all(enum lkrg_place at);
int lkrg_task_check_copy(enum lkrg_place at, const struct cred *new,
			 const struct cred *old);

int lkrg_task_flow_broken(enum lkrg_place at, const struct lkrg_flow *flow);
int lkrg_task_loads_module(const char *name);
void lkrg_take_name(struct lkrg_task_name *name, struct task_struct *task);
int lkrg_task_check_traced(struct task_struct *child);
int lkrg_task_switches_namespaces(struct task_struct *task);
bool lkrg_task_looks_wrong(struct task_struct *task);
bool lkrg_task_suspect(struct task_struct *task);
bool lkrg_task_hidden(struct task_struct *task, const char *from);

void __init lkrg_add_task_hooks(void);

#endif /* _SECURITY_LKRG_TASK_H */
