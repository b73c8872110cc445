// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The inventory of tasks
 *
 * An own list of what fork() made visible and what was not released yet.  A
 * pass verifies each of its tasks, and compares it both ways with the lists of
 * the kernel: who is unlinked from one of them is hidden.
 *
 * Locking: the kernel links and unlinks tasks with tasklist_lock held for
 * writing, and the call-outs that change the inventory are in the same sections.
 * A pass holds it for reading, so it sees no difference that does not last.  It
 * is the only one to move @here, its place in the inventory.
 */

#include <linux/array_size.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "inventory.h"
#include "param.h"
#include "scan.h"
#include "task.h"
#include "x86.h"

static LIST_HEAD(inventory);
static LIST_HEAD(here);
/* Which walk it is; changed with tasklist_lock read-held, by the pass alone. */
static u32 round;

/**
 * lkrg_inventory_add - A task becomes visible
 * @record: its record
 *
 * Context: tasklist_lock write-held.
 */
void lkrg_inventory_add(struct lkrg_task *record)
{
	record->round = round;
	list_add_tail(&record->node, &inventory);
}

/**
 * lkrg_inventory_remove - A task is released
 * @record: its record
 *
 * Context: tasklist_lock write-held.
 */
void lkrg_inventory_remove(struct lkrg_task *record)
{
	list_del_init(&record->node);
}

/* Both neighbours know of it.  Their addresses may be poison. */
static bool is_linked(const struct list_head *node)
{
	struct list_head *next = READ_ONCE(node->next), *prev = READ_ONCE(node->prev);
	struct list_head *back, *forth;

	return next != node && lkrg_read(&back, &next->prev, sizeof(back)) &&
	       lkrg_read(&forth, &prev->next, sizeof(forth)) &&
	       back == node && forth == node;
}

/* The first of its process, who is in the table until all others are gone. */
static struct task_struct *leader_of(const struct task_struct *task)
{
	struct task_struct *leader = pid_task(task->signal->pids[PIDTYPE_TGID], PIDTYPE_TGID);

	return leader && leader->signal == task->signal ? leader : NULL;
}

/* Has it each of its numbers for it alone? */
static bool has_its_numbers(struct task_struct *task)
{
	struct pid *pid = task_pid(task);
	unsigned int level;

	if (pid_task(pid, PIDTYPE_PID) != task ||
	    find_pid_ns(pid_nr(pid), &init_pid_ns) != pid)
		return false;
	for (level = min(pid->level, MAX_PID_NS_LEVEL); level; level--) {
		const struct upid *number = &pid->numbers[level];

		if (find_pid_ns(number->nr, number->ns) != pid)
			return false;
	}
	return true;
}

static const char *hidden_from(struct task_struct *task)
{
	const struct task_struct *leader = leader_of(task);

	if (!leader || !has_its_numbers(task))
		return "the pid table";
	if (!is_linked(&task->thread_node))
		return "the list of threads";
	if (task == leader && !is_linked(&task->tasks))
		return "the list of tasks";
	return NULL;
}

/* Who is it about?  What is there may have been written. */
static struct task_struct *owner_of(struct lkrg_task *record)
{
	struct task_struct *task = READ_ONCE(record->task);
	void *blobs;

	return lkrg_read(&blobs, &task->security, sizeof(blobs)) &&
	       blobs + lkrg_blob_sizes.lbs_task == record ? task : NULL;
}

static bool is_in_inventory(const struct task_struct *task)
{
	const struct lkrg_task *record = lkrg_task(task);

	/* It may be linked to something else, where the walk does not come by. */
	return READ_ONCE(record->flags) & LKRG_LISTED &&
	       READ_ONCE(record->task) == task && is_linked(&record->node) &&
	       READ_ONCE(record->round) == round;
}

/**
 * struct finding - What a piece of a pass has found
 * @task: a reference
 * @from: what it is hidden from, or NULL when it is to be verified closely
 */
struct finding {
	struct task_struct *task;
	const char *from;
};

struct findings {
	int count;
	struct finding list[8];
};

static void find(struct findings *found, struct task_struct *task,
		 const char *from)
{
	found->list[found->count++] =
		(struct finding){ get_task_struct(task), from };
}

/* Stages of the cursor: before, in the inventory, pid table, lists of threads. */
#define START		0
#define IN_INVENTORY	1
#define IN_PIDS		2
#define IN_THREADS	3

static bool is_piece_over(struct lkrg_cursor *cursor,
			  const struct findings *found)
{
	return found->count == ARRAY_SIZE(found->list) ||
	       lkrg_piece_is_over(cursor);
}

/* The walks return whether the end was reached. */
static bool walk_inventory(struct lkrg_cursor *cursor, struct findings *found)
{
	while (!list_is_last(&here, &inventory)) {
		struct lkrg_task *record =
			list_entry(here.next, struct lkrg_task, node);
		struct task_struct *task = owner_of(record);
		const char *from = task ? hidden_from(task) : NULL;

		list_move(&here, &record->node);
		WRITE_ONCE(record->round, round);
		/* Without an owner he is missing here: the other walks find him. */
		if (from || (task && lkrg_task_looks_wrong(task)))
			find(found, task, from);
		if (is_piece_over(cursor, found))
			return false;
	}
	list_del_init(&here);
	return true;
}

static bool walk_pids(struct lkrg_cursor *cursor, struct findings *found)
{
	struct pid *pid;

	while ((pid = find_ge_pid(cursor->position, &init_pid_ns))) {
		struct task_struct *task = pid_task(pid, PIDTYPE_PID);

		if (task && !is_in_inventory(task))
			find(found, task, "the inventory");
		cursor->position = pid_nr(pid) + 1;
		if (is_piece_over(cursor, found))
			return false;
	}
	return true;
}

/* In the order of for_each_process_thread(); after NULL comes the first one. */
static struct task_struct *next_of_all(struct task_struct *task)
{
	struct task_struct *process = &init_task;

	if (task) {
		struct task_struct *next =
			list_next_or_null_rcu(&task->signal->thread_head,
					      &task->thread_node,
					      struct task_struct, thread_node);

		if (next)
			return next;
		process = task->group_leader;
	}
	process = next_task(process);
	return process == &init_task ? NULL :
		list_first_or_null_rcu(&process->signal->thread_head,
				       struct task_struct, thread_node);
}

#define RESTARTS_MAX 16

/*
 * Who is neither in the pid table nor in the inventory still runs with the others.
 * If the one where the last piece has stopped has exited it begins again, and passes
 * those by that were looked at; where that goes on and on it is enough.  Tasks that exit
 * between two pieces may move one out of sight, until the next pass.
 */
static bool walk_threads(struct lkrg_cursor *cursor, struct findings *found)
{
	struct task_struct *before = cursor->task, *task = before, *next;

	if (task && !pid_alive(task)) {
		task = NULL;
		cursor->position = 0;
		cursor->restarts++;
	}
	while ((next = next_of_all(task))) {
		task = next;
		if (cursor->position++ == cursor->index) {
			cursor->index++;
			if (!is_in_inventory(task))
				find(found, task, "the inventory");
		}
		if (is_piece_over(cursor, found))
			break;
	}
	if (cursor->restarts == RESTARTS_MAX)
		next = NULL;
	cursor->task = next ? get_task_struct(next) : NULL;
	if (before)
		put_task_struct(before);
	return !next;
}

static bool walk(struct lkrg_cursor *cursor, struct findings *found)
{
	switch (cursor->stage) {
	case START:
		round++;
		list_move(&here, &inventory);
		cursor->stage = IN_INVENTORY;
		fallthrough;
	case IN_INVENTORY:
		return walk_inventory(cursor, found);
	case IN_PIDS:
		return walk_pids(cursor, found);
	default:
		return walk_threads(cursor, found);
	}
}

/**
 * lkrg_inventory_step - One piece of the verification of all tasks
 * @cursor: where to go on
 *
 * Context: may sleep.
 * Return: LKRG_STEP_DONE or LKRG_STEP_MORE.
 */
enum lkrg_step lkrg_inventory_step(struct lkrg_cursor *cursor)
{
	struct findings found = { };
	bool done;
	int i;

	/* What has begun ends, and gives its reference back. */
	if (cursor->stage == START && !lkrg_knob(pint_validate))
		return LKRG_STEP_DONE;

	read_lock(&tasklist_lock);
	rcu_read_lock();
	done = walk(cursor, &found);
	rcu_read_unlock();
	read_unlock(&tasklist_lock);

	for (i = 0; i < found.count; i++) {
		struct task_struct *task = found.list[i].task;

		cursor->violations += found.list[i].from ?
			lkrg_task_hidden(task, found.list[i].from) :
			lkrg_task_suspect(task);
		put_task_struct(task);
	}
	if (!done)
		return LKRG_STEP_MORE;
	cursor->position = 0;
	return cursor->stage++ == IN_THREADS ? LKRG_STEP_DONE : LKRG_STEP_MORE;
}
