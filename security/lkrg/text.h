/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Core kernel text
 */

#ifndef _SECURITY_LKRG_TEXT_H
#define _SECURITY_LKRG_TEXT_H

#include <linux/init.h>
#include <linux/types.h>

#include "scan.h"

struct lkrg_section;
struct seq_file;

/* See first.S and last.S. */
extern const char lkrg_text_first[], lkrg_text_last[];
extern const char lkrg_unlikely_first[], lkrg_unlikely_last[];

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
