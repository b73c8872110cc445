/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - The namespaces in a nsproxy
 */

#ifndef _SECURITY_LKRG_NS_H
#define _SECURITY_LKRG_NS_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/nsproxy.h>
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
void lkrg_ns_seal(struct nsproxy *ns);
bool lkrg_ns_verify(const struct nsproxy *ns);

#endif /* _SECURITY_LKRG_NS_H */
