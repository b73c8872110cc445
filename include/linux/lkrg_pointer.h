/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - What leads to functions that the kernel calls
 *
 * Who keeps such pointers to himself shows them to the guard, which only looks.
 */

#ifndef _LINUX_LKRG_POINTER_H
#define _LINUX_LKRG_POINTER_H

#include <linux/ktime.h>
#include <linux/types.h>

struct hrtimer;
struct proc_dir_entry;
struct super_block;
struct timer_list;

/**
 * enum lkrg_pointers_kind - How to get at pointers, and what protects them
 * @LKRG_CHAIN_ATOMIC: an atomic_notifier_head, with RCU
 * @LKRG_CHAIN_BLOCKING: a blocking_notifier_head, with its rwsem
 * @LKRG_CHAIN_RTNL: a raw_notifier_head, with rtnl_lock()
 * @LKRG_BINFMTS: a list of struct linux_binfmt, with a rwlock_t
 * @LKRG_PROTOCOLS: a list of struct proto, with a mutex
 * @LKRG_SOCKETS: the array of lists of struct inet_protosw, with RCU
 * @LKRG_FAMILIES: the array of struct net_proto_family
 * @LKRG_LDISCS: the array of struct tty_ldisc_ops
 * @LKRG_CONGESTION: a list of struct tcp_congestion_ops, with RCU
 */
enum lkrg_pointers_kind {
	LKRG_CHAIN_ATOMIC,
	LKRG_CHAIN_BLOCKING,
	LKRG_CHAIN_RTNL,
	LKRG_BINFMTS,
	LKRG_PROTOCOLS,
	LKRG_SOCKETS,
	LKRG_FAMILIES,
	LKRG_LDISCS,
	LKRG_CONGESTION,
};

/**
 * struct lkrg_pointers - Pointers that passes verify
 * @name: what reports call them
 * @head: where they begin
 * @lock: what protects them, or NULL if @kind tells
 * @kind: how to get at them
 */
struct lkrg_pointers {
	const char *name;
	void *head;
	void *lock;
	enum lkrg_pointers_kind kind;
};

/**
 * struct lkrg_proc_entry - Where an entry of /proc has its pointers
 * @name: its name
 * @inode_ops: place of that to its inode operations
 * @file_ops: to file operations, of a directory, or NULL
 * @proc_ops: to the operations that other files have instead, or NULL
 * @dentry_ops: to dentry operations
 * @show: to operations of a sequence, or the function that shows the file
 * @write: to the function that writes it
 */
struct lkrg_proc_entry {
	const char *name;
	const void *inode_ops;
	const void *file_ops;
	const void *proc_ops;
	const void *dentry_ops;
	const void *show;
	const void *write;
};

/* What lkrg_visit_proc() calls with each entry: return whether it is enough. */
typedef bool (*lkrg_proc_visitor)(const struct lkrg_proc_entry *entry, void *arg);

/* What others call with each that is pending, interrupts off. */
typedef void (*lkrg_timer_visitor)(const struct timer_list *timer, void *arg);
typedef void (*lkrg_hrtimer_visitor)(const struct hrtimer *timer, void *arg);
typedef void (*lkrg_work_visitor)(const void *function, void *arg);

/* So many are visited at once. */
#define LKRG_VISIT_MAX 64

#if defined(CONFIG_SECURITY_LKRG) && !defined(MODULE)

#include <linux/compiler.h>

#define __LKRG_POINTERS(kind, name, lock, id)				\
static const struct lkrg_pointers id __used				\
	__section(".lkrg_pointers") __aligned(sizeof(void *)) =	\
	{ #name, &(name), lock, kind }

/**
 * LKRG_POINTERS - Let passes verify pointers
 * @kind: enum lkrg_pointers_kind
 * @name: where they begin, of static storage; of files that may be modules nothing
 *	is verified if they are
 * @lock: what protects them, or NULL
 */
#define LKRG_POINTERS(kind, name, lock) \
	__LKRG_POINTERS(kind, name, lock, __UNIQUE_ID(lkrg_pointers))

/* What the core kernel has for the guard: see there. */
int lkrg_visit_proc(struct proc_dir_entry *root, bool resume,
		    lkrg_proc_visitor visit, void *arg);
bool lkrg_visit_super(bool first, void (*visit)(struct super_block *sb, void *arg),
		      void *arg);
unsigned int lkrg_visit_timers(unsigned int cpu, unsigned int bucket,
			       lkrg_timer_visitor visit, void *arg);
ktime_t lkrg_visit_hrtimers(unsigned int cpu, unsigned int clock, ktime_t from,
			    lkrg_hrtimer_visitor visit, void *arg);
bool lkrg_visit_works(int *pool, lkrg_work_visitor visit, void *arg);

#else

#define LKRG_POINTERS(...)

#endif

#endif /* _LINUX_LKRG_POINTER_H */
