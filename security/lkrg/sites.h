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
#include "tag.h"

struct jump_entry;
struct module;
struct seq_file;

/* The linker's, see kernel/static_call_inline.c and kernel/trace/ftrace.c */
extern const struct static_call_site __start_static_call_sites[];
extern const struct static_call_site __stop_static_call_sites[];
extern unsigned long __start_mcount_loc[];
extern unsigned long __stop_mcount_loc[];

/* In a block with its tag there is room for so many places. */
#define LKRG_CALL_PLACES 28

/**
 * struct lkrg_call_block - Some places in text where a module has static calls
 * @place: offsets from the lowest place, ascending; the last one again and again
 *	where there are no more
 * @tag: keyed tag over the address of the block and @place
 */
struct lkrg_call_block {
	u32 place[LKRG_CALL_PLACES];
	struct lkrg_record_tag tag;
};

/**
 * struct lkrg_sites - Where a module may be patched
 * @jumps: its table of jump labels, which is read-only
 * @calls: its table of static calls, which is not
 * @order: numbers in these tables, of jump labels and then of static calls, by address:
 *	where to look, whatever is there
 * @blocks: where its static calls are
 * @lowest: from where their offsets count
 * @nr_jumps: how many jump labels
 * @nr_calls: how many static calls
 */
struct lkrg_sites {
	const struct jump_entry *jumps;
	const struct static_call_site *calls;
	u32 *order;
	struct lkrg_call_block *blocks;
	unsigned long lowest;
	u32 nr_jumps;
	u32 nr_calls;
};

int lkrg_sites_take(struct lkrg_sites *sites, const struct module *module);
void lkrg_sites_free(const struct lkrg_sites *sites);
int __init lkrg_sites_init(void);
enum lkrg_step lkrg_sites_step(struct lkrg_cursor *cursor);
const char *lkrg_site_at(const u8 *addr);
void lkrg_sites_show(struct seq_file *m);
unsigned long lkrg_sites_pages(void);
bool lkrg_is_behind_static_call(unsigned long addr);
bool lkrg_patch_is_legal(enum lkrg_patcher who, const struct module *module,
			 const struct lkrg_sites *sites, const u8 *addr,
			 const u8 *new, size_t len);

#endif /* _SECURITY_LKRG_SITES_H */
