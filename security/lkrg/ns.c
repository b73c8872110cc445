// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The namespaces in a nsproxy
 *
 * Tasks share a nsproxy, so its tag is in it.  It is sealed before the first task
 * gets it and does not change any more: who needs other namespaces makes a new
 * one.  Beside the tag is what it covers, for the report.  Until then the tag is a ticket:
 * what there is was made for the current task, by who may.
 */

#include <linux/init.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "ns.h"
#include "tag.h"

/**
 * lkrg_ns_take - Take the namespaces that are there
 * @taken: result
 * @ns: a nsproxy that the caller may dereference
 */
void lkrg_ns_take(struct lkrg_namespaces *taken, const struct nsproxy *ns)
{
	taken->uts_ns = (uintptr_t)READ_ONCE(ns->uts_ns);
	taken->ipc_ns = (uintptr_t)READ_ONCE(ns->ipc_ns);
	taken->mnt_ns = (uintptr_t)READ_ONCE(ns->mnt_ns);
	taken->pid_ns_for_children = (uintptr_t)READ_ONCE(ns->pid_ns_for_children);
	taken->net_ns = (uintptr_t)READ_ONCE(ns->net_ns);
	taken->time_ns = (uintptr_t)READ_ONCE(ns->time_ns);
	taken->time_ns_for_children = (uintptr_t)READ_ONCE(ns->time_ns_for_children);
	taken->cgroup_ns = (uintptr_t)READ_ONCE(ns->cgroup_ns);
}

static struct lkrg_record_tag tag_of(const struct nsproxy *ns, u64 version,
				     const struct lkrg_namespaces *namespaces)
{
	return lkrg_record_tag(ns, version, namespaces, sizeof(*namespaces) / LKRG_PAIR);
}

static struct lkrg_record_tag ticket(const struct nsproxy *ns,
				     const struct lkrg_namespaces *granted)
{
	return tag_of(ns, (uintptr_t)current, granted);
}

static void record(struct nsproxy *ns, struct lkrg_record_tag tag)
{
	ns->lkrg_tag[0] = tag.low;
	ns->lkrg_tag[1] = tag.high;
}

/* What was made, or taken from somebody else. */
static void take_set(struct lkrg_namespaces *granted, const struct lkrg_namespaces *now,
		     unsigned long flags)
{
	if (flags & CLONE_NEWUTS)
		granted->uts_ns = now->uts_ns;
	if (flags & CLONE_NEWIPC)
		granted->ipc_ns = now->ipc_ns;
	if (flags & CLONE_NEWNS)
		granted->mnt_ns = now->mnt_ns;
	if (flags & CLONE_NEWPID)
		granted->pid_ns_for_children = now->pid_ns_for_children;
	if (flags & CLONE_NEWNET)
		granted->net_ns = now->net_ns;
	if (flags & CLONE_NEWCGROUP)
		granted->cgroup_ns = now->cgroup_ns;
	if (flags & CLONE_NEWTIME)
		granted->time_ns_for_children = now->time_ns_for_children;
	/* Who begins anew is in that of the children. */
	if (now->time_ns == granted->time_ns_for_children)
		granted->time_ns = now->time_ns;
}

/**
 * lkrg_ns_withdraw - Leave namespaces without a ticket
 * @ns: known to nobody else
 */
void lkrg_ns_withdraw(struct nsproxy *ns)
{
	record(ns, (struct lkrg_record_tag){ });
}

/**
 * lkrg_ns_grant - Issue a ticket for namespaces
 * @ns: made by the current task, and known to nobody else
 * @own: what the current task has on record
 * @flags: as in lkrg_grant_namespaces()
 *
 * All others have to be those on record, or there is no ticket.  It is good for the
 * current task alone.
 */
void lkrg_ns_grant(struct nsproxy *ns, const struct nsproxy *own, unsigned long flags)
{
	struct lkrg_namespaces granted, now;

	/* One that was issued before is none any more. */
	lkrg_ns_withdraw(ns);
	memcpy(&granted, own->lkrg_namespaces, sizeof(granted));
	if (!lkrg_same_tag(lkrg_ns_recorded(own), tag_of(own, 0, &granted)))
		return;
	lkrg_ns_take(&now, ns);
	take_set(&granted, &now, flags);
	if (memcmp(&granted, &now, sizeof(now)))
		return;
	memcpy(ns->lkrg_namespaces, &granted, sizeof(granted));
	record(ns, ticket(ns, &granted));
}

/**
 * lkrg_ns_start - Record the first ones
 * @ns: those of the first task
 */
void __init lkrg_ns_start(struct nsproxy *ns)
{
	struct lkrg_namespaces now;

	lkrg_ns_take(&now, ns);
	memcpy(ns->lkrg_namespaces, &now, sizeof(now));
	record(ns, tag_of(ns, 0, &now));
}

/**
 * lkrg_ns_is_granted - Are namespaces what their ticket says?
 * @ns: as in lkrg_ns_grant()
 *
 * Return: whether they are, and current has it.
 */
bool lkrg_ns_is_granted(const struct nsproxy *ns)
{
	struct lkrg_namespaces now;

	lkrg_ns_take(&now, ns);
	return lkrg_same_tag(lkrg_ns_recorded(ns), ticket(ns, &now));
}

/**
 * lkrg_ns_seal - Record what was granted
 * @ns: as in lkrg_ns_grant()
 *
 * It is not read once more: what is not what the ticket says does not verify.
 */
void lkrg_ns_seal(struct nsproxy *ns)
{
	u128 sum = lkrg_record_sum(lkrg_ns_recorded(ns));

	record(ns, lkrg_record_close(sum - lkrg_record_head(ns, (uintptr_t)current) +
				     lkrg_record_head(ns, 0)));
}
