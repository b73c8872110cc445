// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Whether a process may be dumped
 *
 * Tasks share their memory and with it whether they are dumpable, which also
 * decides who may trace them.  The tag over that is in the mm_struct.
 *
 * Locking: dumpable_lock, the innermost one, orders those who set it; it is set
 * rarely.  Who looks takes it only when something seems to be wrong.
 */

#include <linux/lkrg.h>
#include <linux/mm_types.h>
#include <linux/sched/coredump.h>
#include <linux/spinlock.h>

#include "mm.h"
#include "tag.h"

static DEFINE_RAW_SPINLOCK(dumpable_lock);

static u128 share(const struct mm_struct *mm)
{
	return lkrg_record_head(mm, __get_dumpable(READ_ONCE(mm->flags)));
}

static u128 sum(const struct mm_struct *mm)
{
	struct lkrg_record_tag tag;

	/* Who finds a difference looks again, with the lock. */
	data_race(tag = *(const struct lkrg_record_tag *)mm->lkrg_dumpable_tag);
	return lkrg_record_sum(tag);
}

static void put(struct mm_struct *mm, u128 sum)
{
	mm->lkrg_dumpable_tag[0] = sum;
	mm->lkrg_dumpable_tag[1] = sum >> 64;
}

/* What is wrong with the old one is with the new one. */
void __lkrg_mm_init(struct mm_struct *mm, const struct mm_struct *old)
{
	if (!old) {
		put(mm, share(mm));
		return;
	}
	raw_spin_lock(&dumpable_lock);
	put(mm, sum(old) - share(old) + share(mm));
	raw_spin_unlock(&dumpable_lock);
}

void __lkrg_dumpable_begin(struct mm_struct *mm)
	__acquires(&dumpable_lock)
{
	raw_spin_lock(&dumpable_lock);
	put(mm, sum(mm) - share(mm));
}

void __lkrg_dumpable_end(struct mm_struct *mm)
	__releases(&dumpable_lock)
{
	put(mm, sum(mm) + share(mm));
	raw_spin_unlock(&dumpable_lock);
}

/**
 * lkrg_mm_verify - Verify whether a process may be dumped
 * @mm: of the current task, or of another one with its task_lock() held
 *
 * Context: task context.
 * Return: whether that is as it was set.
 */
bool lkrg_mm_verify(const struct mm_struct *mm)
{
	bool same;

	if (likely(sum(mm) == share(mm)))
		return true;
	raw_spin_lock(&dumpable_lock);
	same = sum(mm) == share(mm);
	raw_spin_unlock(&dumpable_lock);
	return same;
}
