/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Where the kernel may patch itself, and to what
 */

#ifndef _SECURITY_LKRG_SITES_H
#define _SECURITY_LKRG_SITES_H

#include <linux/init.h>
#include <linux/lkrg.h>
#include <linux/static_call_types.h>
#include <linux/types.h>

#include "scan.h"

struct module;
struct seq_file;

/* The linker's, see kernel/static_call_inline.c and kernel/trace/ftrace.c */
extern const struct static_call_site __start_static_call_sites[];
extern const struct static_call_site __stop_static_call_sites[];
extern unsigned long __start_mcount_loc[];
extern unsigned long __stop_mcount_loc[];

/**
 * struct lkrg_sites - Where to look in the tables of a module
 * @order: numbers of its jump labels, and then of its static calls, each of them by
 *	address; whatever is there, the tables have the last word
 * @jumps: how many jump labels
 * @calls: how many static calls
 */
struct lkrg_sites {
	u32 *order;
	u32 jumps;
	u32 calls;
};

int lkrg_sites_take(struct lkrg_sites *sites, const struct module *module);
int __init lkrg_sites_init(void);
enum lkrg_step lkrg_sites_step(struct lkrg_cursor *cursor);
const char *lkrg_site_at(const u8 *addr);
void lkrg_sites_show(struct seq_file *m);
bool lkrg_is_behind_static_call(unsigned long addr);
bool lkrg_patch_is_legal(enum lkrg_patcher who, const struct module *module,
			 const struct lkrg_sites *sites, const u8 *addr,
			 const u8 *new, size_t len);

#endif /* _SECURITY_LKRG_SITES_H */
