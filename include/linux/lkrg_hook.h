/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Call-outs from those who hook functions of the kernel
 *
 * Like those in <linux/lkrg.h>, which many files include.
 */

#ifndef _LINUX_LKRG_HOOK_H
#define _LINUX_LKRG_HOOK_H

#include <linux/lkrg.h>
#include <linux/types.h>

struct fgraph_ops;
struct fprobe;
struct ftrace_ops;
struct inode;
struct klp_func;
struct kprobe;
struct kretprobe;
struct list_head;
struct module;

#ifdef CONFIG_SECURITY_LKRG

int __lkrg_register_kprobe(struct kprobe *p, const void *addr,
			   unsigned long caller);
int __lkrg_register_ftrace(const struct ftrace_ops *ops, unsigned long direct,
			   unsigned long caller);
int __lkrg_enable_livepatch(const struct module *module);
bool __lkrg_is_own_text(unsigned long addr);

/**
 * lkrg_register_kprobe - Ask before a kprobe is registered
 * @p: the kprobe
 * @addr: where it would be
 * @caller: to where register_kprobe() returns
 *
 * Context: task context.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_register_kprobe(struct kprobe *p, const void *addr,
				       unsigned long caller)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_register_kprobe(p, addr, caller);
	return 0;
}

/**
 * lkrg_register_ftrace - Ask before functions are traced, or call something else
 * @ops: who wants to trace which of them
 * @direct: what they are to call themselves, or 0
 * @caller: to where the function that registers @ops returns
 *
 * Context: task context.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_register_ftrace(const struct ftrace_ops *ops,
				       unsigned long direct, unsigned long caller)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_register_ftrace(ops, direct, caller);
	return 0;
}

/**
 * lkrg_enable_livepatch - Ask before a livepatch is enabled
 * @module: the livepatch
 *
 * Context: task context.
 * Return: 0, or -EPERM.
 */
static inline int lkrg_enable_livepatch(const struct module *module)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_enable_livepatch(module);
	return 0;
}

/**
 * lkrg_is_own_text - Is it text of the guard, which nobody may probe?
 * @addr: where somebody wants to
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool lkrg_is_own_text(unsigned long addr)
{
	if (static_branch_unlikely(&lkrg_enabled))
		return __lkrg_is_own_text(addr);
	return false;
}

/* What lkrg_visit_kprobes() calls with each kprobe, and so on */
typedef void (*lkrg_kprobe_visitor)(struct kprobe *p, void *arg);
typedef void (*lkrg_fgraph_visitor)(const struct fgraph_ops *gops, void *arg);
typedef void (*lkrg_livepatch_visitor)(const struct klp_func *func, void *arg);
/* This one with those who are called at one place; it returns whether to go on. */
typedef bool (*lkrg_uprobe_visitor)(const struct list_head *consumers,
				    const struct inode *inode, void *arg);

/* What the core kernel has for the guard: see there. */
unsigned long lkrg_traced_function(const struct ftrace_ops *ops);
bool lkrg_is_tracer(unsigned long ip, unsigned long to);
struct kretprobe *lkrg_kretprobe(const struct kprobe *p);
bool lkrg_visit_kprobes(unsigned int list, lkrg_kprobe_visitor visit, void *arg);
const struct fprobe *lkrg_fprobe(const struct ftrace_ops *ops);
void lkrg_visit_fgraph(lkrg_fgraph_visitor visit, void *arg);
void lkrg_visit_livepatch(const struct ftrace_ops *fops, lkrg_livepatch_visitor visit,
			  void *arg);
int lkrg_visit_uprobes(unsigned long *inode, unsigned long *offset,
		       lkrg_uprobe_visitor visit, void *arg);
const struct module *lkrg_module_in_tree(unsigned long addr);

#else /* !CONFIG_SECURITY_LKRG */

static inline int lkrg_register_kprobe(struct kprobe *p, const void *addr,
				       unsigned long caller)
{
	return 0;
}

static inline int lkrg_register_ftrace(const struct ftrace_ops *ops,
				       unsigned long direct, unsigned long caller)
{
	return 0;
}

static inline int lkrg_enable_livepatch(const struct module *module)
{
	return 0;
}

static inline bool lkrg_is_own_text(unsigned long addr)
{
	return false;
}

#endif /* !CONFIG_SECURITY_LKRG */

#endif /* _LINUX_LKRG_HOOK_H */
