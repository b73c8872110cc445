/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Modules
 */

#ifndef _SECURITY_LKRG_MODULE_H
#define _SECURITY_LKRG_MODULE_H

#include <linux/types.h>

#include "scan.h"

#ifdef CONFIG_MODULES
void lkrg_module_poke(const u8 *addr, const u8 *new, size_t len, bool fill);
enum lkrg_step lkrg_module_step(struct lkrg_cursor *cursor);
unsigned long lkrg_modules(void);
unsigned long lkrg_module_pages(void);
#else
static inline void lkrg_module_poke(const u8 *addr, const u8 *new, size_t len,
				    bool fill) { }
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
#endif

#endif /* _SECURITY_LKRG_MODULE_H */
