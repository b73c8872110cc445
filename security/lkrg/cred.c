// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - Sealed credentials
 *
 * A credential is sealed once, before the first pointer to it is published by
 * commit_creds(), override_creds() or fork.  Nothing changes its fields after
 * that, so from then on each use can verify them against the tag.
 *
 * No locks.  Several tasks may seal one credential at once, because some are
 * overridden by many (overlayfs, io_uring): the cmpxchg on the serial picks one
 * of them, the others wait for its release store.
 */

#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/lsm_hooks.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/smp.h>

#include "cred.h"
#include "setup.h"
#include "tag.h"
#include "task.h"

static DEFINE_PER_CPU(u64, serials);

/*
 * Serials are unique without a shared cache line: each CPU counts in steps of
 * the number of CPUs.  Preemption is off.
 */
static u64 next_serial(void)
{
	return __this_cpu_inc_return(serials) * nr_cpu_ids + smp_processor_id();
}

static struct lkrg_record_tag shadow_tag(const struct lkrg_shadow *shadow,
					 const struct cred *cred, u64 serial)
{
	return lkrg_record_tag(cred, serial, shadow, sizeof(*shadow) / LKRG_PAIR);
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
	if (try_cmpxchg(&record->serial, &serial, LKRG_SEALING)) {
		serial = next_serial();
		lkrg_shadow_take(&record->shadow, cred);
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
 * Return: LKRG_NO_VIOLATION, LKRG_CRED_REUSED when the credential that was
 * recorded is gone, whatever its memory holds now, LKRG_CRED_OVERWRITTEN, or
 * LKRG_RECORD_FORGED when the record itself does not match its tag.
 */
enum lkrg_violation lkrg_cred_verify(const struct cred *cred, u64 serial,
				     const struct cred *fields)
{
	const struct lkrg_cred *record;
	struct lkrg_shadow live __uninitialized;

	/* security_cred_free() clears it. */
	if (unlikely(!READ_ONCE(cred->security)))
		return LKRG_CRED_REUSED;
	record = lkrg_cred(cred);
	if (READ_ONCE(record->serial) != serial)
		return LKRG_CRED_REUSED;
	lkrg_shadow_take(&live, fields);
	if (likely(lkrg_same_tag(record->tag, shadow_tag(&live, cred, serial))))
		return LKRG_NO_VIOLATION;
	if (lkrg_same_tag(record->tag, shadow_tag(&record->shadow, cred, serial)))
		return LKRG_CRED_OVERWRITTEN;
	return LKRG_RECORD_FORGED;
}

static int hook_cred_prepare(struct cred *new, const struct cred *old, gfp_t gfp)
{
	return lkrg_task_check_copy(LKRG_AT_CRED_PREPARE, new, old);
}

/* It cannot refuse; a condemned task is refused the commit that follows. */
static void hook_cred_transfer(struct cred *new, const struct cred *old)
{
	lkrg_task_check_copy(LKRG_AT_CRED_TRANSFER, new, old);
}

static struct security_hook_list lkrg_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(cred_prepare, hook_cred_prepare),
	LSM_HOOK_INIT(cred_transfer, hook_cred_transfer),
};

/**
 * lkrg_add_cred_hooks - Register the hooks of a credential's life
 */
void __init lkrg_add_cred_hooks(void)
{
	security_add_hooks(lkrg_hooks, ARRAY_SIZE(lkrg_hooks), &lkrg_lsmid);
}
