/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The namespaces in a nsproxy
 */

#ifndef _SECURITY_LKRG_NS_H
#define _SECURITY_LKRG_NS_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/nsproxy.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "tag.h"

/*
 * Members are named as in struct nsproxy.  The tag covers it in pairs of 64-bit
 * words.
 */
struct lkrg_namespaces {
	u64 uts_ns;
	u64 ipc_ns;
	u64 mnt_ns;
	u64 pid_ns_for_children;
	u64 net_ns;
	u64 time_ns;
	u64 time_ns_for_children;
	u64 cgroup_ns;
};

static_assert(sizeof(struct lkrg_namespaces) ==
	      sizeof_field(struct nsproxy, lkrg_namespaces));

void lkrg_ns_take(struct lkrg_namespaces *taken, const struct nsproxy *ns);
void lkrg_ns_withdraw(struct nsproxy *ns);
void lkrg_ns_grant(struct nsproxy *ns, const struct nsproxy *own, unsigned long flags);
void __init lkrg_ns_start(struct nsproxy *ns);
bool lkrg_ns_is_granted(const struct nsproxy *ns);
void lkrg_ns_seal(struct nsproxy *ns);

static inline struct lkrg_record_tag lkrg_ns_tag(const struct nsproxy *ns)
{
	u128 sum = lkrg_record_head(ns, 0);

	sum += lkrg_record_words(0, (uintptr_t)READ_ONCE(ns->uts_ns),
				 (uintptr_t)READ_ONCE(ns->ipc_ns));
	sum += lkrg_record_words(1, (uintptr_t)READ_ONCE(ns->mnt_ns),
				 (uintptr_t)READ_ONCE(ns->pid_ns_for_children));
	sum += lkrg_record_words(2, (uintptr_t)READ_ONCE(ns->net_ns),
				 (uintptr_t)READ_ONCE(ns->time_ns));
	sum += lkrg_record_words(3, (uintptr_t)READ_ONCE(ns->time_ns_for_children),
				 (uintptr_t)READ_ONCE(ns->cgroup_ns));
	return lkrg_record_close(sum);
}

static inline struct lkrg_record_tag lkrg_ns_recorded(const struct nsproxy *ns)
{
	return (struct lkrg_record_tag){ ns->lkrg_tag[0], ns->lkrg_tag[1] };
}

/**
 * lkrg_ns_verify - Verify the namespaces of a nsproxy
 * @ns: of the current task, or of another one with its task_lock() held
 *
 * Context: any.
 * Return: whether they are those that were sealed.
 */
static inline bool lkrg_ns_verify(const struct nsproxy *ns)
{
	return lkrg_same_tag(lkrg_ns_recorded(ns), lkrg_ns_tag(ns));
}

#endif /* _SECURITY_LKRG_NS_H */
