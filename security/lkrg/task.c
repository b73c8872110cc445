// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The record of a task
 *
 * What credentials a task should be running with, and what becomes of a task
 * that is found with others.
 *
 * No locks: a record belongs to its task.  Interrupts that hit a task between
 * its record and its pointers do not look, see lkrg_task_check().
 */

#include <linux/cred.h>
#include <linux/init_task.h>
#include <linux/lkrg.h>
#include <linux/lsm_hooks.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>
#include <linux/uaccess.h>

#include "cred.h"
#include "param.h"
#include "report.h"
#include "setup.h"
#include "tag.h"
#include "task.h"

static struct lkrg_record_tag record_tag(const struct task_struct *task,
					 const struct lkrg_task *record)
{
	u64 version = (u64)record->version << 32 | (u64)record->flags << 16 |
		      record->top;

	/* A constant length makes for shorter code, and few tasks override. */
	if (likely(!record->top))
		return lkrg_record_tag(task, version, record->cred, 1);
	return lkrg_record_tag(task, version, record->cred, 1 + record->top);
}

static bool is_authentic(const struct task_struct *task,
			 const struct lkrg_task *record)
{
	return record->top <= LKRG_OVERRIDES &&
	       lkrg_same_tag(record->tag, record_tag(task, record));
}

static void seal(const struct task_struct *task, struct lkrg_task *record)
{
	record->version++;
	record->tag = record_tag(task, record);
}

static bool is_condemned(const struct lkrg_task *record)
{
	return unlikely(record->flags & LKRG_CONDEMNED);
}

/*
 * Set a flag, which the tag covers like the rest: a task cannot be pardoned by
 * a write.  A forged record stays forged.  Returns whether it was set before.
 */
static bool mark(struct lkrg_task *record, u16 flag)
{
	bool authentic = is_authentic(current, record);
	bool was_set = record->flags & flag;

	record->flags |= flag;
	if (authentic)
		seal(current, record);
	return was_set;
}

/* What a verdict is about. */
struct suspect {
	/* What is on record, NULL if that is forged. */
	const struct lkrg_cred_ref *recorded;
	/* What is there.  It may be anything. */
	const struct cred *found;
};

/* The fields of current->cred are taken from @copy if there is one. */
static __always_inline
enum lkrg_violation verify(const struct lkrg_task *record,
			   const struct cred *copy, struct suspect *suspect)
{
	const struct cred *real_cred = rcu_access_pointer(current->real_cred);
	const struct cred *cred = rcu_access_pointer(current->cred);
	const struct lkrg_cred_ref *real = &record->cred[0], *top;
	enum lkrg_violation what;

	*suspect = (struct suspect){ NULL, cred };
	if (!is_authentic(current, record))
		return LKRG_RECORD_FORGED;
	top = &record->cred[record->top];

	/* Foreign credentials are not ours to dereference. */
	suspect->recorded = top;
	if (cred != top->cred)
		return LKRG_CRED_REPLACED;
	if (real_cred != real->cred) {
		*suspect = (struct suspect){ real, real_cred };
		return LKRG_CRED_REPLACED;
	}

	suspect->found = copy ?: cred;
	what = lkrg_cred_verify(cred, top->serial, suspect->found);
	/* The same credential, sealed once more, is another one. */
	if (!what && (real_cred != cred || real->serial != top->serial)) {
		*suspect = (struct suspect){ real, real_cred };
		what = lkrg_cred_verify(real_cred, real->serial, real_cred);
	}
	return what;
}

static void kill_current(struct callback_head *unused)
{
	/*
	 * task_work also runs inside of system calls and when the task exits:
	 * not the place to exit from.
	 */
	if (!(current->flags & PF_EXITING))
		force_sig(SIGKILL);
}

/* Verdict first, state second, report third. */
static enum lkrg_done condemn(struct lkrg_task *record)
{
	bool authentic = is_authentic(current, record);
	bool again = mark(record, LKRG_CONDEMNED);

	set_syscall_work(LKRG);
	/* Once, although the flag of a forged record may have been cleared. */
	if (again || (!authentic && record->doomed.task))
		return LKRG_DID_REFUSE;

	/*
	 * Fails for an exiting task, which needs no killing.  An io worker does
	 * not return to user mode, but its process does.
	 */
	if (!(current->flags & PF_USER_WORKER))
		task_work_add(current, &record->kill, TWA_RESUME | TWAF_NO_ALLOC);
	lkrg_kill(&record->doomed);
	return LKRG_DID_KILL;
}

/* Neither pointer of the suspect is to be trusted: read without faulting. */
static noinline_for_stack void describe(struct lkrg_task_report *r,
					enum lkrg_violation what,
					const struct suspect *suspect)
{
	const struct lkrg_cred_ref *recorded = suspect->recorded;
	const struct cred *found = suspect->found;
	struct lkrg_cred expected;
	struct cred copy;
	void *blobs;

	/*
	 * The credential that the task should be using may be gone by now: its
	 * serial tells.
	 */
	if (what != LKRG_RECORD_FORGED && recorded &&
	    !get_kernel_nofault(blobs, &recorded->cred->security) &&
	    !copy_from_kernel_nofault(&expected,
				      blobs + lkrg_blob_sizes.lbs_cred,
				      sizeof(expected)) &&
	    expected.serial == recorded->serial) {
		r->expected = expected.shadow;
		r->expected_known = true;
	}
	r->found_init_cred = found == rcu_access_pointer(init_task.real_cred);
	r->found_readable = !copy_from_kernel_nofault(&copy, found, sizeof(copy));
	if (r->found_readable)
		lkrg_shadow_take(&r->found, &copy);
}

static void take_name(struct lkrg_task_name *name, struct task_struct *task)
{
	name->pid = task_pid_nr(task);
	name->tgid = task_tgid_nr(task);
	strscpy(name->comm, task->comm);
}

/*
 * Act on a violation by the current task, in task context: takes no lock,
 * allocates nothing, prints nothing unless it panics.  Returns -EPERM, or 0
 * with pint_enforce=0 or pint_validate=0.
 */
static int react(struct lkrg_report *report)
{
	struct lkrg_task *record = lkrg_task(current);
	int enforce = READ_ONCE(lkrg_knob.pint_enforce);
	int err = enforce == 0 ? 0 : -EPERM;
	/* To kill these would punish everybody. */
	bool spare = (current->flags & PF_KTHREAD) || is_global_init(current);

	if (!READ_ONCE(lkrg_knob.pint_validate))
		return 0;
	/* Who lives on is reported once. */
	if ((enforce == 0 || (enforce == 1 && spare)) && mark(record, LKRG_LOGGED))
		return err;

	take_name(&report->task.name, current);
	report->done = LKRG_DID_LOG;
	switch (enforce) {
	case 0:
		break;
	case 1:
		/* At the end of a system call there is nothing left to refuse. */
		if (!spare)
			report->done = condemn(record);
		else if (report->task.at != LKRG_AT_SYSCALL)
			report->done = LKRG_DID_REFUSE;
		break;
	default:
		report->done = LKRG_DID_PANIC;
		break;
	}
	if (report->done == LKRG_DID_KILL)
		report->task.process = get_pid(task_tgid(current));
	lkrg_report(report);
	return err;
}

static noinline int verdict(enum lkrg_violation what, enum lkrg_place at,
			    const struct suspect *suspect)
{
	struct lkrg_report report = { .what = what, .task.at = at };

	describe(&report.task, what, suspect);
	return react(&report);
}

static int forged(enum lkrg_place at)
{
	const struct suspect suspect = { NULL, current_cred() };

	return verdict(LKRG_RECORD_FORGED, at, &suspect);
}

static __always_inline int check(enum lkrg_place at, const struct cred *copy)
{
	enum lkrg_violation what;
	struct suspect suspect;
	struct lkrg_task *record;

	if (!in_task())
		return 0;
	record = lkrg_task(current);
	if (is_condemned(record))
		return -EPERM;
	if (!READ_ONCE(lkrg_knob.pint_validate))
		return 0;
	what = verify(record, copy, &suspect);
	if (likely(!what))
		return 0;
	return verdict(what, at, &suspect);
}

/**
 * lkrg_task_check - Verify the current task
 * @at: where
 *
 * Context: any.  In interrupts current is whoever was hit, perhaps between its
 * record and its pointers: they return at once.
 * Return: 0, or -EPERM when the operation must not happen.
 */
int lkrg_task_check(enum lkrg_place at)
{
	return check(at, NULL);
}

/* A credential that the current task does not run with. */
static int check_cred(const struct lkrg_cred_ref *recorded,
		      const struct cred *fields, enum lkrg_place at)
{
	const struct suspect suspect = { recorded, fields };
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
		return check(at, new);

	err = check(at, NULL);
	recorded.serial = lkrg_cred_serial(old);
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
	const struct lkrg_cred_ref granted = { new, lkrg_cred(new)->serial };
	struct suspect suspect = { old, new };
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
	if (what == LKRG_CRED_OVERWRITTEN)
		suspect.recorded = &granted;
	*err = verdict(what, at, &suspect);
	return false;
}

/*
 * A record is only sealed again if it was authentic, or a forged one would be
 * adopted.  The old credential is not verified once more: @new was, when it was
 * copied from it.
 */
int __lkrg_commit_creds(const struct cred *new)
{
	struct lkrg_task *record = lkrg_task(current);
	u64 serial;
	int err;

	if (is_condemned(record))
		return -EPERM;
	if (unlikely(!is_authentic(current, record)))
		return forged(LKRG_AT_COMMIT_CREDS);
	if (!may_follow(new, &record->cred[0], LKRG_AT_COMMIT_CREDS, &serial,
			&err))
		return err;

	record->top = 0;
	record->cred[0] = (struct lkrg_cred_ref){ new, serial };
	seal(current, record);
	return 0;
}

/*
 * Of what is put aside, the fields are not verified here: the next check does
 * that for real_cred, and the way back leads to nothing but what is on record.
 */
const struct cred *__lkrg_override_creds(const struct cred *new)
{
	struct lkrg_task *record = lkrg_task(current);
	struct suspect suspect;
	u64 serial;

	if (is_condemned(record))
		return current_cred();
	if (unlikely(!is_authentic(current, record)))
		return forged(LKRG_AT_OVERRIDE_CREDS) ? current_cred() : new;
	/* The kernel takes a copy of it where it acts for itself. */
	suspect = (struct suspect){ &record->cred[record->top], new };
	if (unlikely(new == &init_cred) &&
	    verdict(LKRG_CRED_NOT_GRANTED, LKRG_AT_OVERRIDE_CREDS, &suspect))
		return current_cred();
	serial = admit(new, LKRG_AT_OVERRIDE_CREDS);
	if (!serial)
		return current_cred();

	/* Without the oldest there is one way back less, not one more. */
	if (record->top == LKRG_OVERRIDES) {
		memmove(&record->cred[1], &record->cred[2],
			(LKRG_OVERRIDES - 1) * sizeof(record->cred[0]));
		record->top--;
	}
	record->cred[++record->top] = (struct lkrg_cred_ref){ new, serial };
	seal(current, record);
	/* It has to be over when the system call is, see __lkrg_syscall_work(). */
	if (!(current->flags & (PF_KTHREAD | PF_USER_WORKER)))
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
	if (unlikely(!is_authentic(current, record))) {
		forged(LKRG_AT_REVERT_CREDS);
		return;
	}
	for (top = record->top; top-- > 0;) {
		if (record->cred[top].cred != old)
			continue;
		record->top = top;
		seal(current, record);
		if (!top)
			clear_syscall_work(LKRG);
		return;
	}
	suspect = (struct suspect){ &record->cred[record->top], old };
	if (suspect.recorded->cred != old)
		verdict(LKRG_CRED_REPLACED, LKRG_AT_REVERT_CREDS, &suspect);
}

int __lkrg_same_ids(void)
{
	return lkrg_task_check(LKRG_AT_SAME_IDS);
}

/*
 * Nobody returns to user mode with an override: a task that does, or that enters
 * the kernel with one because it returned in another way, made it for good.
 */
void __lkrg_syscall_work(void)
{
	struct lkrg_task *record = lkrg_task(current);
	struct suspect suspect = { &record->cred[0], current_cred() };

	if (!is_condemned(record)) {
		if (unlikely(!is_authentic(current, record)))
			forged(LKRG_AT_SYSCALL);
		else if (record->top)
			verdict(LKRG_OVERRIDE_LEFT, LKRG_AT_SYSCALL, &suspect);
		else
			/* Nothing is left of what set it. */
			clear_syscall_work(LKRG);
	}
	if (is_condemned(record))
		do_group_exit(SIGKILL);
}

/*
 * The kernel gives namespaces to current, made by unshare(), setns() or clone()
 * and not known to anybody else yet, and takes those of who exits.
 */
int __lkrg_switch_namespaces(struct task_struct *task, const struct nsproxy *new)
{
	struct lkrg_report report = {
		.what = LKRG_NAMESPACES_SWITCHED,
		.task.at = LKRG_AT_SWITCH_TASK_NAMESPACES,
	};

	if (is_condemned(lkrg_task(current)) && new)
		return -EPERM;
	if (!new || (task == current && refcount_read(&new->count) == 1))
		return 0;
	take_name(&report.task.other, task);
	return react(&report);
}

/*
 * The child's record is made from the parent's record and from the seal of the
 * credential that copy_creds() prepared, never from the parent's fields.
 */
static int hook_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	const struct lkrg_task *parent = lkrg_task(current);
	struct lkrg_task *record = lkrg_task(task);
	const struct cred *cred = rcu_access_pointer(task->real_cred);
	struct suspect suspect = { &record->cred[0], cred };
	const struct lkrg_cred_ref *shared;
	int err = lkrg_task_check(LKRG_AT_TASK_ALLOC);
	u64 serial;

	/* The child would keep an override: only io workers beget under one. */
	if (!err && parent->top &&
	    !(current->flags & task->flags & PF_USER_WORKER)) {
		const struct suspect left = { &parent->cred[0], current_cred() };

		err = verdict(LKRG_OVERRIDE_LEFT, LKRG_AT_TASK_ALLOC, &left);
	}
	if (err)
		return err;
	shared = &parent->cred[parent->top];
	record->cred[0] = *shared;
	/* A fresh copy may differ from what the parent has, nothing else. */
	if (cred != shared->cred && !lkrg_cred_serial(cred)) {
		if (may_follow(cred, shared, LKRG_AT_TASK_ALLOC, &serial, &err))
			record->cred[0] = (struct lkrg_cred_ref){ cred, serial };
	} else if (cred != shared->cred ||
		   rcu_access_pointer(task->cred) != cred) {
		err = verdict(LKRG_CRED_REPLACED, LKRG_AT_TASK_ALLOC, &suspect);
	}
	init_task_work(&record->kill, kill_current);
	seal(task, record);
	return err;
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(task_alloc, hook_task_alloc),
};

/**
 * lkrg_add_task_hooks - Register the hooks of a task's life, record init_task
 */
void __init lkrg_add_task_hooks(void)
{
	const struct cred *cred = current_cred();
	struct lkrg_task *record = lkrg_task(current);

	record->cred[0] = (struct lkrg_cred_ref){ cred, lkrg_cred_seal(cred) };
	init_task_work(&record->kill, kill_current);
	seal(current, record);
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
