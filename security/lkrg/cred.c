// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Sealed credentials
 *
 * A credential is sealed once, before the first pointer to it is published by
 * commit_creds(), override_creds() or fork.  Nothing changes its fields after
 * that, so from then on each use can verify them against the tag.
 *
 * Before that it may carry a ticket: the hook in which it is decided what a task
 * becomes leaves in the record what that is.  commit_creds() and fork take a
 * credential that is what its ticket says, or that gains nothing.
 *
 * No locks.  Several tasks may seal one credential at once, because some are
 * overridden by many (overlayfs, io_uring): the cmpxchg on the serial picks one
 * of them, the others wait for its release store.
 */

#include <linux/atomic.h>
#include <linux/binfmts.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/lkrg.h>
#include <linux/lsm_hooks.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "cred.h"
#include "inode.h"
#include "setup.h"
#include "tag.h"
#include "task.h"

static DEFINE_PER_CPU(u64, serials);

/*
 * Serials are unique without a shared cache line: each CPU counts in steps of
 * the number of CPUs that there can be.  Preemption is off.
 */
static u64 next_serial(void)
{
	return __this_cpu_inc_return(serials) * CONFIG_NR_CPUS + smp_processor_id();
}

static struct lkrg_record_tag shadow_tag(const struct lkrg_shadow *shadow,
					 const struct cred *cred, u64 serial)
{
	return lkrg_record_tag(cred, serial, shadow, sizeof(*shadow) / LKRG_PAIR);
}

static siphash_key_t groups_key __ro_after_init;

/*
 * So many groups are verified at each use: their sum takes one multiplication for
 * four.  Of more that is left to lkrg_cred_verify_groups().
 */
#define FEW_GROUPS 48

static_assert(FEW_GROUPS * sizeof(kgid_t) / LKRG_PAIR < LKRG_RECORD_PAIRS);

/*
 * How many there are is on record beside their sum, so that no more are looked at
 * than there were when it was made.
 */
#define COUNT_SHIFT 46

static u64 with_count(u64 sum, u64 count)
{
	return (sum & GENMASK_ULL(COUNT_SHIFT - 1, 0)) | count << COUNT_SHIFT;
}

static bool has_count(const struct group_info *groups, u64 recorded)
{
	return READ_ONCE(groups->ngroups) == recorded >> COUNT_SHIFT;
}

static u64 sum_few(const struct group_info *groups, size_t count)
{
	kgid_t rest[LKRG_PAIR / sizeof(kgid_t)] = { };
	size_t pairs = count / ARRAY_SIZE(rest), left = count % ARRAY_SIZE(rest);
	u128 sum = lkrg_record_head(NULL, count);

	sum += lkrg_record_span(groups->gid, 0, pairs);
	if (left) {
		memcpy(rest, groups->gid + pairs * ARRAY_SIZE(rest),
		       left * sizeof(rest[0]));
		sum += lkrg_record_pair(rest, pairs);
	}
	return lkrg_record_fold(sum);
}

/**
 * lkrg_groups_sum - Keyed tag of supplementary groups
 * @groups: the groups, up to 65536
 *
 * Return: the tag.
 */
u64 lkrg_groups_sum(const struct group_info *groups)
{
	u64 count = groups->ngroups, sum;

	if (!count)
		return 0;
	sum = count <= FEW_GROUPS ? sum_few(groups, count) :
		siphash(groups->gid, count * sizeof(groups->gid[0]), &groups_key);
	return with_count(sum, count);
}

/**
 * lkrg_groups_sum_like - The same, of groups that may have been written
 * @groups: groups that are on record by their address
 * @recorded: the tag on record
 *
 * Return: the tag, or one that differs from @recorded when their number does.
 */
u64 lkrg_groups_sum_like(const struct group_info *groups, u64 recorded)
{
	return has_count(groups, recorded) ? lkrg_groups_sum(groups) : ~recorded;
}

/**
 * lkrg_groups_sum_at_hook - The same, as far as it is to be verified at each use
 * @groups: groups that are on record by their address
 * @recorded: what is on record
 *
 * Return: as lkrg_groups_sum_like(), or the tag on record if they are many.
 */
u64 lkrg_groups_sum_at_hook(const struct group_info *groups,
			    const struct lkrg_shadow *recorded)
{
	if (has_count(groups, recorded->groups) &&
	    recorded->groups >> COUNT_SHIFT > FEW_GROUPS)
		return recorded->groups;
	return lkrg_groups_sum_like(groups, recorded->groups);
}

static void take_all(struct lkrg_shadow *shadow, const struct cred *cred)
{
	lkrg_shadow_take(shadow, cred);
	lkrg_shadow_take_own(shadow, cred);
	shadow->groups = lkrg_groups_sum(cred->group_info);
}

/* The same, of groups that may be anything unless they are those of @like. */
static void take_all_like(struct lkrg_shadow *shadow, const struct cred *cred,
			  const struct lkrg_shadow *like)
{
	lkrg_shadow_take(shadow, cred);
	lkrg_shadow_take_own(shadow, cred);
	shadow->groups = shadow->group_info == like->group_info ?
		lkrg_groups_sum_like(cred->group_info, like->groups) : 0;
}

/*
 * Looks at a serial after which nobody can still be sealing, with a big margin
 * for virtual CPUs that do not run.  Then it is forged.
 */
#define SEALING_TAKES 100000000

/**
 * lkrg_cred_seal - Seal a credential unless it is sealed already
 * @cred: about to be published; its fields do not change any more
 *
 * Context: any; waits at most for another CPU to write one record.
 * Return: the serial of @cred, or LKRG_SEALING, under which it does not verify,
 * when that CPU does not come to an end.
 */
u64 lkrg_cred_seal(const struct cred *cred)
{
	struct lkrg_cred *record = lkrg_cred(cred);
	int patience = SEALING_TAKES;
	u64 serial = 0;

	/* Whoever waits for us must not wait for the scheduler. */
	preempt_disable();
	if (try_cmpxchg(&record->serial, &serial, LKRG_SEALING) ||
	    (serial == LKRG_GRANTED &&
	     try_cmpxchg(&record->serial, &serial, LKRG_SEALING))) {
		serial = next_serial();
		take_all(&record->shadow, cred);
		record->tag = shadow_tag(&record->shadow, cred, serial);
		/* Pairs with the acquires in lkrg_cred_serial() and below. */
		smp_store_release(&record->serial, serial);
	} else {
		do {
			cpu_relax();
			/* Pairs with the release store above. */
			serial = smp_load_acquire(&record->serial);
		} while (serial == LKRG_SEALING && --patience);
	}
	preempt_enable();
	return serial;
}

/**
 * lkrg_cred_verify - Verify that fields are those of a sealed credential
 * @cred: a credential that the caller may dereference
 * @serial: the serial that the user of @cred has on record
 * @fields: whose fields are verified: @cred, or a fresh copy of it
 *
 * Not the label, and not who is in the supplementary groups if they are many.
 *
 * Return: LKRG_NO_VIOLATION, LKRG_CRED_REUSED when the credential that was
 * recorded is gone, whatever its memory holds now, LKRG_CRED_OVERWRITTEN, or
 * LKRG_RECORD_FORGED when the record itself does not match its tag.
 */
enum lkrg_violation lkrg_cred_verify(const struct cred *cred, u64 serial,
				     const struct cred *fields)
{
	const struct lkrg_cred *record;

	if (unlikely(!lkrg_cred_is_made(cred)))
		return LKRG_CRED_REUSED;
	record = lkrg_cred(cred);
	if (READ_ONCE(record->serial) != serial)
		return LKRG_CRED_REUSED;
	if (lkrg_cred_is_intact(cred, serial, fields))
		return LKRG_NO_VIOLATION;
	if (lkrg_same_tag(record->tag, shadow_tag(&record->shadow, cred, serial)))
		return LKRG_CRED_OVERWRITTEN;
	return LKRG_RECORD_FORGED;
}

/**
 * lkrg_cred_has_label - Verify the labels of other LSMs in a credential
 * @cred: the credential of current
 * @serial: its serial on record
 *
 * Return: whether they are those on record.
 */
bool lkrg_cred_has_label(const struct cred *cred, u64 serial)
{
	return lkrg_cred_is_made(cred) && READ_ONCE(lkrg_cred(cred)->serial) == serial &&
	       lkrg_cred(cred)->shadow.label == security_cred_fingerprint(cred);
}

/**
 * lkrg_cred_verify_groups - Verify who is in the supplementary groups
 * @cred: a credential that was just looked at with lkrg_cred_verify()
 * @serial: its serial
 *
 * Return: LKRG_NO_VIOLATION, LKRG_CRED_OVERWRITTEN, or LKRG_CRED_REUSED.
 */
enum lkrg_violation lkrg_cred_verify_groups(const struct cred *cred, u64 serial)
{
	const struct lkrg_cred *record = lkrg_cred(cred);

	if (READ_ONCE(record->serial) != serial)
		return LKRG_CRED_REUSED;
	/* Other groups could be anything. */
	return record->shadow.group_info == (uintptr_t)cred->group_info &&
	       record->shadow.groups ==
	       lkrg_groups_sum_like(cred->group_info, record->shadow.groups) ?
		LKRG_NO_VIOLATION : LKRG_CRED_OVERWRITTEN;
}

/**
 * lkrg_cred_grant - Issue a ticket
 * @new: prepared by the current task, not published
 *
 * It is good for the current task alone: others may find @new as well, while
 * execve() sleeps for example.
 *
 * Context: task context.
 */
void lkrg_cred_grant(const struct cred *new)
{
	struct lkrg_cred *record = lkrg_cred(new);
	const struct cred *old = current_cred();
	const struct lkrg_cred *from =
		lkrg_cred_is_made(old) && lkrg_cred_serial(old) ? lkrg_cred(old) : NULL;

	/* What is in use is beyond decisions. */
	if (lkrg_cred_serial(new))
		return;
	lkrg_shadow_take(&record->shadow, new);
	lkrg_shadow_take_keys(&record->shadow, new);
	/* It may change, but with ids it rarely does. */
	record->shadow.label = from ? from->shadow.label : 0;
	/* Of many groups nobody has looked who they are, but when these were sealed. */
	record->shadow.groups = from && new->group_info == old->group_info ?
		from->shadow.groups : lkrg_groups_sum(new->group_info);
	record->tag = shadow_tag(&record->shadow, new, (uintptr_t)current);
	WRITE_ONCE(record->serial, LKRG_GRANTED);
}

static bool gains_nothing(const struct lkrg_shadow *new,
			  const struct lkrg_shadow *old)
{
	struct lkrg_shadow least = *old;

	lkrg_shadow_take_free(&least, new);
	/* Capabilities may disappear. */
	least.cap_inheritable &= new->cap_inheritable;
	least.cap_permitted &= new->cap_permitted;
	least.cap_effective &= new->cap_effective;
	least.cap_bset &= new->cap_bset;
	least.cap_ambient &= new->cap_ambient;
	return !memcmp(&least, new, sizeof(least));
}

/* Takes @shadow from @new, but for what was @set. */
static bool is_as_granted(const struct lkrg_cred *record, const struct cred *new,
			  unsigned int set, struct lkrg_shadow *shadow)
{
	struct lkrg_shadow granted;

	take_all_like(shadow, new, &record->shadow);
	granted = *shadow;
	lkrg_shadow_take_free(&granted, &record->shadow);
	/* set_cred_ucounts() comes after the decision. */
	granted.ucounts = record->shadow.ucounts;
	if (set & LKRG_SET_EUID)
		granted.euid = record->shadow.euid;
	if (set & LKRG_SET_EGID)
		granted.egid = record->shadow.egid;
	if (set & LKRG_SET_CAPS) {
		if (granted.cap_permitted)
			return false;
		granted.cap_permitted = record->shadow.cap_permitted;
	}
	return lkrg_same_tag(record->tag,
			     shadow_tag(&granted, new, (uintptr_t)current));
}

/**
 * lkrg_cred_verify_granted - Verify that a credential is what its ticket says
 * @new: prepared by the current task, not published
 * @set: LKRG_SET_*, what was changed since
 *
 * Context: task context.
 * Return: LKRG_NO_VIOLATION, LKRG_CRED_NOT_GRANTED when it has no ticket, or
 * LKRG_CRED_OVERWRITTEN.
 */
enum lkrg_violation lkrg_cred_verify_granted(const struct cred *new, unsigned int set)
{
	const struct lkrg_cred *record = lkrg_cred(new);
	struct lkrg_shadow shadow;

	if (READ_ONCE(record->serial) != LKRG_GRANTED)
		return LKRG_CRED_NOT_GRANTED;
	return is_as_granted(record, new, set, &shadow) ? LKRG_NO_VIOLATION :
							  LKRG_CRED_OVERWRITTEN;
}

/* Takes @shadow from @new.  The measure is what was sealed, not what is there. */
static enum lkrg_violation compare(const struct cred *new,
				   struct lkrg_shadow *shadow,
				   const struct cred *old, u64 serial)
{
	const struct lkrg_cred *record;
	struct lkrg_shadow measure;

	if (unlikely(!lkrg_cred_is_made(old)))
		return LKRG_CRED_REUSED;
	record = lkrg_cred(old);
	if (READ_ONCE(record->serial) != serial)
		return LKRG_CRED_REUSED;
	measure = record->shadow;
	if (!lkrg_same_tag(record->tag, shadow_tag(&measure, old, serial)))
		return LKRG_RECORD_FORGED;
	/* See lkrg_cred_admit(). */
	if (!lkrg_cred_has_label(old, serial))
		return LKRG_CRED_OVERWRITTEN;
	take_all_like(shadow, new, &measure);
	return gains_nothing(shadow, &measure) ? LKRG_NO_VIOLATION :
						 LKRG_CRED_NOT_GRANTED;
}

/*
 * Has nothing changed since the ticket was issued, also of what may change?  Then
 * @sum is what a tag owes to the fields, and the shadow need not be taken again.
 */
static bool is_just_as_granted(const struct lkrg_cred *record,
			       const struct cred *new, u128 *sum)
{
	if (record->shadow.groups >> COUNT_SHIFT > FEW_GROUPS ||
	    record->shadow.label != security_cred_fingerprint(new))
		return false;
	*sum = lkrg_live_sum(new, new, &record->shadow);
	return lkrg_same_tag(record->tag,
			     lkrg_record_close(lkrg_record_head(new, (uintptr_t)current) +
					       *sum));
}

static u64 draw_serial(void)
{
	u64 serial;

	preempt_disable();
	serial = next_serial();
	preempt_enable();
	return serial;
}

/* Nobody else knows of the credential yet. */
static void publish(struct lkrg_cred *record, u64 serial)
{
	/* Pairs with the acquires in lkrg_cred_serial() and lkrg_cred_seal(). */
	smp_store_release(&record->serial, serial);
}

/**
 * lkrg_cred_admit - Seal what a task changes to, if it may
 * @new: the credential to be, prepared by the current task
 * @old: the one on record
 * @old_serial: its serial on record
 * @serial: result: the serial of @new
 *
 * What is sealed is what was judged.
 *
 * Context: task context.
 * Return: LKRG_NO_VIOLATION; LKRG_CRED_OVERWRITTEN when @new is not what its
 * ticket or its seal says, or the label of @old is another one than on record;
 * LKRG_CRED_NOT_GRANTED when it has no ticket and yet gains something, or no blobs;
 * LKRG_CRED_REUSED or LKRG_RECORD_FORGED when @old is no measure.
 */
enum lkrg_violation lkrg_cred_admit(const struct cred *new,
				    const struct cred *old, u64 old_serial,
				    u64 *serial)
{
	struct lkrg_cred *record = lkrg_cred(new);
	enum lkrg_violation what;
	struct lkrg_shadow shadow;
	u128 sum;

	if (unlikely(!lkrg_cred_is_made(new)))
		return LKRG_CRED_NOT_GRANTED;
	*serial = READ_ONCE(record->serial);
	if (*serial == LKRG_GRANTED) {
		if (is_just_as_granted(record, new, &sum)) {
			*serial = draw_serial();
			record->tag = lkrg_record_close(lkrg_record_head(new, *serial) +
							sum);
			publish(record, *serial);
			return LKRG_NO_VIOLATION;
		}
		/* Others decide on a new label, and not on what the old one is. */
		if (!lkrg_cred_has_label(old, old_serial) ||
		    !is_as_granted(record, new, 0, &shadow))
			return LKRG_CRED_OVERWRITTEN;
	} else {
		what = compare(new, &shadow, old, old_serial);
		if (what)
			return what;
		/* Nobody does that, but it is none of those who have a right. */
		if (*serial)
			return lkrg_cred_verify(new, *serial, new);
	}

	*serial = draw_serial();
	record->shadow = shadow;
	record->tag = shadow_tag(&shadow, new, *serial);
	publish(record, *serial);
	return LKRG_NO_VIOLATION;
}

static int hook_cred_prepare(struct cred *new, const struct cred *old, gfp_t gfp)
{
	return lkrg_task_check_copy(LKRG_AT_cred_prepare, new, old);
}

/* It cannot refuse; a condemned task is refused the commit that follows. */
static void hook_cred_transfer(struct cred *new, const struct cred *old)
{
	lkrg_task_check_copy(LKRG_AT_cred_transfer, new, old);
}

static bool has_uid(const struct cred *cred, kuid_t uid)
{
	return uid_eq(uid, cred->uid) || uid_eq(uid, cred->euid) ||
	       uid_eq(uid, cred->suid) || uid_eq(uid, cred->fsuid);
}

static bool has_gid(const struct cred *cred, kgid_t gid)
{
	return gid_eq(gid, cred->gid) || gid_eq(gid, cred->egid) ||
	       gid_eq(gid, cred->sgid) || gid_eq(gid, cred->fsgid);
}

/*
 * The hooks in which it is decided.  The guard comes behind capability, which
 * decides, and behind whoever may still refuse.  Where the decision was made
 * before the hook it is repeated, for those who did not come that way: ids are
 * exchanged among those that a task has, or taken with a capability.
 */
static int hook_task_fix_setuid(struct cred *new, const struct cred *old,
				int flags)
{
	if (cap_raised(old->cap_effective, CAP_SETUID) ||
	    (has_uid(old, new->uid) && has_uid(old, new->euid) &&
	     has_uid(old, new->suid) && has_uid(old, new->fsuid)))
		lkrg_cred_grant(new);
	return 0;
}

static int hook_task_fix_setgid(struct cred *new, const struct cred *old,
				int flags)
{
	if (cap_raised(old->cap_effective, CAP_SETGID) ||
	    (has_gid(old, new->gid) && has_gid(old, new->egid) &&
	     has_gid(old, new->sgid) && has_gid(old, new->fsgid)))
		lkrg_cred_grant(new);
	return 0;
}

static int hook_task_fix_setgroups(struct cred *new, const struct cred *old)
{
	int err = lkrg_task_check_all(LKRG_AT_task_fix_setgroups);

	if (!err && cap_raised(old->cap_effective, CAP_SETGID))
		lkrg_cred_grant(new);
	return err;
}

static int hook_capset(struct cred *new, const struct cred *old,
		       const kernel_cap_t *effective,
		       const kernel_cap_t *inheritable,
		       const kernel_cap_t *permitted)
{
	lkrg_cred_grant(new);
	return 0;
}

static int hook_bprm_creds_from_file(struct linux_binprm *bprm,
				     const struct file *file)
{
	int err = lkrg_task_check_all(LKRG_AT_bprm_creds_from_file) ?:
		  lkrg_inode_check(file);

	if (!err)
		lkrg_cred_grant(bprm->cred);
	return err;
}

/* The same for those who have no hook. */
void __lkrg_grant_creds(const struct cred *new)
{
	lkrg_cred_grant(new);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(cred_prepare, hook_cred_prepare),
	LSM_HOOK_INIT(cred_transfer, hook_cred_transfer),
	LSM_HOOK_INIT(task_fix_setuid, hook_task_fix_setuid),
	LSM_HOOK_INIT(task_fix_setgid, hook_task_fix_setgid),
	LSM_HOOK_INIT(task_fix_setgroups, hook_task_fix_setgroups),
	LSM_HOOK_INIT(capset, hook_capset),
	LSM_HOOK_INIT(bprm_creds_from_file, hook_bprm_creds_from_file),
};

/**
 * lkrg_cred_init - Make the key for supplementary groups
 */
void __init lkrg_cred_init(void)
{
	get_random_bytes(&groups_key, sizeof(groups_key));
}

/**
 * lkrg_add_cred_hooks - Register the hooks of a credential's life
 */
void __init lkrg_add_cred_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
