/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Core kernel text
 */

#ifndef _SECURITY_LKRG_TEXT_H
#define _SECURITY_LKRG_TEXT_H

#include <linux/init.h>

#include "scan.h"

struct lkrg_section;

int __init lkrg_text_init(void);
void lkrg_text_take(struct lkrg_section *section);
void lkrg_text_baseline(void);
enum lkrg_step lkrg_text_step(struct lkrg_cursor *cursor);

unsigned long lkrg_text_pages(void);
unsigned long lkrg_text_pokes(void);
unsigned long lkrg_text_refused(void);

#endif /* _SECURITY_LKRG_TEXT_H */
