// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The record of a task
 *
 * What credentials a task should be running with and what else it should have,
 * and what becomes of a task that is found with others.
 *
 * Only the task itself can tell exactly: what it has and its record change one
 * after the other, and nothing that it does in between looks.  Interrupts that
 * hit it there return at once, see lkrg_task_check().  A pass that finds a
 * difference makes the task look itself.
 */

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/init_task.h>
#include <linux/lkrg.h>
#include <linux/lsm_hooks.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>

#include "cpu.h"
#include "cred.h"
#include "flow.h"
#include "fs.h"
#include "mm.h"
#include "ns.h"
#include "param.h"
#include "report.h"
#include "setup.h"
#include "state.h"
#include "tag.h"
#include "task.h"
#include "trigger.h"
#include "x86.h"

static struct lkrg_record_tag record_tag(const struct task_struct *task,
					 const struct lkrg_task *record)
{
	return lkrg_record_tag(task, lkrg_task_version(record), record,
			       LKRG_STATE_PAIRS + 1 + record->top);
}

/**
 * lkrg_task_is_authentic - Does a record match its tag?
 * @task: whose record it is
 * @record: the record, or a copy of it
 *
 * Return: whether it does.
 */
bool lkrg_task_is_authentic(const struct task_struct *task,
			    const struct lkrg_task *record)
{
	return record->top <= LKRG_OVERRIDES &&
	       lkrg_same_tag(record->tag, record_tag(task, record));
}

static bool is_condemned(const struct lkrg_task *record)
{
	return unlikely(record->flags & LKRG_CONDEMNED);
}

/*
 * The tag covers the flag like the rest: a task cannot be pardoned by a write.
 * Returns whether it was condemned before, and not by a write.
 */
static bool mark_condemned(struct task_struct *task)
{
	struct lkrg_task *record = lkrg_task(task);
	bool was_set;

	lkrg_task_lock(record);
	was_set = is_condemned(record) && lkrg_task_is_authentic(task, record);
	lkrg_task_open(task, record, 0, 0);
	record->flags |= LKRG_CONDEMNED;
	lkrg_task_close(task, record, 0, 0);
	lkrg_task_unlock(record);
	return was_set;
}

/* Of its own, because the record may be forged.  A write does not make it. */
static u64 reported_tag(const struct task_struct *task, u64 reported)
{
	return lkrg_record_fold(lkrg_record_head(task, reported));
}

/*
 * What of a task was reported: kinds of violations, and of those that are about fields
 * each field.
 */
#define FIELDS_OF_CRED 16
#define FIELDS_OF_STATE (FIELDS_OF_CRED + LKRG_SHADOW_LONGS + LKRG_SHADOW_WORDS)
#define FIELDS_SHARED (FIELDS_OF_STATE + LKRG_STATE_LONGS + LKRG_STATE_WORDS)

static_assert(LKRG_FLOW_BROKEN < FIELDS_OF_CRED);

/* One bit for each member that differs, first those of 64 bits, then those of 32. */
static u64 differing(const void *a, const void *b, size_t longs, size_t words)
{
	const u32 *x = a + longs * sizeof(u64), *y = b + longs * sizeof(u64);
	const u64 *p = a, *q = b;
	u64 differ = 0;
	size_t i;

	for (i = 0; i < longs; i++)
		differ |= (u64)(p[i] != q[i]) << i;
	for (i = 0; i < words; i++)
		differ |= (u64)(x[i] != y[i]) << (longs + i);
	return differ;
}

static u64 told_by(enum lkrg_violation what, const struct lkrg_task_report *r)
{
	u64 fields = 0;

	if (what == LKRG_CRED_OVERWRITTEN && r->expected_known && r->found_readable)
		fields = differing(&r->cred.expected, &r->cred.found,
				   LKRG_SHADOW_LONGS, LKRG_SHADOW_WORDS) <<
			 FIELDS_OF_CRED;
	if (what == LKRG_STATE_CHANGED)
		fields = differing(&r->state.expected, &r->state.found,
				   LKRG_STATE_LONGS, LKRG_STATE_WORDS) <<
			 FIELDS_OF_STATE |
			 (u64)r->namespaces_changed << FIELDS_SHARED |
			 (u64)r->dumpable_changed << (FIELDS_SHARED + 1) |
			 (u64)r->root_changed << (FIELDS_SHARED + 2);
	return fields ?: BIT_ULL(what);
}

static bool was_reported(const struct task_struct *task, u64 told)
{
	const struct lkrg_task *record = lkrg_task(task);
	u64 reported = READ_ONCE(record->reported);

	/* Who reports meanwhile may be late with one of the two. */
	return !(told & ~reported) &&
	       READ_ONCE(record->reported_tag) == reported_tag(task, reported);
}

/* Returns whether all of it was before. */
static bool mark_reported(struct task_struct *task, u64 told)
{
	struct lkrg_task *record = lkrg_task(task);
	u64 before;

	lkrg_task_lock(record);
	/* What a write left there must not become authentic. */
	before = record->reported_tag == reported_tag(task, record->reported) ?
		record->reported : 0;
	WRITE_ONCE(record->reported, before | told);
	WRITE_ONCE(record->reported_tag, reported_tag(task, record->reported));
	lkrg_task_unlock(record);
	return !(told & ~before);
}

/* What a verdict is about. */
struct suspect {
	struct task_struct *task;
	/* What is on record, NULL if that is forged. */
	const struct lkrg_cred_ref *recorded;
	/* What is there.  It may be anything. */
	const struct cred *found;
};

/*
 * Most tasks have one credential.  Then what they have has the tag of their
 * record, if that is what they should have: one sum for both.
 */
static __always_inline bool is_as_recorded(const struct lkrg_task *record,
					   const struct cred *cred)
{
	/* Without an override: otherwise the tag covers more than that. */
	u128 sum = lkrg_record_head(current, lkrg_task_version(record)) +
		   lkrg_state_sum(current) +
		   lkrg_record_words(LKRG_STATE_PAIRS, (uintptr_t)cred,
				     record->cred[0].serial);

	return lkrg_same_tag(record->tag, lkrg_record_close(sum));
}

/*
 * What is shared, of the current task or of one with its task_lock() held.  Only
 * where it should be: otherwise it could be anything.
 */
static __always_inline bool has_namespaces(const struct nsproxy *ns)
{
	return !ns || lkrg_ns_verify(ns);
}

static __always_inline bool has_root(struct fs_struct *fs)
{
	return !fs || !lkrg_fs_verify(fs);
}

static bool has_changed_namespaces(const struct task_struct *task)
{
	const struct nsproxy *ns = READ_ONCE(task->nsproxy);

	return lkrg_task(task)->state.nsproxy == (uintptr_t)ns &&
	       !has_namespaces(ns);
}

static unsigned int has_changed_root(const struct task_struct *task)
{
	struct fs_struct *fs = READ_ONCE(task->fs);

	if (!fs || lkrg_task(task)->state.fs != (uintptr_t)fs)
		return 0;
	return lkrg_fs_verify(fs);
}

static bool has_changed_dumpable(const struct task_struct *task)
{
	const struct mm_struct *mm = READ_ONCE(task->mm);

	/* Kernel threads borrow one. */
	return mm && !(task->flags & PF_KTHREAD) && !lkrg_mm_verify(mm);
}

/*
 * The locked comparison, one by one.  @record may be a copy; of another task
 * only what is on record is dereferenced, and with RCU.
 */
static enum lkrg_violation compare(const struct lkrg_task *record,
				   struct suspect *suspect)
{
	struct task_struct *task = suspect->task;
	const struct cred *real_cred = rcu_access_pointer(task->real_cred);
	const struct cred *cred = rcu_access_pointer(task->cred);
	const struct lkrg_cred_ref *real = &record->cred[0], *top;

	suspect->recorded = NULL;
	suspect->found = cred;
	if (!lkrg_task_is_authentic(task, record))
		return LKRG_RECORD_FORGED;
	top = &record->cred[record->top];

	/* Foreign credentials are not ours to dereference. */
	suspect->recorded = top;
	if (cred != top->cred)
		return LKRG_CRED_REPLACED;
	if (real_cred != real->cred) {
		suspect->recorded = real;
		suspect->found = real_cred;
		return LKRG_CRED_REPLACED;
	}
	return lkrg_state_is(task, &record->state) ? LKRG_NO_VIOLATION : LKRG_STATE_CHANGED;
}

/*
 * Is everything as it should be?  If not, verify() says what is wrong.  The
 * fields of current->cred are taken from @copy if there is one.
 */
static __always_inline bool looks_right(const struct lkrg_task *record,
					const struct cred *copy)
{
	const struct cred *cred = rcu_access_pointer(current->cred);

	return cred == rcu_access_pointer(current->real_cred) &&
	       /* Others may be at it: then it is looked at again, with the lock. */
	       data_race(is_as_recorded(record, cred)) &&
	       lkrg_cred_is_intact(cred, record->cred[0].serial, copy ?: cred);
}

/* So that an override has to be over when the system call is, see __lkrg_syscall_work(). */
static bool ends_with_syscall(const struct lkrg_task *record)
{
	return !(record->state.flags & (PF_KTHREAD | PF_USER_WORKER));
}

/* On the way to user mode, or where a system call waits to be interrupted. */
static void do_work(struct callback_head *unused)
{
	struct lkrg_task *record = lkrg_task(current);

	clear_bit(LKRG_WORK_BIT, &record->bits);
	lkrg_task_check_all(LKRG_AT_pass);
	/*
	 * task_work also runs inside of system calls and when the task exits:
	 * not the place to exit from.
	 */
	if (is_condemned(record))
		force_sig(SIGKILL);
}

/*
 * Returns whether the task will come by, for the first time since it did.  An
 * exiting task, which is nearly gone, will not.
 */
static bool call_back(struct task_struct *task, enum task_work_notify_mode how)
{
	struct lkrg_task *record = lkrg_task(task);

	if (test_and_set_bit(LKRG_WORK_BIT, &record->bits))
		return false;
	if (!task_work_add(task, &record->work, how))
		return true;
	clear_bit(LKRG_WORK_BIT, &record->bits);
	return false;
}

/*
 * Verdict first, state second, report third.  The process dies as one, so it is
 * its leader who tells whether it was condemned before, whichever thread is.
 * Returns whether it was not.
 */
static bool condemn(struct task_struct *task)
{
	struct task_struct *leader;
	bool again;

	/* A released task has no leader, another one has it until RCU is over. */
	rcu_read_lock();
	leader = pid_alive(task) ? task->group_leader : task;
	again = mark_condemned(leader);
	/* Once, although the record may be forged. */
	if (!again && !test_and_set_bit(LKRG_DOOMED_BIT, &lkrg_task(leader)->bits))
		lkrg_kill(leader, task);
	rcu_read_unlock();

	mark_condemned(task);
	set_task_syscall_work(task, LKRG);
	if (task != current)
		call_back(task, TWA_SIGNAL);
	else if (!(task->flags & PF_USER_WORKER))
		/* An io worker does not return, but its process does. */
		call_back(task, TWA_RESUME | TWAF_NO_ALLOC);
	return !again;
}

static void describe_state(struct lkrg_task_report *r, struct task_struct *task)
{
	const struct nsproxy *ns = READ_ONCE(task->nsproxy);

	r->state.expected = lkrg_task(task)->state;
	lkrg_state_take(&r->state.found, task);
	r->namespaces_changed = has_changed_namespaces(task);
	if (r->namespaces_changed) {
		memcpy(&r->namespaces.expected, ns->lkrg_namespaces,
		       sizeof(r->namespaces.expected));
		lkrg_ns_take(&r->namespaces.found, ns);
	}
	/* With tasklist_lock for writing nobody may wait for who lets interrupts in. */
	if (r->at == LKRG_AT_ptrace_traceme)
		return;
	r->root_changed = has_changed_root(task);
	r->dumpable_changed = has_changed_dumpable(task);
}

/* Neither pointer of the suspect is to be trusted: read without faulting. */
static noinline_for_stack void describe(struct lkrg_task_report *r,
					enum lkrg_violation what,
					const struct suspect *suspect)
{
	const struct lkrg_cred_ref *recorded = suspect->recorded;
	struct lkrg_shadow *actual = &r->cred.found;
	const struct cred *found = suspect->found;
	struct lkrg_cred expected;
	struct cred copy;
	void *blobs;

	/*
	 * The credential that the task should be using may be gone by now: its
	 * serial tells.
	 */
	if (what != LKRG_RECORD_FORGED && recorded &&
	    lkrg_read(&blobs, &recorded->cred->security, sizeof(blobs)) &&
	    lkrg_read(&expected, blobs + lkrg_blob_sizes.lbs_cred, sizeof(expected)) &&
	    expected.serial == recorded->serial) {
		r->cred.expected = expected.shadow;
		r->expected_known = true;
	}
	r->found_init_cred = found == rcu_access_pointer(init_task.real_cred);
	r->found_readable = lkrg_read(&copy, found, sizeof(copy));
	if (!r->found_readable)
		return;
	lkrg_shadow_take(actual, &copy);
	/* What pointers lead to is only known of the credential on record. */
	if (r->expected_known &&
	    (recorded->cred == found || what == LKRG_CRED_OVERWRITTEN))
		lkrg_shadow_take_own(actual, recorded->cred);
	else
		lkrg_shadow_take_free(actual, &r->cred.expected);
	actual->groups = r->cred.expected.groups;
	if (r->expected_known &&
	    actual->group_info == r->cred.expected.group_info)
		actual->groups = lkrg_groups_sum_like(copy.group_info,
						      r->cred.expected.groups);
}

/**
 * lkrg_take_name - Who is it?
 * @name: is filled in
 * @task: the thread
 *
 * Context: any; a reference on the thread, or it is current.
 */
void lkrg_take_name(struct lkrg_task_name *name, struct task_struct *task)
{
	name->pid = task_pid_nr(task);
	name->tgid = task_tgid_nr(task);
	name->auid = from_kuid(&init_user_ns, audit_get_loginuid(task));
	name->session = audit_get_sessionid(task);
	strscpy(name->comm, task->comm);
}

/*
 * What a task is was recorded when it was made: its flags may have been written
 * since.
 */
static bool is_kernel_thread(const struct task_struct *task)
{
	const struct lkrg_task *record = lkrg_task(task);

	if (lkrg_task_is_authentic(task, record))
		return record->state.flags & PF_KTHREAD;
	return task->flags & PF_KTHREAD && !task->mm;
}

/* To kill these would punish everybody. */
static bool is_spared(const struct task_struct *task)
{
	bool is_init;

	rcu_read_lock();
	is_init = task->signal == READ_ONCE(init_pid_ns.child_reaper)->signal;
	rcu_read_unlock();
	return is_init || is_kernel_thread(task);
}

static int enforce_of(enum lkrg_violation what)
{
	return what == LKRG_FLOW_BROKEN ? lkrg_knob(pcfi_enforce) :
					  lkrg_knob(pint_enforce);
}

/* Who lives on is reported once, for each kind or field. */
static bool lives_on(const struct task_struct *task, enum lkrg_violation what)
{
	int enforce = enforce_of(what);

	return enforce == 0 || (enforce == 1 && is_spared(task));
}

/*
 * Act on a violation by a task, in task context: takes no lock but that of the
 * record, allocates nothing, prints nothing unless it panics.  Returns -EPERM,
 * or 0 with pint_enforce=0 or pint_validate=0; of the flow pcfi_enforce decides.
 */
static int react(struct task_struct *task, struct lkrg_report *report)
{
	int enforce = enforce_of(report->what);
	int err = enforce == 0 ? 0 : -EPERM;
	bool spare = is_spared(task);
	/* Beside an operation there is nothing to refuse. */
	bool beside = report->task.at == LKRG_AT_syscall ||
		      report->task.at == LKRG_AT_pass;

	if (report->what != LKRG_FLOW_BROKEN && !lkrg_knob(pint_validate))
		return 0;
	if (lives_on(task, report->what) &&
	    mark_reported(task, told_by(report->what, &report->task)))
		return err;

	lkrg_take_name(&report->task.name, task);
	report->done = LKRG_DID_LOG;
	switch (enforce) {
	case 0:
		break;
	case 1:
		if (spare) {
			report->done = beside ? LKRG_DID_LOG : LKRG_DID_REFUSE;
			break;
		}
		/* One report for a process. */
		if (!condemn(task))
			return err;
		report->done = LKRG_DID_KILL;
		break;
	default:
		report->done = LKRG_DID_PANIC;
		break;
	}
	lkrg_report(report);
	return err;
}

static void describe_suspect(struct lkrg_task_report *r, enum lkrg_violation what,
			     const struct suspect *suspect)
{
	/* What is shared is the task's own, or there with its lock held. */
	if (what == LKRG_STATE_CHANGED && suspect->task == current) {
		describe_state(r, suspect->task);
	} else if (what == LKRG_STATE_CHANGED) {
		task_lock(suspect->task);
		describe_state(r, suspect->task);
		task_unlock(suspect->task);
	} else {
		describe(r, what, suspect);
	}
}

/* Is it somebody who lives on, and who was reported for that? */
static noinline_for_stack bool is_known_of(const struct suspect *suspect,
					   enum lkrg_violation what,
					   enum lkrg_place at)
{
	struct lkrg_task_report r = { .at = at };

	if (!lives_on(suspect->task, what))
		return false;
	describe_suspect(&r, what, suspect);
	return was_reported(suspect->task, told_by(what, &r));
}

static noinline int verdict(enum lkrg_violation what, enum lkrg_place at,
			    const struct suspect *suspect)
{
	struct lkrg_report report = { .what = what, .task.at = at };

	describe_suspect(&report.task, what, suspect);
	return react(suspect->task, &report);
}

/**
 * lkrg_task_switches_namespaces - Act on namespaces that are not current's to give
 * @task: who would get them
 *
 * Context: task context.
 * Return: -EPERM, or 0 with pint_enforce=0 or pint_validate=0.
 */
int lkrg_task_switches_namespaces(struct task_struct *task)
{
	struct lkrg_report report = {
		.what = LKRG_NAMESPACES_SWITCHED,
		.task.at = LKRG_AT_switch_task_namespaces,
	};

	if (is_condemned(lkrg_task(current)))
		return -EPERM;
	lkrg_take_name(&report.task.other, task);
	return react(current, &report);
}

/**
 * lkrg_task_flow_broken - Act on how the current task came to a function
 * @at: the function
 * @flow: what is wrong
 *
 * Context: task context.
 * Return: -EPERM, or 0 with pcfi_enforce=0.
 */
int lkrg_task_flow_broken(enum lkrg_place at, const struct lkrg_flow *flow)
{
	struct lkrg_report report = {
		.what = LKRG_FLOW_BROKEN,
		.task.at = at,
		.task.flow = *flow,
	};

	if (is_condemned(lkrg_task(current)))
		return -EPERM;
	return react(current, &report);
}

/**
 * lkrg_task_loads_module - Act on a module that somebody wants to load
 * @name: of its file, or of what is needed; may be empty
 *
 * Context: task context.
 * Return: 0, or -EPERM with block_modules=1.
 */
int lkrg_task_loads_module(const char *name)
{
	struct lkrg_report report = {
		.what = LKRG_MODULE_BLOCKED,
		.done = LKRG_DID_REFUSE,
	};

	/* Everybody can need a module, in a loop, and fill the ring with it. */
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 10);

	if (likely(!lkrg_knob(block_modules)))
		return 0;
	if (!__ratelimit(&limit)) {
		lkrg_count_block();
		return -EPERM;
	}
	lkrg_take_name(&report.block.by, current);
	strscpy_pad(report.block.name, name);
	lkrg_report(&report);
	return -EPERM;
}

/*
 * Then the record is authentic, and credentials are those on record.  What is known of
 * somebody who lives on must not hide what is new.
 */
static bool may_go_on(const struct suspect *suspect, enum lkrg_violation what,
		      enum lkrg_place at)
{
	return !what || (what == LKRG_STATE_CHANGED && is_known_of(suspect, what, at));
}

static enum lkrg_violation verify(struct lkrg_task *record,
				  const struct cred *copy, enum lkrg_place at,
				  struct suspect *suspect)
{
	const struct lkrg_cred_ref *real = &record->cred[0];
	const struct lkrg_cred_ref *top = &record->cred[record->top];
	enum lkrg_violation state, what;

	suspect->task = current;
	lkrg_task_lock(record);
	state = compare(record, suspect);
	lkrg_task_unlock(record);
	if (!may_go_on(suspect, state, at))
		return state;

	suspect->found = copy ?: suspect->found;
	what = lkrg_cred_verify(top->cred, top->serial, suspect->found);
	/* The same credential, sealed once more, is another one. */
	if (!what && (real->cred != top->cred || real->serial != top->serial)) {
		suspect->recorded = real;
		suspect->found = real->cred;
		what = lkrg_cred_verify(real->cred, real->serial, real->cred);
	}
	/* Nobody but who wants to keep it has an override without. */
	if (!what && record->top && ends_with_syscall(record) && !test_syscall_work(LKRG)) {
		suspect->recorded = real;
		suspect->found = top->cred;
		what = LKRG_OVERRIDE_LEFT;
	}
	return what ?: state;
}

/* Not verified, or let pass with pint_enforce=0: anything may be there. */
#define LET_PASS 1
/* Let pass, but the record is authentic, and so may more be verified. */
#define LOGGED 2

static noinline int check_slowly(enum lkrg_place at, const struct cred *copy)
{
	enum lkrg_violation what;
	struct suspect suspect;
	int err;

	what = verify(lkrg_task(current), copy, at, &suspect);
	if (!what)
		return 0;
	err = verdict(what, at, &suspect);
	if (err || !lkrg_knob(pint_validate))
		return err ?: LET_PASS;
	return what == LKRG_STATE_CHANGED || what == LKRG_CRED_OVERWRITTEN ?
		LOGGED : LET_PASS;
}

/* 0, LET_PASS, LOGGED or -EPERM */
static __always_inline int check(enum lkrg_place at, const struct cred *copy)
{
	const struct lkrg_task *record;

	if (!in_task())
		return LET_PASS;
	record = lkrg_task(current);
	if (is_condemned(record))
		return -EPERM;
	/* That is 1, which is the same as 2 here; a unit test says so, too. */
	if (!lkrg_knob_is_initial(pint_validate)) {
		const int validate = lkrg_knob(pint_validate);

		if (!validate)
			return LET_PASS;
		if (validate == 3)
			lkrg_trigger(LKRG_TRIGGER_HOOK);
	}
	return likely(looks_right(record, copy)) ? 0 : check_slowly(at, copy);
}

/**
 * lkrg_task_check - Verify the current task
 * @at: where
 *
 * Its credentials, with few groups also who is in them, and its own state.
 *
 * Context: any.  In interrupts current is whoever was hit, perhaps between its
 * record and its pointers: they return at once.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check(enum lkrg_place at)
{
	return min(check(at, NULL), 0);
}

static noinline int check_shared_slowly(enum lkrg_place at)
{
	const struct lkrg_task *record = lkrg_task(current);
	const struct lkrg_cred_ref *top = &record->cred[record->top];
	const struct suspect suspect = { current, top, current_cred() };
	int err = 0;

	if (has_changed_namespaces(current) || has_changed_root(current))
		err = verdict(LKRG_STATE_CHANGED, at, &suspect);
	if (err)
		return err;
	return lkrg_cred_has_label(top->cred, top->serial) ?
		0 : verdict(LKRG_CRED_OVERWRITTEN, at, &suspect);
}

/**
 * lkrg_task_check_full - Verify the current task and what it shares with others
 * @at: where
 *
 * Beside lkrg_task_check() the namespaces, root, working directory, and the
 * labels of other LSMs.
 *
 * Context: any, see lkrg_task_check().
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check_full(enum lkrg_place at)
{
	const struct cred *cred;
	int err;

	lkrg_cpu_glance();
	err = check(at, NULL);
	if (unlikely(err))
		return err == LOGGED ? check_shared_slowly(at) : min(err, 0);
	cred = current_cred();
	return likely(has_namespaces(current->nsproxy) &&
		      has_root(current->fs) &&
		      lkrg_cred(cred)->shadow.label ==
		      security_cred_fingerprint(cred)) ?
		0 : check_shared_slowly(at);
}

/**
 * lkrg_task_check_all - Verify all of the current task
 * @at: where
 *
 * Beside lkrg_task_check_full() who is in its groups, also if they are many, which
 * may take long, and whether it may be dumped.
 *
 * Context: task context.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check_all(enum lkrg_place at)
{
	const struct lkrg_task *record = lkrg_task(current);
	const struct lkrg_cred_ref *top = &record->cred[record->top];
	const struct suspect suspect = { current, top, current_cred() };
	enum lkrg_violation what;
	int err = check(at, NULL);

	if (err && err != LOGGED)
		return min(err, 0);
	err = lkrg_task_check_full(at);
	if (err)
		return err;
	if (unlikely(has_changed_dumpable(current)))
		err = verdict(LKRG_STATE_CHANGED, at, &suspect);
	if (err)
		return err;
	what = lkrg_cred_verify_groups(top->cred, top->serial);
	return unlikely(what) ? verdict(what, at, &suspect) : 0;
}

/* A credential that the current task does not run with. */
static int check_cred(const struct lkrg_cred_ref *recorded,
		      const struct cred *fields, enum lkrg_place at)
{
	const struct suspect suspect = { current, recorded, fields };
	enum lkrg_violation what;

	what = lkrg_cred_verify(recorded->cred, recorded->serial, fields);
	return unlikely(what) ? verdict(what, at, &suspect) : 0;
}

/**
 * lkrg_task_check_copy - Verify the current task and a copy of a credential
 * @at: where
 * @new: the copy, its fields not changed yet
 * @old: what it was copied from
 *
 * What counts is what was copied: @old may have been changed before and put
 * back after that.
 *
 * Context: task context.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check_copy(enum lkrg_place at, const struct cred *new,
			 const struct cred *old)
{
	struct lkrg_cred_ref recorded = { old };
	int err;

	if (old == current_cred())
		return min(check(at, new), 0);

	err = min(check(at, NULL), 0);
	recorded.serial = lkrg_cred_is_made(old) ? lkrg_cred_serial(old) : 0;
	if (err || !recorded.serial)
		return err;
	return check_cred(&recorded, new, at);
}

/* Seal what is about to be published, or verify it if it was sealed before. */
static u64 admit(const struct cred *new, enum lkrg_place at)
{
	const struct lkrg_cred_ref recorded = { new, lkrg_cred_serial(new) };

	if (!recorded.serial)
		return lkrg_cred_seal(new);
	return check_cred(&recorded, new, at) ? 0 : recorded.serial;
}

/*
 * May the credential on record be followed by @new, which current has prepared?
 * If not, what was found does not become the record, whether or not the verdict
 * lets it pass.
 */
static bool may_follow(const struct cred *new, const struct lkrg_cred_ref *old,
		       enum lkrg_place at, u64 *serial, int *err)
{
	struct suspect suspect = { current, old, new };
	struct lkrg_cred_ref granted = { new };
	enum lkrg_violation what;

	/* Only what is in use is ours to dereference. */
	if (unlikely(old->cred != current_cred())) {
		what = LKRG_CRED_REPLACED;
		suspect.found = current_cred();
	} else {
		what = lkrg_cred_admit(new, old->cred, old->serial, serial);
	}
	if (likely(!what))
		return true;
	if (what == LKRG_CRED_OVERWRITTEN) {
		granted.serial = lkrg_cred(new)->serial;
		if (lkrg_cred_has_label(old->cred, old->serial))
			suspect.recorded = &granted;
		else
			suspect.found = old->cred;
	}
	*err = verdict(what, at, &suspect);
	return false;
}

/* The place of a credential among the pairs of a record */
#define CRED_PAIR(n) (LKRG_STATE_PAIRS + (n))

/* How many there are.  The number may have been written. */
static u16 overrides(const struct lkrg_task *record)
{
	return min_t(u16, READ_ONCE(record->top), LKRG_OVERRIDES);
}

/*
 * The old credential is not verified once more: @new was, when it was copied
 * from it.
 */
int __lkrg_commit_creds(const struct cred *new)
{
	struct lkrg_task *record = lkrg_task(current);
	u64 serial;
	int err;

	if (is_condemned(record))
		return -EPERM;
	if (!may_follow(new, &record->cred[0], LKRG_AT_commit_creds, &serial,
			&err))
		return err;

	lkrg_task_lock(record);
	lkrg_task_open(current, record, CRED_PAIR(0), 1 + overrides(record));
	record->top = 0;
	record->cred[0] = (struct lkrg_cred_ref){ new, serial };
	lkrg_task_close(current, record, CRED_PAIR(0), 1);
	lkrg_task_unlock(record);
	return 0;
}

/* Without it there is one way back less, not one more. */
static noinline void forget_oldest_override(struct lkrg_task *record)
{
	record->top = overrides(record);
	lkrg_task_open(current, record, CRED_PAIR(1), record->top);
	record->top--;
	memmove(&record->cred[1], &record->cred[2],
		record->top * sizeof(record->cred[0]));
	lkrg_task_close(current, record, CRED_PAIR(1), record->top);
}

/*
 * Of what is put aside, the fields are not verified here: the next check does
 * that for real_cred, and the way back leads to nothing but what is on record.
 */
const struct cred *__lkrg_override_creds(const struct cred *new)
{
	struct lkrg_task *record = lkrg_task(current);
	u64 serial;

	if (is_condemned(record))
		return current_cred();
	/* The kernel takes a copy of it where it acts for itself. */
	if (unlikely(new == &init_cred || !lkrg_cred_is_made(new))) {
		const struct suspect suspect = {
			current, &record->cred[overrides(record)], new
		};

		if (verdict(LKRG_CRED_NOT_GRANTED, LKRG_AT_override_creds,
			    &suspect) || !lkrg_cred_is_made(new))
			return current_cred();
	}
	serial = admit(new, LKRG_AT_override_creds);
	if (!serial)
		return current_cred();

	lkrg_task_lock(record);
	if (unlikely(record->top >= LKRG_OVERRIDES))
		forget_oldest_override(record);
	lkrg_task_open(current, record, 0, 0);
	record->cred[++record->top] = (struct lkrg_cred_ref){ new, serial };
	lkrg_task_close(current, record, CRED_PAIR(record->top), 1);
	lkrg_task_unlock(record);
	if (ends_with_syscall(record))
		set_syscall_work(LKRG);
	return new;
}

/*
 * Overrides do not end strictly one by one: overlayfs replaces the innermost
 * and later goes back by two, nfsd goes back to real_cred without knowing
 * whether there was one.  The way back leads to the innermost place that holds
 * @old; a credential that no override put aside is not a way back.
 */
void __lkrg_revert_creds(const struct cred *old)
{
	struct lkrg_task *record = lkrg_task(current);
	struct suspect suspect;
	u16 top;

	if (is_condemned(record))
		return;
	for (top = overrides(record); top-- > 0;) {
		if (record->cred[top].cred != old)
			continue;
		lkrg_task_lock(record);
		lkrg_task_open(current, record, CRED_PAIR(top + 1),
			       overrides(record) - top);
		record->top = top;
		lkrg_task_close(current, record, 0, 0);
		lkrg_task_unlock(record);
		if (!top)
			clear_syscall_work(LKRG);
		return;
	}
	suspect = (struct suspect){ current, &record->cred[overrides(record)], old };
	if (suspect.recorded->cred != old)
		verdict(LKRG_CRED_REPLACED, LKRG_AT_revert_creds, &suspect);
}

/* Between prepare_exec_creds() and this execve() may have slept for minutes. */
static int check_exec(const struct cred *new, bool without_caps, enum lkrg_place at)
{
	struct lkrg_cred_ref granted = { new };
	const struct suspect suspect = { current, &granted, new };
	enum lkrg_violation what;

	if (is_condemned(lkrg_task(current)))
		return -EPERM;
	what = lkrg_cred_verify_granted(new, without_caps);
	if (likely(!what))
		return 0;
	if (lkrg_cred_is_made(new))
		granted.serial = READ_ONCE(lkrg_cred(new)->serial);
	return verdict(what, at, &suspect);
}

int __lkrg_exec_creds(const struct cred *new)
{
	/*
	 * With a file system that fails to read capabilities with ENOEXEC execve() comes
	 * here once more, and has decided before.
	 */
	if (lkrg_cred_is_decided(new))
		return -EPERM;
	return check_exec(new, false, LKRG_AT_exec_creds);
}

/* It has slept once more, for the lock of the inode, and then set these ids. */
void __lkrg_exec_ids(const struct cred *new, umode_t mode, kuid_t uid, kgid_t gid)
{
	lkrg_cred_grant_file_ids(new, mode, uid, gid);
	/* Who is found out is refused what follows. */
	check_exec(new, false, LKRG_AT_exec_ids);
}

/* And again, to read what capabilities a file gives. */
int __lkrg_exec_caps(const struct cred *new, const struct cpu_vfs_cap_data *caps)
{
	int err = check_exec(new, true, LKRG_AT_exec_caps);

	if (!err)
		lkrg_cred_grant_file_caps(new, caps);
	return err;
}

int __lkrg_same_ids(void)
{
	return lkrg_task_check(LKRG_AT_same_ids);
}

int __lkrg_prctl(void)
{
	return lkrg_task_check(LKRG_AT_prctl);
}

/*
 * Nobody returns to user mode with an override: a task that does, or that enters
 * the kernel with one because it returned in another way, made it for good.
 */
void __lkrg_syscall_work(void)
{
	struct lkrg_task *record = lkrg_task(current);
	const struct suspect left = { current, &record->cred[0], current_cred() };

	if (!lkrg_task_check(LKRG_AT_syscall)) {
		if (record->top)
			verdict(LKRG_OVERRIDE_LEFT, LKRG_AT_syscall, &left);
		else
			/* Nothing is left of what set it. */
			clear_syscall_work(LKRG);
	}
	if (is_condemned(record))
		do_group_exit(SIGKILL);
}

static void start_record(struct task_struct *task, struct lkrg_task *record)
{
	record->task = task;
	INIT_LIST_HEAD(&record->node);
	init_task_work(&record->work, do_work);
	record->tag = record_tag(task, record);
}

/*
 * The child's record is made from the parent's record and from the seal of the
 * credential that copy_creds() prepared, never from the parent's fields.  It
 * is completed when the child becomes visible, see __lkrg_fork().
 */
static int hook_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	const struct lkrg_task *parent = lkrg_task(current);
	struct lkrg_task *record = lkrg_task(task);
	const struct cred *cred = rcu_access_pointer(task->real_cred);
	const struct suspect suspect = { current, &record->cred[0], cred };
	const struct lkrg_cred_ref *shared;
	int err = lkrg_task_check_full(LKRG_AT_task_alloc);
	u64 serial;

	/* The child would keep an override: only io workers beget under one. */
	if (!err && parent->top &&
	    !(current->flags & task->flags & PF_USER_WORKER)) {
		const struct suspect left = {
			current, &parent->cred[0], current_cred()
		};

		err = verdict(LKRG_OVERRIDE_LEFT, LKRG_AT_task_alloc, &left);
	}
	if (err)
		return err;
	shared = &parent->cred[overrides(parent)];
	record->cred[0] = *shared;
	/* A fresh copy may differ from what the parent has, nothing else. */
	if (cred != shared->cred && lkrg_cred_is_made(cred) && !lkrg_cred_serial(cred)) {
		if (may_follow(cred, shared, LKRG_AT_task_alloc, &serial, &err))
			record->cred[0] = (struct lkrg_cred_ref){ cred, serial };
	} else if (cred != shared->cred ||
		   rcu_access_pointer(task->cred) != cred) {
		err = verdict(LKRG_CRED_REPLACED, LKRG_AT_task_alloc, &suspect);
	}
	record->state = parent->state;
	record->state.ptracer_cred = 0;
	record->state.flags = task->flags & LKRG_CONSTANT_FLAGS;
	start_record(task, record);
	return err;
}

/* Nothing is left to do about who was condemned, and not by a write. */
static bool is_done_for(const struct task_struct *task, const struct lkrg_task *record)
{
	return is_condemned(record) && lkrg_task_is_authentic(task, record);
}

/*
 * What seems to be wrong with another task.  The suspect is about @record, which
 * becomes a copy of its record.
 */
static enum lkrg_violation look_at(struct lkrg_task *record,
				   struct suspect *suspect)
{
	struct task_struct *task = suspect->task;
	const struct lkrg_cred_ref *real = &record->cred[0];
	enum lkrg_violation state, what;

	/* The owner may be writing: then it does not match its tag. */
	data_race(memcpy(record, lkrg_task(task), sizeof(*record)));
	task_lock(task);
	/* The same. */
	state = data_race(compare(record, suspect));
	if (!state && (has_changed_namespaces(task) || has_changed_root(task) ||
		       has_changed_dumpable(task)))
		state = LKRG_STATE_CHANGED;
	task_unlock(task);
	if (!may_go_on(suspect, state, LKRG_AT_pass))
		return state;

	suspect->recorded = real;
	suspect->found = real->cred;
	what = lkrg_cred_verify(real->cred, real->serial, real->cred);
	if (!what)
		what = lkrg_cred_verify_groups(real->cred, real->serial);
	if (!what && !lkrg_cred_has_label(real->cred, real->serial))
		what = LKRG_CRED_OVERWRITTEN;
	return what ?: state;
}

static enum lkrg_violation look_for_news(struct lkrg_task *record,
					 struct suspect *suspect)
{
	enum lkrg_violation what = look_at(record, suspect);

	return what && !is_done_for(suspect->task, record) &&
	       !is_known_of(suspect, what, LKRG_AT_pass) ? what : LKRG_NO_VIOLATION;
}

/**
 * lkrg_task_looks_wrong - Compare a task with its record from outside
 * @task: any task that is in the inventory
 *
 * What it finds need not be true: the task may be about to change.
 *
 * Context: rcu_read_lock() held, task context.
 * Return: whether the task should be asked itself.
 */
bool lkrg_task_looks_wrong(struct task_struct *task)
{
	struct suspect suspect = { task };
	struct lkrg_task record;

	return look_for_news(&record, &suspect);
}

/**
 * lkrg_task_suspect - Make sure about a task that looks wrong
 * @task: the task, a reference is held
 *
 * It verifies itself at once, and even if it sleeps.  As that may end a system
 * call early, it is only asked for if it still looks wrong.  Kernel threads do
 * not come by a place where they could verify themselves, and who was asked may
 * not come, and who lives on and sleeps is asked once: of them a difference counts that
 * two passes see while they sleep, with nothing declared in between, and which is not in
 * the middle of a change therefore.
 *
 * Context: task context, no locks.
 * Return: whether that was a verdict.
 */
bool lkrg_task_suspect(struct task_struct *task)
{
	u32 *suspected = &lkrg_task(task)->suspected;
	struct suspect suspect = { task };
	enum lkrg_violation what;
	bool sleeps, again, asks, sure = false;
	struct lkrg_task record;

	rcu_read_lock();
	sleeps = !task_is_running(task);
	what = look_for_news(&record, &suspect);
	again = *suspected == record.version;
	asks = what && !is_kernel_thread(task) &&
	       !(again && sleeps && lives_on(task, what)) && call_back(task, TWA_SIGNAL);
	if (what && !asks) {
		sure = sleeps && again;
		if (sure)
			verdict(what, LKRG_AT_pass, &suspect);
	}
	if (what && (!asks || lives_on(task, what)))
		*suspected = record.version;
	rcu_read_unlock();
	return sure;
}

/**
 * lkrg_task_hidden - Act on a task that is missing in a list of the kernel
 * @task: the task, a reference is held
 * @from: what it is hidden from
 *
 * Context: task context, no locks.
 * Return: whether that is news.
 */
bool lkrg_task_hidden(struct task_struct *task, const char *from)
{
	struct lkrg_report report = {
		.what = LKRG_TASK_HIDDEN,
		.task.at = LKRG_AT_pass,
		.task.hidden_from = from,
	};

	if (is_done_for(task, lkrg_task(task)) ||
	    (lives_on(task, LKRG_TASK_HIDDEN) &&
	     was_reported(task, BIT_ULL(LKRG_TASK_HIDDEN))))
		return false;
	react(task, &report);
	return true;
}

/**
 * lkrg_task_check_traced - Verify that a task may be looked into
 * @child: the task, its task_lock() held
 *
 * If that was changed the task is made to look itself.
 *
 * Context: task context.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check_traced(struct task_struct *child)
{
	if (!lkrg_knob(pint_validate) || !has_changed_dumpable(child))
		return 0;
	call_back(child, TWA_SIGNAL);
	return lkrg_knob(pint_enforce) ? -EPERM : 0;
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(task_alloc, hook_task_alloc),
};

void __init __lkrg_start_tasks(void)
{
	const struct cred *cred = current_cred();
	struct lkrg_task *record = lkrg_task(current);

	record->cred[0] = (struct lkrg_cred_ref){ cred, lkrg_cred_seal(cred) };
	lkrg_ns_start(current->nsproxy);
	lkrg_state_take(&record->state, current);
	lkrg_fs_start(current->fs);
	start_record(current, record);
}

/**
 * lkrg_add_task_hooks - Register the hooks of a task's life
 */
void __init lkrg_add_task_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
