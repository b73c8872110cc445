/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Core kernel text
 */

#ifndef _SECURITY_LKRG_TEXT_H
#define _SECURITY_LKRG_TEXT_H

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include <asm/sections.h>

#include "scan.h"

struct lkrg_section;
struct seq_file;

/* See first.S and last.S. */
extern const char lkrg_text_first[], lkrg_text_last[];
extern const char lkrg_unlikely_first[], lkrg_unlikely_last[];

/**
 * lkrg_text_is_core - Is it text of the kernel itself?
 * @addr: where something leads
 *
 * As core_kernel_text(), which others may hook, but for the page of vsyscalls.
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool lkrg_text_is_core(unsigned long addr)
{
	return __is_kernel_text(addr) ||
	       (system_state < SYSTEM_FREEING_INITMEM && is_kernel_inittext(addr));
}

int __init lkrg_text_init(void);
void lkrg_text_baseline(void);
enum lkrg_step
lkrg_text_exclude_patches(enum lkrg_step (*step)(struct lkrg_cursor *cursor),
			  struct lkrg_cursor *cursor);
enum lkrg_step lkrg_text_step(struct lkrg_cursor *cursor);
bool lkrg_text_is_owned(unsigned long addr);

void lkrg_text_show(struct seq_file *m);
unsigned long lkrg_text_pages(void);
unsigned long lkrg_text_pokes(void);
unsigned long lkrg_text_refused(void);

#endif /* _SECURITY_LKRG_TEXT_H */
