// SPDX-License-Identifier: GPL-2.0-only
/*
 * LKRG - The namespaces in a nsproxy
 *
 * Tasks share a nsproxy, so its tag is in it.  It is sealed before the first task
 * gets it and does not change any more: who needs other namespaces makes a new
 * one.  Beside the tag is what it covers, for the report.
 */

#include <linux/nsproxy.h>

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

/**
 * lkrg_ns_seal - Record the namespaces of a nsproxy
 * @ns: complete, and known to nobody else
 */
void lkrg_ns_seal(struct nsproxy *ns)
{
	struct lkrg_record_tag new = lkrg_ns_tag(ns);

	lkrg_ns_take((struct lkrg_namespaces *)ns->lkrg_namespaces, ns);
	ns->lkrg_tag[0] = new.low;
	ns->lkrg_tag[1] = new.high;
}
