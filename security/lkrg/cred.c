// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Sealed credentials
 *
 * A credential is sealed once, before the first pointer to it is published by
 * commit_creds(), override_creds() or fork.  Nothing changes its fields after
 * that, so from then on each use can verify them against the tag.
 *
 * Before that it may carry a ticket: the hook in which it is decided what a task
 * becomes leaves in the record what that is, which is what is sealed of the credential
 * that it has, but for the fields that were decided on.  commit_creds() and fork take a
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
#include <linux/securebits.h>
#include <linux/siphash.h>
#include <linux/smp.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

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

#define SHADOW_PAIRS (sizeof(struct lkrg_shadow) / LKRG_PAIR)

static struct lkrg_record_tag shadow_tag(const struct lkrg_shadow *shadow,
					 const struct cred *cred, u64 serial)
{
	return lkrg_record_tag(cred, serial, shadow, SHADOW_PAIRS);
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
	    (lkrg_is_ticket(serial) &&
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

/*
 * What a ticket is about: the current task, that it has the credential with @old_serial,
 * and what was granted last, which is in @ticket.
 */
static u128 ticket_head(const struct cred *new, u64 old_serial, u64 ticket)
{
	return lkrg_record_head(new, (uintptr_t)current) +
	       lkrg_record_words(SHADOW_PAIRS, old_serial, ticket);
}

static struct lkrg_record_tag ticket_tag(const struct lkrg_shadow *shadow,
					 const struct cred *new, u64 old_serial, u64 ticket)
{
	return lkrg_record_close(ticket_head(new, old_serial, ticket) +
				 lkrg_record_span(shadow, 0, SHADOW_PAIRS));
}

/* One decision is enough, but for those of execve(), which come one after the other. */
static bool may_come_after(enum lkrg_grant what, u64 ticket)
{
	switch (what) {
	case LKRG_GRANT_FILE_IDS:
		return ticket == LKRG_TICKET + LKRG_GRANT_EXEC;
	case LKRG_GRANT_FILE_CAPS:
		return ticket == LKRG_TICKET + LKRG_GRANT_EXEC ||
		       ticket == LKRG_TICKET + LKRG_GRANT_FILE_IDS;
	case LKRG_GRANT_PROGRAM:
		return ticket >= LKRG_TICKET + LKRG_GRANT_EXEC &&
		       ticket <= LKRG_TICKET + LKRG_GRANT_FILE_CAPS;
	default:
		return !ticket;
	}
}

/*
 * Takes what a ticket may differ from into the record of @new: the ticket that was issued
 * before, or what is sealed of the credential that the current task has, whose serial it
 * returns; or 0 if that cannot be, or is not authentic.  Live fields are not looked at:
 * they are verified where they are used.
 */
static u64 take_basis(const struct cred *new, enum lkrg_grant what)
{
	const struct cred *old = current_cred();
	struct lkrg_cred *record;
	struct lkrg_record_tag tag;
	u64 serial, ticket;
	u128 sum;

	if (!lkrg_cred_is_made(old) || !lkrg_cred_is_made(new))
		return 0;
	record = lkrg_cred(new);
	serial = lkrg_cred_serial(old);
	ticket = READ_ONCE(record->serial);
	/* What is in use is beyond decisions. */
	if (!may_come_after(what, ticket))
		return 0;
	if (ticket) {
		tag = record->tag;
		sum = ticket_head(new, serial, ticket);
	} else {
		record->shadow = lkrg_cred(old)->shadow;
		tag = lkrg_cred(old)->tag;
		sum = lkrg_record_head(old, serial);
	}
	sum += lkrg_record_span(&record->shadow, 0, SHADOW_PAIRS);
	return lkrg_same_tag(tag, lkrg_record_close(sum)) ? serial : 0;
}

static void issue(const struct cred *new, enum lkrg_grant what, u64 old_serial)
{
	struct lkrg_cred *record = lkrg_cred(new);
	u64 ticket = LKRG_TICKET + what;

	record->tag = ticket_tag(&record->shadow, new, old_serial, ticket);
	WRITE_ONCE(record->serial, ticket);
}

static bool has_cap(const struct lkrg_shadow *s, int cap)
{
	return s->cap_effective & BIT_ULL(cap);
}

static bool has_bit(const struct lkrg_shadow *s, int bit)
{
	return s->securebits & issecure_mask(bit);
}

static struct user_namespace *user_ns(const struct lkrg_shadow *s)
{
	return (void *)(uintptr_t)s->user_ns;
}

/* The first user namespace maps all that are valid. */
static bool maps_uid(const struct lkrg_shadow *s, u32 uid)
{
	return uid != (u32)-1 && (user_ns(s) == &init_user_ns ||
				  kuid_has_mapping(user_ns(s), KUIDT_INIT(uid)));
}

static bool maps_gid(const struct lkrg_shadow *s, u32 gid)
{
	return gid != (u32)-1 && (user_ns(s) == &init_user_ns ||
				  kgid_has_mapping(user_ns(s), KGIDT_INIT(gid)));
}

static u32 root_uid(const struct lkrg_shadow *s)
{
	return user_ns(s) == &init_user_ns ? 0 : __kuid_val(make_kuid(user_ns(s), 0));
}

/*
 * Ids are exchanged among those that a task has, or taken with a capability, if its user
 * namespace has them.
 */
static bool may_have_uid(const struct lkrg_shadow *s, u32 uid)
{
	if (uid == s->uid || uid == s->euid || uid == s->suid || uid == s->fsuid)
		return true;
	return has_cap(s, CAP_SETUID) && maps_uid(s, uid);
}

static bool may_have_gid(const struct lkrg_shadow *s, u32 gid)
{
	if (gid == s->gid || gid == s->egid || gid == s->sgid || gid == s->fsgid)
		return true;
	return has_cap(s, CAP_SETGID) && maps_gid(s, gid);
}

/*
 * Where it can be told from what is sealed, the decision that was made before the hook or
 * call-out is repeated, for those who did not come that way.  Each returns whether it is
 * granted, with the values in @s; what is left out was not up to the decision.  What is
 * taken from @new is read once: others may be writing.
 */
static bool grant_uids(struct lkrg_shadow *s, const struct cred *new)
{
	u32 uid = READ_ONCE(new->uid.val), suid = READ_ONCE(new->suid.val);
	u32 euid = READ_ONCE(new->euid.val), fsuid = READ_ONCE(new->fsuid.val);
	u32 root = root_uid(s);
	bool may_act = true;

	if (!may_have_uid(s, uid) || !may_have_uid(s, suid) ||
	    !may_have_uid(s, euid) || !may_have_uid(s, fsuid))
		return false;
	/* Who ceases to be root drops them, see cap_emulate_setxuid(). */
	if (!has_bit(s, SECURE_NO_SETUID_FIXUP)) {
		if ((s->uid == root || s->euid == root || s->suid == root) &&
		    uid != root && euid != root && suid != root) {
			if (!has_bit(s, SECURE_KEEP_CAPS))
				s->cap_permitted = 0;
			s->cap_ambient = 0;
		}
		may_act = !(s->euid == root && euid != root);
	}
	s->cap_permitted &= READ_ONCE(new->cap_permitted.val);
	s->cap_ambient &= READ_ONCE(new->cap_ambient.val);
	s->cap_effective = may_act ? READ_ONCE(new->cap_effective.val) & s->cap_permitted : 0;
	if (uid != s->uid)
		s->user = (uintptr_t)READ_ONCE(new->user);
	s->uid = uid;
	s->suid = suid;
	s->euid = euid;
	s->fsuid = fsuid;
	return true;
}

static bool grant_gids(struct lkrg_shadow *s, const struct cred *new)
{
	u32 gid = READ_ONCE(new->gid.val), sgid = READ_ONCE(new->sgid.val);
	u32 egid = READ_ONCE(new->egid.val), fsgid = READ_ONCE(new->fsgid.val);

	if (!may_have_gid(s, gid) || !may_have_gid(s, sgid) ||
	    !may_have_gid(s, egid) || !may_have_gid(s, fsgid))
		return false;
	s->gid = gid;
	s->sgid = sgid;
	s->egid = egid;
	s->fsgid = fsgid;
	return true;
}

static bool grant_groups(struct lkrg_shadow *s, const struct cred *new)
{
	const struct group_info *groups = READ_ONCE(new->group_info);
	int i;

	if (!has_cap(s, CAP_SETGID) || !userns_may_setgroups(user_ns(s)))
		return false;
	for (i = 0; user_ns(s) != &init_user_ns && i < groups->ngroups; i++) {
		if (!maps_gid(s, __kgid_val(groups->gid[i])))
			return false;
	}
	s->group_info = (uintptr_t)groups;
	s->groups = lkrg_groups_sum(groups);
	return true;
}

static bool grant_caps(struct lkrg_shadow *s, const struct cred *new)
{
	u64 inheritable = s->cap_inheritable | s->cap_bset;

	if (!has_cap(s, CAP_SETPCAP))
		inheritable &= s->cap_inheritable | s->cap_permitted;
	s->cap_inheritable = READ_ONCE(new->cap_inheritable.val) & inheritable;
	s->cap_permitted &= READ_ONCE(new->cap_permitted.val);
	s->cap_effective = READ_ONCE(new->cap_effective.val) & s->cap_permitted;
	s->cap_ambient &= READ_ONCE(new->cap_ambient.val);
	return true;
}

static bool grant_ambient(struct lkrg_shadow *s, const struct cred *new)
{
	u64 ambient = s->cap_permitted & s->cap_inheritable;

	if (has_bit(s, SECURE_NO_CAP_AMBIENT_RAISE))
		ambient &= s->cap_ambient;
	s->cap_ambient = READ_ONCE(new->cap_ambient.val) & ambient;
	return true;
}

static bool grant_securebits(struct lkrg_shadow *s, const struct cred *new)
{
	u32 locks = s->securebits & SECURE_ALL_LOCKS, changed;

	changed = s->securebits ^ READ_ONCE(new->securebits);
	if (changed & (locks | locks >> 1) ||
	    (changed & ~issecure_mask(SECURE_KEEP_CAPS) && !has_cap(s, CAP_SETPCAP)))
		return false;
	s->securebits ^= changed;
	return true;
}

static bool grant_exec(struct lkrg_shadow *s, const struct cred *new)
{
	s->suid = s->euid;
	s->fsuid = s->euid;
	s->sgid = s->egid;
	s->fsgid = s->egid;
	lkrg_shadow_take_keys(s, new);
	return true;
}

/* So far @s has, as effective capabilities, those of the file, if it has any. */
static bool grant_program(struct lkrg_shadow *s, const struct cred *new)
{
	u64 most = s->cap_effective | s->cap_ambient;
	u32 root = root_uid(s);

	if (!has_bit(s, SECURE_NOROOT) && (s->uid == root || s->euid == root))
		most |= s->cap_bset | s->cap_inheritable;
	if (lkrg_task(current)->state.no_new_privs)
		most &= s->cap_permitted | s->cap_ambient;
	/* Who is traced may have to do without what the file gives. */
	if ((s->euid != s->uid || s->egid != s->gid) &&
	    READ_ONCE(new->euid.val) == s->uid && READ_ONCE(new->egid.val) == s->gid) {
		s->euid = s->uid;
		s->egid = s->gid;
		most &= s->cap_permitted | s->cap_ambient;
	}
	grant_exec(s, new);
	s->cap_permitted = READ_ONCE(new->cap_permitted.val) & most;
	s->cap_effective = READ_ONCE(new->cap_effective.val) & s->cap_permitted;
	s->cap_ambient &= READ_ONCE(new->cap_ambient.val);
	s->securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
	return true;
}

/* Has it CAP_SYS_ADMIN in @ns?  See cap_capable(). */
static bool is_admin_of(const struct lkrg_shadow *s, const struct user_namespace *ns)
{
	const struct user_namespace *own = user_ns(s);

	for (; ns->level > own->level; ns = ns->parent) {
		if (ns->parent == own && __kuid_val(ns->owner) == s->euid)
			return true;
	}
	return ns == own && has_cap(s, CAP_SYS_ADMIN);
}

static bool grant_user_ns(struct lkrg_shadow *s, const struct cred *new)
{
	const struct user_namespace *ns = READ_ONCE(new->user_ns);

	if (ns == user_ns(s) || !is_admin_of(s, ns))
		return false;
	s->user_ns = (uintptr_t)ns;
	s->cap_inheritable = new->cap_inheritable.val;
	s->cap_permitted = new->cap_permitted.val;
	s->cap_effective = new->cap_effective.val;
	s->cap_bset = new->cap_bset.val;
	s->cap_ambient = new->cap_ambient.val;
	s->securebits = new->securebits;
	lkrg_shadow_take_keys(s, new);
	return true;
}

static bool take_granted(struct lkrg_cred *record, const struct cred *new,
			 enum lkrg_grant what)
{
	struct lkrg_shadow *s = &record->shadow;

	switch (what) {
	case LKRG_GRANT_UIDS:
		return grant_uids(s, new);
	case LKRG_GRANT_GIDS:
		return grant_gids(s, new);
	case LKRG_GRANT_GROUPS:
		return grant_groups(s, new);
	case LKRG_GRANT_CAPS:
		return grant_caps(s, new);
	case LKRG_GRANT_AMBIENT:
		return grant_ambient(s, new);
	case LKRG_GRANT_SECUREBITS:
		return grant_securebits(s, new);
	case LKRG_GRANT_EXEC:
		return grant_exec(s, new);
	case LKRG_GRANT_PROGRAM:
		if (record->serial != LKRG_TICKET + LKRG_GRANT_FILE_CAPS)
			s->cap_effective = 0;
		return grant_program(s, new);
	case LKRG_GRANT_USER_NS:
		return grant_user_ns(s, new);
	default:
		return false;
	}
}

/*
 * A ticket is good for the current task alone: others may find @new as well, while
 * execve() sleeps for example.
 */
void __lkrg_grant_creds(const struct cred *new, enum lkrg_grant what)
{
	u64 old_serial = take_basis(new, what);

	if (likely(old_serial && take_granted(lkrg_cred(new), new, what)))
		issue(new, what, old_serial);
}

/**
 * lkrg_cred_grant_file_ids - Issue a ticket for the ids of a SUID or SGID program
 * @new: prepared by the current task, not published
 * @mode: of the file
 * @uid: its owner
 * @gid: its group
 *
 * Context: task context.
 */
void lkrg_cred_grant_file_ids(const struct cred *new, umode_t mode, kuid_t uid, kgid_t gid)
{
	u64 old_serial = take_basis(new, LKRG_GRANT_FILE_IDS);
	const umode_t sgid = S_ISGID | 0010;

	if (!old_serial || lkrg_task(current)->state.no_new_privs ||
	    !maps_uid(&lkrg_cred(new)->shadow, __kuid_val(uid)) ||
	    !maps_gid(&lkrg_cred(new)->shadow, __kgid_val(gid)))
		return;
	if (mode & S_ISUID)
		lkrg_cred(new)->shadow.euid = __kuid_val(uid);
	if ((mode & sgid) == sgid)
		lkrg_cred(new)->shadow.egid = __kgid_val(gid);
	issue(new, LKRG_GRANT_FILE_IDS, old_serial);
}

/**
 * lkrg_cred_is_decided - Has execve() begun to decide what a program gets?
 * @new: prepared by the current task, not published
 *
 * Context: task context.
 * Return: whether there is a ticket that says so.
 */
bool lkrg_cred_is_decided(const struct cred *new)
{
	u64 ticket = lkrg_cred_is_made(new) ? READ_ONCE(lkrg_cred(new)->serial) : 0;

	return ticket > LKRG_TICKET + LKRG_GRANT_EXEC &&
	       ticket <= LKRG_TICKET + LKRG_GRANT_PROGRAM;
}

/**
 * lkrg_cred_grant_file_caps - Issue a ticket for the capabilities of a program
 * @new: prepared by the current task, not published
 * @caps: of the file, NULL if it has none
 *
 * Context: task context.
 */
void lkrg_cred_grant_file_caps(const struct cred *new, const struct cpu_vfs_cap_data *caps)
{
	u64 old_serial = take_basis(new, LKRG_GRANT_FILE_CAPS);
	struct lkrg_shadow *s = &lkrg_cred(new)->shadow;

	if (!old_serial)
		return;
	s->cap_effective = caps ? (s->cap_bset & caps->permitted.val) |
				  (s->cap_inheritable & caps->inheritable.val) : 0;
	issue(new, LKRG_GRANT_FILE_CAPS, old_serial);
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

/*
 * Takes @shadow from @new.  With @without_caps execve() has just taken permitted
 * capabilities: what the file gives comes after that.
 */
static bool is_as_granted(const struct lkrg_cred *record, const struct cred *new,
			  u64 old_serial, u64 ticket, bool without_caps,
			  struct lkrg_shadow *shadow)
{
	struct lkrg_shadow granted;

	take_all_like(shadow, new, &record->shadow);
	granted = *shadow;
	lkrg_shadow_take_free(&granted, &record->shadow);
	/* set_cred_ucounts() comes after the decision. */
	granted.ucounts = record->shadow.ucounts;
	if (without_caps) {
		if (granted.cap_permitted)
			return false;
		granted.cap_permitted = record->shadow.cap_permitted;
	}
	return lkrg_same_tag(record->tag, ticket_tag(&granted, new, old_serial, ticket));
}

/**
 * lkrg_cred_verify_granted - Verify that a credential is what its ticket says
 * @new: prepared by the current task, not published
 * @without_caps: its permitted capabilities were taken since
 *
 * Context: task context.
 * Return: LKRG_NO_VIOLATION, LKRG_CRED_NOT_GRANTED when it has no ticket, or
 * LKRG_CRED_OVERWRITTEN.
 */
enum lkrg_violation lkrg_cred_verify_granted(const struct cred *new, bool without_caps)
{
	const struct lkrg_cred *record = lkrg_cred(new);
	const struct cred *old = current_cred();
	struct lkrg_shadow shadow;
	u64 ticket;

	if (!lkrg_cred_is_made(new) || !lkrg_cred_is_made(old))
		return LKRG_CRED_NOT_GRANTED;
	ticket = READ_ONCE(record->serial);
	if (!lkrg_is_ticket(ticket))
		return LKRG_CRED_NOT_GRANTED;
	return is_as_granted(record, new, lkrg_cred_serial(old), ticket, without_caps,
			     &shadow) ? LKRG_NO_VIOLATION : LKRG_CRED_OVERWRITTEN;
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
static bool is_just_as_granted(const struct lkrg_cred *record, const struct cred *new,
			       u64 old_serial, u64 ticket, u128 *sum)
{
	if (record->shadow.groups >> COUNT_SHIFT > FEW_GROUPS ||
	    record->shadow.label != security_cred_fingerprint(new))
		return false;
	*sum = lkrg_live_sum(new, new, &record->shadow);
	return lkrg_same_tag(record->tag,
			     lkrg_record_close(ticket_head(new, old_serial, ticket) + *sum));
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
	if (lkrg_is_ticket(*serial)) {
		if (is_just_as_granted(record, new, old_serial, *serial, &sum)) {
			*serial = draw_serial();
			record->tag = lkrg_record_close(lkrg_record_head(new, *serial) +
							sum);
			publish(record, *serial);
			return LKRG_NO_VIOLATION;
		}
		/* Others decide on a new label, and not on what the old one is. */
		if (!lkrg_cred_has_label(old, old_serial) ||
		    !is_as_granted(record, new, old_serial, *serial, false, &shadow))
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

/*
 * The hooks in which it is decided.  The guard comes behind capability, which
 * decides, and behind whoever may still refuse.
 */
static int hook_task_fix_setuid(struct cred *new, const struct cred *old,
				int flags)
{
	__lkrg_grant_creds(new, LKRG_GRANT_UIDS);
	return 0;
}

static int hook_task_fix_setgid(struct cred *new, const struct cred *old,
				int flags)
{
	__lkrg_grant_creds(new, LKRG_GRANT_GIDS);
	return 0;
}

static int hook_task_fix_setgroups(struct cred *new, const struct cred *old)
{
	int err = lkrg_task_check_all(LKRG_AT_task_fix_setgroups);

	if (!err)
		__lkrg_grant_creds(new, LKRG_GRANT_GROUPS);
	return err;
}

static int hook_capset(struct cred *new, const struct cred *old,
		       const kernel_cap_t *effective,
		       const kernel_cap_t *inheritable,
		       const kernel_cap_t *permitted)
{
	__lkrg_grant_creds(new, LKRG_GRANT_CAPS);
	return 0;
}

static int hook_bprm_creds_from_file(struct linux_binprm *bprm,
				     const struct file *file)
{
	int err = lkrg_task_check_all(LKRG_AT_bprm_creds_from_file) ?:
		  lkrg_inode_check(file);

	if (!err)
		__lkrg_grant_creds(bprm->cred, LKRG_GRANT_PROGRAM);
	return err;
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
