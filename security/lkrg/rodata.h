/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LKRG - Read-only data
 */

#ifndef _SECURITY_LKRG_RODATA_H
#define _SECURITY_LKRG_RODATA_H

#include <linux/init.h>

#include "scan.h"

struct seq_file;

int __init lkrg_rodata_init(void);
void lkrg_rodata_baseline(void);
enum lkrg_step lkrg_rodata_step(struct lkrg_cursor *cursor);
void lkrg_rodata_show(struct seq_file *m);
unsigned long lkrg_rodata_pages(void);

#endif /* _SECURITY_LKRG_RODATA_H */
