/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Modules
 */

#ifndef _SECURITY_LKRG_MODULE_H
#define _SECURITY_LKRG_MODULE_H

#include <linux/list.h>
#include <linux/lkrg.h>
#include <linux/moduleparam.h>
#include <linux/types.h>

#include "scan.h"

struct module;
struct seq_file;

#ifdef CONFIG_MODULES
/* The loader's, see kernel/module/internal.h */
extern struct list_head modules;

bool lkrg_module_patch(enum lkrg_patcher who, const u8 *addr, const u8 *new,
		       size_t len);
bool lkrg_module_has_text(unsigned long addr);
bool lkrg_module_has_data(unsigned long addr);
bool lkrg_module_name(unsigned long addr, char name[MODULE_NAME_LEN]);
bool lkrg_module_is_livepatch(unsigned long addr);
const struct module *lkrg_module_at(unsigned long addr);
const struct module *lkrg_module_number(unsigned long number);
unsigned long lkrg_module_guards_until(unsigned long addr);
unsigned long lkrg_module_address(unsigned long frame);
enum lkrg_step lkrg_module_step(struct lkrg_cursor *cursor);
unsigned long lkrg_modules(void);
unsigned long lkrg_module_pages(void);
unsigned long lkrg_module_memory(void);
void lkrg_module_show(struct seq_file *m);
void lkrg_module_show_changes(struct seq_file *m);
#else
static inline bool lkrg_module_patch(enum lkrg_patcher who, const u8 *addr,
				     const u8 *new, size_t len)
{
	return true;
}

static inline bool lkrg_module_has_text(unsigned long addr)
{
	return false;
}

static inline bool lkrg_module_has_data(unsigned long addr)
{
	return false;
}

static inline bool lkrg_module_name(unsigned long addr, char name[MODULE_NAME_LEN])
{
	return false;
}

static inline bool lkrg_module_is_livepatch(unsigned long addr)
{
	return false;
}

static inline const struct module *lkrg_module_at(unsigned long addr)
{
	return NULL;
}

static inline const struct module *lkrg_module_number(unsigned long number)
{
	return NULL;
}

static inline unsigned long lkrg_module_guards_until(unsigned long addr)
{
	return 0;
}

static inline unsigned long lkrg_module_address(unsigned long frame)
{
	return 0;
}

static inline enum lkrg_step lkrg_module_step(struct lkrg_cursor *cursor)
{
	return LKRG_STEP_DONE;
}

static inline unsigned long lkrg_modules(void)
{
	return 0;
}

static inline unsigned long lkrg_module_pages(void)
{
	return 0;
}

static inline unsigned long lkrg_module_memory(void)
{
	return 0;
}

static inline void lkrg_module_show(struct seq_file *m) { }

static inline void lkrg_module_show_changes(struct seq_file *m) { }
#endif

#endif /* _SECURITY_LKRG_MODULE_H */
