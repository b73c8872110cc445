/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Core kernel text
 */

#ifndef _SECURITY_LKRG_TEXT_H
#define _SECURITY_LKRG_TEXT_H

#include "scan.h"

int lkrg_text_baseline(void);
enum lkrg_step lkrg_text_step(struct lkrg_cursor *cursor);

unsigned long lkrg_text_pages(void);
unsigned long lkrg_text_pokes(void);

#endif /* _SECURITY_LKRG_TEXT_H */
