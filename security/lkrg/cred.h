/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Sealed credentials
 */

#ifndef _SECURITY_LKRG_CRED_H
#define _SECURITY_LKRG_CRED_H

#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/limits.h>
#include <linux/lkrg.h>
#include <linux/security.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <asm/barrier.h>

#include "setup.h"
#include "tag.h"
#include "violation.h"

/*
 * What the guarded fields of a credential should be.
 *
 * Members are named as in struct cred.  There are no holes, and the tag covers
 * it in pairs of 64-bit words.
 */
struct lkrg_shadow {
	u64 cap_inheritable;
	u64 cap_permitted;
	u64 cap_effective;
	u64 cap_bset;
	u64 cap_ambient;
	u64 user;
	u64 user_ns;
	u64 ucounts;
	u64 group_info;
	/* What is in group_info, see lkrg_groups_sum() */
	u64 groups;
	u64 session_keyring;
	u64 process_keyring;
	u64 thread_keyring;
	u64 request_key_auth;
	/* Of other LSMs */
	u64 label;
	u32 jit_keyring;
	u32 securebits;
	u32 uid;
	u32 gid;
	u32 suid;
	u32 sgid;
	u32 euid;
	u32 egid;
	u32 fsuid;
	u32 fsgid;
};

/* How many of its members have 64 bits; then come those of 32. */
#define LKRG_SHADOW_LONGS 15
#define LKRG_SHADOW_WORDS 10

static_assert(sizeof(struct lkrg_shadow) ==
	      LKRG_SHADOW_LONGS * sizeof(u64) + LKRG_SHADOW_WORDS * sizeof(u32));
static_assert(sizeof(struct lkrg_shadow) % LKRG_PAIR == 0);

/**
 * struct lkrg_cred - The record of one credential, in its LSM blob
 * @serial: never given to another credential; 0 until sealed, LKRG_TICKET and what
 *	was granted with a ticket, LKRG_SEALING while one task is at it.  Its release
 *	store publishes the record.
 * @tag: keyed tag over the address of the credential, @serial and @shadow: a
 *	record copied to another credential does not verify.  With a ticket, the
 *	address of the task that it was issued to, and the serial of the credential
 *	which that has, are in there as well.
 * @shadow: what the fields should be, for the report
 */
struct lkrg_cred {
	u64 serial;
	struct lkrg_record_tag tag;
	struct lkrg_shadow shadow;
};

static_assert(sizeof(struct lkrg_cred) <= 192);

#define LKRG_SEALING U64_MAX
#define LKRG_TICKET (U64_MAX - 16)

static_assert(LKRG_TICKET + LKRG_GRANT_USER_NS < LKRG_SEALING);

/* One that was freed, see security_cred_free(), or that somebody made up has no blobs. */
static inline bool lkrg_cred_is_made(const struct cred *cred)
{
	return READ_ONCE(cred->security);
}

/* Only of one that is. */
static inline struct lkrg_cred *lkrg_cred(const struct cred *cred)
{
	return cred->security + lkrg_blob_sizes.lbs_cred;
}

/* 0 if it is not sealed yet. */
static inline u64 lkrg_cred_serial(const struct cred *cred)
{
	/* Pairs with the release store in lkrg_cred_seal(). */
	u64 serial = smp_load_acquire(&lkrg_cred(cred)->serial);

	return serial >= LKRG_TICKET ? 0 : serial;
}

static inline bool lkrg_is_ticket(u64 serial)
{
	return serial >= LKRG_TICKET && serial != LKRG_SEALING;
}

static inline void lkrg_shadow_take_keys(struct lkrg_shadow *s,
					 const struct cred *c)
{
#ifdef CONFIG_KEYS
	s->session_keyring = (uintptr_t)c->session_keyring;
	s->process_keyring = (uintptr_t)c->process_keyring;
	s->thread_keyring = (uintptr_t)c->thread_keyring;
	s->request_key_auth = (uintptr_t)c->request_key_auth;
	s->jit_keyring = c->jit_keyring;
#else
	s->session_keyring = 0;
	s->process_keyring = 0;
	s->thread_keyring = 0;
	s->request_key_auth = 0;
	s->jit_keyring = 0;
#endif
}

/* What of a credential belongs to itself, and not to its copies as well. */
static inline void lkrg_shadow_take_own(struct lkrg_shadow *s,
					const struct cred *c)
{
	lkrg_shadow_take_keys(s, c);
	s->label = security_cred_fingerprint(c);
}

/* Keyrings and labels are for others to decide on. */
static inline void lkrg_shadow_take_free(struct lkrg_shadow *s,
					 const struct lkrg_shadow *from)
{
	s->session_keyring = from->session_keyring;
	s->process_keyring = from->process_keyring;
	s->thread_keyring = from->thread_keyring;
	s->request_key_auth = from->request_key_auth;
	s->jit_keyring = from->jit_keyring;
	s->label = from->label;
}

/*
 * All but @groups, which may be long, and what lkrg_shadow_take_own() takes.
 */
static inline void lkrg_shadow_take(struct lkrg_shadow *s, const struct cred *c)
{
	s->uid = __kuid_val(c->uid);
	s->gid = __kgid_val(c->gid);
	s->suid = __kuid_val(c->suid);
	s->sgid = __kgid_val(c->sgid);
	s->euid = __kuid_val(c->euid);
	s->egid = __kgid_val(c->egid);
	s->fsuid = __kuid_val(c->fsuid);
	s->fsgid = __kgid_val(c->fsgid);
	s->securebits = c->securebits;
	s->cap_inheritable = c->cap_inheritable.val;
	s->cap_permitted = c->cap_permitted.val;
	s->cap_effective = c->cap_effective.val;
	s->cap_bset = c->cap_bset.val;
	s->cap_ambient = c->cap_ambient.val;
	s->user = (uintptr_t)c->user;
	s->user_ns = (uintptr_t)c->user_ns;
	s->ucounts = (uintptr_t)c->ucounts;
	s->group_info = (uintptr_t)c->group_info;
}

u64 lkrg_groups_sum(const struct group_info *groups);
u64 lkrg_groups_sum_like(const struct group_info *groups, u64 recorded);
u64 lkrg_groups_sum_at_hook(const struct group_info *groups,
			    const struct lkrg_shadow *recorded);

/*
 * The sum over the fields as they are: the same as over a shadow of them, which
 * is not made.  What a copy does not have is taken from @cred, the label from
 * what is on record.
 */
static __always_inline u128 lkrg_live_sum(const struct cred *fields,
					  const struct cred *cred,
					  const struct lkrg_shadow *recorded)
{
	const struct group_info *groups = fields->group_info;
	u64 groups_sum = 0, jit_keyring = 0;
	u128 sum;

	/* Other groups could be anything, but they are found in any case. */
	if (likely((uintptr_t)groups == recorded->group_info) &&
	    unlikely(groups->ngroups))
		groups_sum = lkrg_groups_sum_at_hook(groups, recorded);
	sum = lkrg_record_words(0, fields->cap_inheritable.val,
				fields->cap_permitted.val);
	sum += lkrg_record_words(1, fields->cap_effective.val,
				 fields->cap_bset.val);
	sum += lkrg_record_words(2, fields->cap_ambient.val,
				 (uintptr_t)fields->user);
	sum += lkrg_record_words(3, (uintptr_t)fields->user_ns,
				 (uintptr_t)fields->ucounts);
	sum += lkrg_record_words(4, (uintptr_t)fields->group_info,
				 groups_sum);
#ifdef CONFIG_KEYS
	sum += lkrg_record_words(5, (uintptr_t)cred->session_keyring,
				 (uintptr_t)cred->process_keyring);
	sum += lkrg_record_words(6, (uintptr_t)cred->thread_keyring,
				 (uintptr_t)cred->request_key_auth);
	jit_keyring = cred->jit_keyring;
#else
	sum += lkrg_record_words(5, 0, 0);
	sum += lkrg_record_words(6, 0, 0);
#endif
	sum += lkrg_record_words(7, recorded->label,
				 LKRG_HALVES(jit_keyring, fields->securebits));
	sum += lkrg_record_words(8, LKRG_HALVES(__kuid_val(fields->uid),
						__kgid_val(fields->gid)),
				 LKRG_HALVES(__kuid_val(fields->suid),
					     __kgid_val(fields->sgid)));
	sum += lkrg_record_words(9, LKRG_HALVES(__kuid_val(fields->euid),
						__kgid_val(fields->egid)),
				 LKRG_HALVES(__kuid_val(fields->fsuid),
					     __kgid_val(fields->fsgid)));
	return sum;
}

/**
 * lkrg_cred_is_intact - The most likely outcome of lkrg_cred_verify()
 * @cred: a credential that the caller may dereference
 * @serial: the serial that the user of @cred has on record
 * @fields: whose fields are verified
 *
 * Return: whether they are those of the sealed credential.
 */
static __always_inline bool lkrg_cred_is_intact(const struct cred *cred,
						u64 serial,
						const struct cred *fields)
{
	const void *blobs = READ_ONCE(cred->security);
	const struct lkrg_cred *record = blobs + lkrg_blob_sizes.lbs_cred;
	u128 sum;

	/* security_cred_free() clears it. */
	if (unlikely(!blobs))
		return false;
	/* With the wrong serial it is the wrong sum. */
	sum = lkrg_record_head(cred, serial) +
	      lkrg_live_sum(fields, cred, &record->shadow);
	return lkrg_same_tag(record->tag, lkrg_record_close(sum));
}

void lkrg_cred_grant_file_ids(const struct cred *new, umode_t mode, kuid_t uid, kgid_t gid);
void lkrg_cred_grant_file_caps(const struct cred *new, const struct cpu_vfs_cap_data *caps);
bool lkrg_cred_is_decided(const struct cred *new);
bool lkrg_cred_has_label(const struct cred *cred, u64 serial);
enum lkrg_violation lkrg_cred_verify_granted(const struct cred *new, bool without_caps);
enum lkrg_violation lkrg_cred_admit(const struct cred *new,
				    const struct cred *old, u64 old_serial,
				    u64 *serial);
u64 lkrg_cred_seal(const struct cred *cred);
enum lkrg_violation lkrg_cred_verify_groups(const struct cred *cred, u64 serial);
enum lkrg_violation lkrg_cred_verify(const struct cred *cred, u64 serial,
				     const struct cred *fields);

void __init lkrg_cred_init(void);
void __init lkrg_add_cred_hooks(void);

#endif /* _SECURITY_LKRG_CRED_H */
